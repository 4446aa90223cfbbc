"""Readings as tables: parsing of uploads, daily summaries, levels over a threshold."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import PurePath

import numpy as np
import pandas as pd

from web.stations import stations

COLUMNS = ["station", "time", "level"]


class BadUpload(ValueError):
    """The file cannot be read as readings; the message is for the one who sent it."""


def parse(name: str, content: bytes) -> pd.DataFrame:
    """Readings from a CSV or XLSX file: station id, UTC time, level in centimetres; sorted, without duplicates."""
    frame = _table(name, content)
    frame.columns = [str(column).strip().lower() for column in frame.columns]
    missing = [column for column in COLUMNS if column not in frame.columns]
    if missing:
        raise BadUpload(f"column {missing[0]} is missing; there are: {', '.join(frame.columns) or 'none'}")
    frame = frame[COLUMNS].copy()
    frame["station"] = frame["station"].astype(str).str.strip().str.lower()
    frame["time"] = pd.to_datetime(frame["time"], utc=True, errors="coerce")
    frame["level"] = pd.to_numeric(frame["level"], errors="coerce")
    _refuse(~frame["station"].isin(stations().keys()), "station is unknown")
    _refuse(frame["time"].isna(), "time is not a date and time")
    _refuse(~np.isfinite(frame["level"].to_numpy(dtype=float)), "level is not a number")
    return (
        frame.drop_duplicates(["station", "time"], keep="last").sort_values(["station", "time"]).reset_index(drop=True)
    )


def _table(name: str, content: bytes) -> pd.DataFrame:
    match PurePath(name).suffix.lower():
        case ".csv":
            try:
                return pd.read_csv(BytesIO(content), dtype=str)
            except (ValueError, UnicodeDecodeError) as error:
                raise BadUpload(f"{name} is not a CSV file: {error}") from error
        case ".xlsx":
            try:
                return pd.read_excel(BytesIO(content), dtype=str, engine="openpyxl")
            except Exception as error:  # openpyxl lets through whatever zipfile and the XML parser raise
                raise BadUpload(f"{name} is not an XLSX file: {error}") from error
        case suffix:
            raise BadUpload(f"{suffix or name} is not a kind of file that is read here: use .csv or .xlsx")


def _refuse(wrong: "pd.Series[bool] | np.ndarray", problem: str) -> None:
    rows = np.flatnonzero(np.asarray(wrong))
    if rows.size:
        # The first line of a file is its header.
        raise BadUpload(f"line {rows[0] + 2}: {problem} ({rows.size} such lines)")


def frame_of(rows: Iterable[tuple[str, object, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=COLUMNS)
    frame["time"] = pd.to_datetime(frame["time"], utc=True)
    frame["level"] = frame["level"].astype(float)
    return frame


def summarise(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for each station and day: lowest, mean and highest level, count, and change of the mean by the day."""
    if frame.empty:
        return pd.DataFrame(columns=["station", "day", "lowest", "mean", "highest", "count", "change"])
    days = frame.assign(day=frame["time"].dt.strftime("%Y-%m-%d"))
    summary = (
        days.groupby(["station", "day"], as_index=False)["level"]
        .agg(lowest="min", mean="mean", highest="max", count="count")
        .round({"mean": 1})
    )
    summary["change"] = summary.groupby("station")["mean"].diff().round(1)
    return summary


def over_threshold(frame: pd.DataFrame) -> pd.DataFrame:
    """The highest reading of each station that is at or over its threshold."""
    thresholds = frame["station"].map({key: station.threshold for key, station in stations().items()})
    over = frame[frame["level"] >= thresholds]
    return over.loc[over.groupby("station")["level"].idxmax()].reset_index(drop=True)
