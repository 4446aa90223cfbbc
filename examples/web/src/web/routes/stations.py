"""Stations."""

from typing import Annotated

from fastapi import APIRouter, Query

from web.routes.parts import KnownStation
from web.stations import Station, search, stations

router = APIRouter(prefix="/stations", tags=["stations"])


@router.get("")
async def listed(q: Annotated[str, Query(max_length=80)] = "") -> list[Station]:
    return search(q) if q.strip() else list(stations().values())


@router.get("/{station_id}")
async def one(station: KnownStation) -> Station:
    return station
