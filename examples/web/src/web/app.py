"""The application: what it is made of, and how it starts and stops."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import perf_counter
from uuid import uuid4

import httpx
import structlog
from cachetools import TTLCache
from fastapi import FastAPI, Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from web import __version__, logs
from web.database import Database
from web.metrics import Metrics
from web.routes import health, pages, readings, stations
from web.settings import Settings

log = structlog.get_logger()


def create_app(settings: Settings) -> FastAPI:
    logs.configure(settings.log_json)
    app = FastAPI(title="web", version=__version__, lifespan=_lifespan)
    app.state.settings = settings
    app.state.metrics = Metrics()
    app.state.summaries = TTLCache(maxsize=256, ttl=settings.summary_cache_seconds)
    app.state.templates = Environment(
        loader=PackageLoader("web"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    app.middleware("http")(_observe)
    for part in (health, stations, readings, pages):
        app.include_router(part.router)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    app.state.database = Database(settings) if settings.database_url is not None else None
    async with httpx.AsyncClient(
        http2=True, timeout=settings.webhook_timeout, headers={"user-agent": f"web/{__version__}"}
    ) as client:
        app.state.client = client
        log.info("started", version=__version__, database=app.state.database is not None)
        try:
            yield
        finally:
            if app.state.database is not None:
                await app.state.database.close()
            log.info("stopped")


async def _observe(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    structlog.contextvars.clear_contextvars()
    request_id = request.headers.get("x-request-id", "")[:64] or uuid4().hex
    structlog.contextvars.bind_contextvars(request_id=request_id)
    start = perf_counter()
    response = await call_next(request)
    seconds = perf_counter() - start
    # The route's pattern, not the path: else every station would be a series of its own.
    route = getattr(request.scope.get("route"), "path", "none")
    metrics: Metrics = request.app.state.metrics
    metrics.requests.labels(request.method, route, response.status_code).inc()
    metrics.seconds.labels(route).observe(seconds)
    response.headers["x-request-id"] = request_id
    log.info("served", method=request.method, route=route, status=response.status_code, ms=round(seconds * 1000, 1))
    return response
