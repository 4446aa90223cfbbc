"""Upload of readings, and their daily summaries."""

from fastapi import APIRouter, BackgroundTasks, HTTPException, Request, Response, UploadFile
from fastapi.concurrency import run_in_threadpool
import orjson
import pandas as pd

from web import warnings
from web.readings import BadUpload, frame_of, parse, summarise
from web.routes.parts import AppSettings, Db, KnownStation, Since, Uploader

router = APIRouter(tags=["readings"])


@router.post("/readings", status_code=201)
async def upload(
    request: Request,
    file: UploadFile,
    background: BackgroundTasks,
    settings: AppSettings,
    uploader: Uploader,
    db: Db,
) -> dict[str, int]:
    content = await file.read(settings.max_upload_bytes + 1)
    if len(content) > settings.max_upload_bytes:
        raise HTTPException(413, f"the file has more than {settings.max_upload_bytes} bytes")
    try:
        frame = await run_in_threadpool(parse, file.filename or "", content)
    except BadUpload as error:
        raise HTTPException(422, str(error)) from error
    rows = [(row.station, row.time.to_pydatetime(), float(row.level)) for row in frame.itertuples()]
    stored = await db.store(rows, uploader)
    for station, count in frame["station"].value_counts().items():
        request.app.state.metrics.readings.labels(station).inc(int(count))
    request.app.state.summaries.clear()
    background.add_task(_warn, request, frame)
    return {"stored": stored}


async def _warn(request: Request, frame: pd.DataFrame) -> None:
    state = request.app.state
    state.metrics.warnings.inc(await warnings.send(state.client, state.settings, frame))


@router.get("/stations/{station_id}/summary")
async def summary(request: Request, station: KnownStation, since: Since, db: Db) -> Response:
    cache = request.app.state.summaries
    key = (station.id, since)
    body = cache.get(key)
    if body is None:
        frame = frame_of(await db.readings(station.id, since))
        days = await run_in_threadpool(summarise, frame)
        # NaN, the change of the first day, becomes null.
        body = orjson.dumps(days.to_dict("records"), option=orjson.OPT_SERIALIZE_NUMPY)
        cache[key] = body
    return Response(body, media_type="application/json")
