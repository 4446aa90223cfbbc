"""The pages for people, and the charts in them."""

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from web import __version__
from web.chart import sparkline
from web.readings import frame_of, summarise
from web.routes.parts import Db, KnownStation, Since
from web.stations import stations

router = APIRouter(include_in_schema=False)


def _page(request: Request, name: str, **values: object) -> HTMLResponse:
    template = request.app.state.templates.get_template(name)
    return HTMLResponse(template.render(version=__version__, **values))


@router.get("/")
async def index(request: Request) -> HTMLResponse:
    has_database = request.app.state.database is not None
    return _page(request, "index.html", stations=list(stations().values()), has_database=has_database)


@router.get("/pages/{station_id}")
async def station_page(request: Request, station: KnownStation, since: Since, db: Db) -> HTMLResponse:
    days = summarise(frame_of(await db.readings(station.id, since)))
    records = days.sort_values("day", ascending=False).to_dict("records")
    return _page(request, "station.html", station=station, days=records)


@router.get("/charts/{station_id}.png")
async def chart(station: KnownStation, since: Since, db: Db) -> Response:
    levels = frame_of(await db.readings(station.id, since))["level"].to_numpy()
    image = await run_in_threadpool(sparkline, levels, station.threshold)
    return Response(image, media_type="image/png", headers={"cache-control": "max-age=60"})
