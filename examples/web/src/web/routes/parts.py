"""What the routes get from the application."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Query, Request

from web.database import Database
from web.settings import Settings
from web.stations import Station, stations
from web.tokens import NotAllowed, holder


def app_settings(request: Request) -> Settings:
    return request.app.state.settings


def database(request: Request) -> Database:
    found: Database | None = request.app.state.database
    if found is None:
        raise HTTPException(503, "there is no database: WEB_DATABASE_URL is not set")
    return found


def station(station_id: str) -> Station:
    found = stations().get(station_id.lower())
    if found is None:
        raise HTTPException(404, f"there is no station {station_id}")
    return found


def since(days: Annotated[int, Query(ge=1, le=366)] = 30) -> datetime:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days)


def uploader(
    settings: Annotated[Settings, Depends(app_settings)], authorization: Annotated[str, Header()] = ""
) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise HTTPException(401, "a bearer token is needed", {"www-authenticate": "Bearer"})
    try:
        return holder(settings, token.strip())
    except NotAllowed as error:
        raise HTTPException(403, str(error)) from error


AppSettings = Annotated[Settings, Depends(app_settings)]
Db = Annotated[Database, Depends(database)]
KnownStation = Annotated[Station, Depends(station)]
Since = Annotated[datetime, Depends(since)]
Uploader = Annotated[str, Depends(uploader)]
