"""Is it alive, is it ready, and what has it done."""

from fastapi import APIRouter, HTTPException, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from web import __version__
from web.routes.parts import Db

router = APIRouter(tags=["health"])


@router.get("/health")
async def alive() -> dict[str, str]:
    return {"status": "ok", "version": __version__}


@router.get("/ready")
async def ready(db: Db) -> dict[str, str]:
    try:
        await db.ping()
    except (SQLAlchemyError, OSError) as error:
        raise HTTPException(503, "the database does not answer") from error
    return {"status": "ok"}


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    return Response(generate_latest(request.app.state.metrics.registry), media_type=CONTENT_TYPE_LATEST)
