from io import BytesIO

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from web.app import create_app
from web.check import check
from web.cli import main
from web.readings import BadUpload, over_threshold, parse, summarise
from web.settings import Settings
from web.stations import search
from web.tokens import NotAllowed, holder, issue

CSV = b"""station,time,level
nor01,2026-03-01T06:00:00Z,120
nor01,2026-03-01T18:00:00Z,140
nor01,2026-03-02T06:00:00Z,330
ell01,2026-03-01T06:00:00Z,80
"""


@pytest.fixture
def client():
    with TestClient(create_app(Settings(secret="s" * 32))) as client:
        yield client


def test_every_compiled_dependency_loads(capsys):
    assert check() == 0


def test_serves_without_a_database(client):
    assert client.get("/health").json()["status"] == "ok"
    assert "Norham Bridge" in client.get("/").text
    assert client.get("/stations", params={"q": "kesling wier"}).json()[0]["id"] == "kes01"
    assert client.get("/ready").status_code == 503
    assert 'route="/health"' in client.get("/metrics").text


def test_an_upload_needs_a_token(client):
    files = {"file": ("levels.csv", CSV)}
    assert client.post("/readings", files=files).status_code == 401
    assert client.post("/readings", files=files, headers={"authorization": "Bearer x"}).status_code == 403


def test_tokens():
    settings = Settings(secret="s" * 32)
    assert holder(settings, issue(settings, "gauge")) == "gauge"
    with pytest.raises(NotAllowed):
        holder(Settings(secret="t" * 32), issue(settings, "gauge"))


def test_summary_of_a_csv_file():
    days = summarise(parse("levels.csv", CSV))
    assert days[days.station == "nor01"][["mean", "count"]].values.tolist() == [[130.0, 2], [330.0, 1]]
    assert over_threshold(parse("levels.csv", CSV)).station.tolist() == ["nor01"]


def test_an_xlsx_file_gives_the_same():
    out = BytesIO()
    pd.read_csv(BytesIO(CSV)).to_excel(out, index=False)
    assert parse("levels.xlsx", out.getvalue()).equals(parse("levels.csv", CSV))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"", "is not a kind of file"),
        ("a.csv", b"station,time\n", "column level is missing"),
        ("a.csv", b"station,time,level\nxyz01,2026-01-01,1\n", "line 2: station is unknown"),
        ("a.csv", b"station,time,level\nnor01,soon,1\n", "line 2: time is not"),
        ("a.csv", b"station,time,level\nnor01,2026-01-01,inf\n", "line 2: level is not a number"),
        ("a.xlsx", b"not a zip", "is not an XLSX file"),
    ],
)
def test_bad_files(name, content, message):
    with pytest.raises(BadUpload, match=message):
        parse(name, content)


def test_serves_when_no_command_is_given(monkeypatch):
    started = []
    monkeypatch.setattr("uvicorn.run", lambda app, **options: started.append((app.title, options["port"])))
    assert main([]) == 0
    assert started == [(create_app(Settings(secret="s" * 32)).title, 8000)]


def test_search_finds_nothing_for_noise():
    assert search("qqqq") == []
