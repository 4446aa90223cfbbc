"""Tokens that may upload readings."""

from datetime import UTC, datetime, timedelta

import jwt

from web.settings import Settings

AUDIENCE = "web-upload"


class NotAllowed(Exception):
    """The token does not count; the message says why."""


def issue(settings: Settings, name: str) -> str:
    now = datetime.now(UTC)
    claims = {"sub": name, "aud": AUDIENCE, "iat": now, "exp": now + timedelta(days=settings.token_days)}
    return jwt.encode(claims, _key(settings), algorithm="HS256")


def holder(settings: Settings, token: str) -> str:
    """The name that a token was issued to."""
    try:
        claims = jwt.decode(
            token, _key(settings), algorithms=["HS256"], audience=AUDIENCE, options={"require": ["sub", "exp"]}
        )
    except jwt.PyJWTError as error:
        raise NotAllowed(str(error)) from error
    return str(claims["sub"])


def _key(settings: Settings) -> str:
    if settings.secret is None:
        raise NotAllowed("uploads are switched off: WEB_SECRET is not set")
    return settings.secret.get_secret_value()
