"""The stations, from the package's own JSON file."""

from functools import lru_cache
from importlib.resources import files

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from rapidfuzz import fuzz, process, utils


class Station(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str = Field(pattern=r"^[a-z]{3}[0-9]{2}$")
    name: str
    river: str
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    #: Level in centimetres from which on a warning is sent.
    threshold: float = Field(gt=0)


@lru_cache
def stations() -> dict[str, Station]:
    text = files("web").joinpath("data/stations.json").read_bytes()
    listed = TypeAdapter(list[Station]).validate_python(orjson.loads(text))
    return {station.id: station for station in listed}


def search(query: str, limit: int = 5, cutoff: float = 60) -> list[Station]:
    """Stations whose name or river is like the query, the best first; typing errors are forgiven."""
    names = {station.id: f"{station.name} {station.river}" for station in stations().values()}
    found = process.extract(
        query, names, scorer=fuzz.WRatio, processor=utils.default_process, limit=limit, score_cutoff=cutoff
    )
    return [stations()[key] for _, _, key in found]
