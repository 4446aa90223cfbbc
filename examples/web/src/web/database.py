"""The table of readings in PostgreSQL, and what is asked of it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import DateTime, Float, String, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from web.settings import Settings

Row = tuple[str, datetime, float]


class Base(DeclarativeBase):
    pass


class Reading(Base):
    __tablename__ = "reading"

    station: Mapped[str] = mapped_column(String(5), primary_key=True)
    time: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    level: Mapped[float] = mapped_column(Float)
    uploaded_by: Mapped[str] = mapped_column(String(80))
    uploaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Database:
    """Opens no connection before the first question."""

    def __init__(self, settings: Settings) -> None:
        self.engine: AsyncEngine = create_async_engine(
            settings.sqlalchemy_url, pool_size=settings.database_pool_size, pool_pre_ping=True
        )
        self._session = async_sessionmaker(self.engine, expire_on_commit=False)

    async def create_tables(self) -> None:
        async with self.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)

    async def ping(self) -> None:
        async with self._session() as session:
            await session.execute(select(1))

    async def store(self, rows: Iterable[Row], uploaded_by: str) -> int:
        """Adds readings; one of the same station and time is replaced. Returns how many there were."""
        values = [{"station": s, "time": t, "level": v, "uploaded_by": uploaded_by} for s, t, v in rows]
        async with self._session.begin() as session:
            for start in range(0, len(values), 5_000):
                statement = insert(Reading).values(values[start : start + 5_000])
                await session.execute(
                    statement.on_conflict_do_update(
                        index_elements=[Reading.station, Reading.time],
                        set_={
                            "level": statement.excluded.level,
                            "uploaded_by": statement.excluded.uploaded_by,
                            "uploaded_at": func.now(),
                        },
                    )
                )
        return len(values)

    async def readings(self, station: str, since: datetime) -> list[Row]:
        async with self._session() as session:
            return await _rows(session, station, since)

    async def close(self) -> None:
        await self.engine.dispose()


async def _rows(session: AsyncSession, station: str, since: datetime) -> list[Row]:
    query = (
        select(Reading.station, Reading.time, Reading.level)
        .where(Reading.station == station, Reading.time >= since)
        .order_by(Reading.time)
    )
    return [(row.station, row.time, row.level) for row in await session.execute(query)]
