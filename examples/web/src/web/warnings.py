"""Warnings about high water, posted to a webhook."""

import httpx
import pandas as pd
import structlog
from tenacity import AsyncRetrying, RetryError, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from web.readings import over_threshold
from web.settings import Settings
from web.stations import stations

log = structlog.get_logger()


def messages(frame: pd.DataFrame) -> list[dict[str, object]]:
    return [
        {
            "station": row.station,
            "name": stations()[row.station].name,
            "time": row.time.isoformat(),
            "level": row.level,
            "threshold": stations()[row.station].threshold,
        }
        for row in over_threshold(frame).itertuples()
    ]


async def send(client: httpx.AsyncClient, settings: Settings, frame: pd.DataFrame) -> int:
    """Posts a warning for each station over its threshold; one that cannot be sent is logged, never raised."""
    if settings.webhook is None:
        return 0
    sent = 0
    for message in messages(frame):
        try:
            async for attempt in AsyncRetrying(
                stop=stop_after_attempt(3), wait=wait_exponential_jitter(0.2), retry=retry_if_exception(_passing)
            ):
                with attempt:
                    reply = await client.post(str(settings.webhook), json=message)
                    reply.raise_for_status()
            sent += 1
        except (RetryError, httpx.HTTPError) as error:
            log.warning("warning not sent", station=message["station"], error=repr(error))
    return sent


def _passing(error: BaseException) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in (429, 502, 503, 504)
    return isinstance(error, httpx.TransportError)
