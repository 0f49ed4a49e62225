"""A company small enough to be made in a second, served for real, and one browser to look at it."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine

from models.bands.policy import BandPolicy, Thresholds
from models.score import Band
from models.track_record import track_record
from serving.app import create_app
from serving.at_hand import AtHand
from serving.auth.keys import new_key
from serving.auth.roles import Role
from serving.live import (
    CloseUp,
    Contact,
    Conversation,
    Foretold,
    Lever,
    Levers,
    LoggedRisk,
    Moved,
    NotAllowed,
    Past,
    PeerRange,
    Quantiles,
    Records,
    Refused,
    Subscription,
    Ticket,
    WhatIf,
)
from serving.store import (
    AccessRepository,
    KeyInfo,
    ModelRecord,
    ModelVersionRepository,
    ScoreRepository,
    open_store,
)
from serving.workshop import BandMove, BandMoves, Workshop

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
HOSTILE = "<script>document.title='broken'</script>"
NOW = datetime(2026, 7, 1, tzinfo=UTC)
MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)


@dataclass
class Served:
    """A running service, and what its console asked to be changed."""

    address: str
    changes: list[tuple[str, str, str | None]] = field(default_factory=list)


USERS, SEATS = "adoption__users_30d", "adoption__seats"
RUDE = "<img src=x onerror=alert(1)>\"'&{{ 7*7 }}"
EARLIER = datetime(2026, 6, 1, tzinfo=UTC)


def _reason(signal: str, points: float, **more: Any) -> dict[str, Any]:
    told = {"signal": signal, "value": 3.0, "contribution": points / 10, "together": 1}
    usual = {"own": 9.0, "peers": None, "trend": "falling"}
    return told | {"columns": [signal], "points": points} | usual | more


EXPLAINED = {
    "account_id": "a", "as_of": "2026-06-30", "model_version": "v1", "band": "red",
    "p_loss": {90: 0.75}, "primary_horizon": 90, "chance": 0.75, "base_chance": 0.052,
    "reasons": [_reason(USERS, 52.34), _reason(SEATS, -4.26),
                _reason("others", 21.72, value=40.0, columns=[], own=None, trend=None)],
    "peers": {"shared": {}, "accounts": 211},
    "groups": {"base_chance": 0.06, "points": {"adoption": 50.04, "risk": 18.96}},
    "since": "2026-05-31",
    "change": {"horizon": 90, "before": 0.1, "after": 0.75,
               "points": {"adoption": 60.04, "model updated": 4.96, "risk": 0.0},
               "signals": [{"signal": USERS, "term": "adoption", "before": 9.0, "after": 3.0,
                            "family": USERS, "points": 60.0}]},
    "band_change": {"before": "green", "after": "red", "cause": "behaviour"},
    "not_compared": "",
    "what_would_help": {"sentence": "It would be yellow.", "band": "yellow", "chance": 0.3,
                        "share": "a quarter",
                        "steps": [{"signal": USERS, "before": 3.0, "after": 8.0,
                                   "columns": [USERS, SEATS]}]},
    "similar": [{"account": "b", "as_of": "2024-08-31", "distance": 0.2, "lost": True, "did": []},
                {"account": "gone", "as_of": "2024-09-30", "distance": 0.3, "lost": False,
                 "did": [{"signal": USERS, "before": 1.0, "after": 4.0}]}],
}  # fmt: skip
LEVER = Lever(USERS, "number of users", "people", 1, 3.0, 0.0, 8.0, 20.0)
PEERS = PeerRange(JUNE, {}, 211, {name: Quantiles(2, 5, 8, 12, 20, 211) for name in (USERS, SEATS)})


def _records() -> Records:
    return Records(
        "a",
        JUNE,
        frozenset({"tickets", "interactions", "risks", "contacts", "subscriptions"}),
        (Ticket("t", EARLIER, RUDE, "high", None, EARLIER, None, None),),
        (Conversation(EARLIER, "call", "inbound", "c1"),),
        (LoggedRisk("r", EARLIER, "high", "competitor", "saw a rival", "Ben", None, None),),
        (Subscription("s", "Suite", "pro", 40.0, 100.0, "EUR", EARLIER, None, None, None),),
        (
            Contact("c1", "champion", EARLIER, None, EARLIER),
            Contact("c2", "executive", EARLIER, EARLIER, None),
        ),
    )


def _what_if(account: str, values: Mapping[str, Any]) -> WhatIf:
    if values == {USERS: 99.0}:
        raise NotAllowed([Refused(USERS, 99.0, "at most 20")])
    now, then = Foretold({90: 0.75}, 25.0, Band.RED), Foretold({90: 0.31}, 69.0, Band.YELLOW)
    moved = (Moved(USERS, "number of users", 3.0, values[USERS], -44.0, True),)
    return WhatIf(account, JUNE, "v1", 90, now, then, moved, 0.05, ())


@pytest.fixture(scope="session")
def close_up() -> CloseUp:
    """What a workspace would tell of any account."""
    past = Past((MAY, JUNE), {USERS: (9.0, 3.0), SEATS: (None, 3.0)})
    return CloseUp(
        lambda *_: EXPLAINED,
        lambda *_: past,
        lambda *_: PEERS,
        lambda account: Levers(account, JUNE, PEERS, (LEVER,)),
        _what_if,
        lambda *_: _records(),
    )


@pytest.fixture(scope="session")
def track() -> dict[str, Any]:
    """The track record of true chances, as a training keeps it."""
    rng, n = np.random.default_rng(3), 1500
    chance = rng.beta(1, 6, n)
    rows = pd.DataFrame(
        {
            "account_id": [f"t{i % 500}" for i in range(n)],
            "as_of": [date(2025, 1, 31) + timedelta(days=30 * (i // 500)) for i in range(n)],
            "horizon": 90,
            "chance": chance,
            "lost": rng.random(n) < chance,
            "days_to_loss": np.where(rng.random(n) < 0.05, 25.0, np.nan),
            "arr": 1000.0,
            "beside: best single signal": rng.random(n),
        }
    )
    policy = BandPolicy(Thresholds(0.4, 0.1, 0.14, 0.07))
    return asdict(track_record(rows, policy, "best single signal"))


@pytest.fixture(scope="session")
def measured(champion: ModelRecord, track: dict[str, Any]) -> ModelRecord:
    """A champion with everything that the page of models can show."""
    one = {"value": 0.8, "low": 0.75, "high": 0.85}
    report = {
        "metrics": {"log_loss": one, "auc": one, "expected_over_observed": one},
        "slope": 0.97,
        "baselines": {"best single signal": {"log_loss": 0.21, "auc": 0.7}},
    }
    bands = [
        {"band": band, "accounts": 9, "rows": 90, "lost": lost, "low": low, "high": high}
        for band, lost, low, high in (
            ("red", 0.46, 0.41, 0.51),
            ("yellow", 0.2, 0.17, 0.23),
            ("green", 0.05, 0.04, 0.06),
        )
    ]
    metrics = {"horizons": {"90": report}, "bands": bands, "track_record": track, "fit": True}
    thresholds = {"all": {"red_from": 0.4, "green_below": 0.1, "promise": 0.07}}
    return replace(champion, metrics=metrics, bands=thresholds)


@pytest.fixture(scope="session")
def waiting(measured: ModelRecord) -> ModelRecord:
    """A challenger that was compared with the champion."""
    gain = {"value": 0.01, "low": 0.002, "high": 0.018}
    difference = {"champion": 0.172, "challenger": 0.169, "gain": gain}
    comparison = {
        "champion": measured.version,
        "challenger": "v2",
        "promotable": True,
        "reasons": ["better beyond doubt: log loss 0.169 beside 0.172"],
        "differences": {"log_loss": difference, "auc": difference},
    }
    later = measured.created_at + timedelta(days=1)
    metrics = {**measured.metrics, "comparison": comparison}
    return replace(measured, version="v2", created_at=later, metrics=metrics)


@pytest.fixture(scope="session")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `forewarn insights` writes, with an account of a hostile name."""
    path = tmp_path_factory.mktemp("insights") / "insights.json"
    path.write_text(json.dumps(_insights()), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def served(
    tmp_path_factory: pytest.TempPathFactory, make_run, measured, waiting, figures: Path, close_up
) -> Iterator[Served]:
    """A running service over a dozen accounts, one of them with a hostile name."""
    engine = open_store(f"sqlite:///{tmp_path_factory.mktemp('screens') / 'store.db'}")
    before = {f"a{i}": 0.04 * i for i in range(1, 13)}
    now = before | {"a1": 0.7, "a2": 0.3, "a13": None}
    scores = ScoreRepository(engine)
    scores.publish(make_run(before, as_of=MAY))
    scores.publish(make_run(now, as_of=JUNE, names={"a1": HOSTILE}))
    versions = ModelVersionRepository(engine)
    versions.promote(measured)
    versions.keep(waiting)
    found = Served("")

    def change(version: str, reason: str, by: str | None) -> None:
        found.changes.append((version, reason, by))

    app = create_app(
        engine,
        lambda reason: f"{reason.signal} moved",
        company="Orrery",
        currency="EUR",
        at_hand=AtHand(
            close_up=close_up,
            figures=figures,
            workshop=Workshop(
                change=change, tracking="sqlite:///mlflow.db", band_moves=_band_moves
            ),
        ),
    )
    with _running(app) as found.address:
        yield found
    engine.dispose()


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """The address of a service over the workspace that `make demo` left."""
    root = Path(os.environ.get("FOREWARN_WORKSPACE", ".forewarn")).resolve()
    if not (root / "store.db").exists():
        pytest.skip("no demo company here: `make demo` makes one, in .forewarn")
    command = [sys.executable, "-m", "pipelines.cli", "serve", "--port", "0", "--workspace", root]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        found = (re.search(r"http://\S+", line) for line in process.stderr or ())
        address = next((each.group().rstrip("/") for each in found if each), None)
        try:
            assert address, "the service did not start"
            yield address
        finally:
            process.terminate()


@pytest.fixture
def guarded(sqlite_store: Engine, make_run, measured: ModelRecord) -> Iterator[tuple[str, str]]:
    """A running service where people have to log in, and the key of a CSM."""
    ScoreRepository(sqlite_store).publish(make_run({"a1": 0.7}, csm="Lena"))
    ModelVersionRepository(sqlite_store).promote(measured)
    access, key = AccessRepository(sqlite_store), new_key()
    access.create(key, KeyInfo(key.prefix, "lena", Role.CSM, "Lena", NOW), "test")
    with _running(create_app(sqlite_store, str, access=access)) as address:
        yield address, key.text


def _band_moves(version: str) -> BandMoves:
    assert version == "v2"
    return BandMoves(JUNE, 12, 13, (BandMove(Band.YELLOW, Band.RED, 2),))


class _running:  # noqa: N801  reads as what it does
    """Serves an application on a free port of this machine."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def __enter__(self) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(self._app, log_level="error", ws="none")
        self._server = uvicorn.Server(config)
        sockets = {"sockets": [listener]}
        self._thread = threading.Thread(target=self._server.run, kwargs=sockets)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.02)
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, once for a file: while it is open, no other event loop can run."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield launched
        launched.close()


def _insights() -> dict[str, Any]:
    column = {"name": "s", "group": "adoption", "meaning": "people active in 30 days"}
    effect = {"stay": [0.9, 0.8], "value": 0.1, "low": 0.02, "high": 0.18, "doing": 40}
    deed = {"deed": {"words": "three people within 30 days"}, "within": 365}
    common = {"segment": "smb", "healthy": 0.8, "others": 0.3, "threshold": 4.0}
    topic = {"kind": "feature", "name": "export"}
    return {
        "as_of": "2026-06-30", "computed_at": "2026-07-01T05:00:00+00:00", "scored": "2026-06-30",
        "outcome": "logo_churn", "accounts": 13, "segment": "", "names": {"a1": HOSTILE},
        "method": "Everything is association.",
        "leading": {
            "looked": 9, "accounts": 5, "reason": "",
            "told": [
                {
                    "column": column, "difference": {"value": -0.9}, "typical": [4.0, 9.0],
                    "curve": [
                        {"days": 30 * i, "value": -0.9 / (i + 1), "low": -1.1, "high": 0.1}
                        for i in range(6)
                    ],
                    "moves_days": 90, "auc": {"30": 0.8, "90": 0.7}, "middle": "median",
                    "contrary": False, "echoes": [column],
                }
            ],
        },
        "moments": {
            "searched": 12, "reason": "",
            "told": [
                {**deed, "effect": {**effect, "accounts": 90, "e_value": 2.0}, "verdict": "holds",
                 "experiment": {"losses": 0.2, "hoped": 0.1, "per_arm": 300}},
                {**deed, "effect": None, "verdict": "not enough evidence", "experiment": None},
            ],
        },
        "beliefs": [
            {"belief": {"claim": HOSTILE}, "verdict": "not enough evidence", "why": "Too few.",
             "effect": None, "within": 365}
        ],
        "commonality": {
            "healthy": "green", "reason": "", "differing": [],
            "everywhere": [{"column": column, "rises": True, "segments": [common]}],
        },
        "lookalikes": {"reason": "too few best customers", "accounts": [], "prospects": []},
        "references": [
            {"industry": "Retail", "feature": "export", "account_id": "a1", "others": 3}
        ],
        "disagreements": {
            "reason": "",
            "told": [
                {"account_id": "a1", "band": "green", "health": 95.0, "signs": ["ends in 9 days"],
                 "reading": "Used well, but it ends."}
            ],
        },
        "product": {
            "names": ["green", "red"], "reason": "",
            "shares": [
                {"topic": topic, "tier": "all", "healthy": 0.9, "unhealthy": 0.2, "q": 0.0},
                {"topic": topic, "tier": "smb", "healthy": None, "unhealthy": 0.2, "q": None},
            ],
        },
    }  # fmt: skip
