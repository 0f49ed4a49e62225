"""Every operation of the API against thousands of requests that nobody thought of.

`make fuzz` runs this file alone. FUZZ_CASES says how many requests there are to be, FUZZ_SEED which
(others with another number), and FUZZ_WORKSPACE which workspace is copied for the service to run
beside: with accounts, days and signals of its own, so that explanations, what-ifs and scores of
rows are worked out for real.
"""

import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zlib import crc32

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig as Config
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.hooks import unregister
from sqlalchemy import Engine

from models.score import Reason
from serving.app import create_app
from serving.at_hand import AtHand
from serving.auth.gate import Gate
from serving.auth.keys import new_key
from serving.auth.limits import Limit
from serving.auth.roles import Role
from serving.store import (
    AccessRepository,
    JobRepository,
    KeyInfo,
    ModelVersionRepository,
    ScoreRepository,
    open_store,
)

CASES = int(os.environ.get("FUZZ_CASES", "2000"))
SEED = int(os.environ.get("FUZZ_SEED", "0"))
WORKSPACE = os.environ.get("FUZZ_WORKSPACE", "")
UNKNOWABLE = {
    "invalid-signals",
    "invalid-cursor",
    "key-reused",
    "version-missing",
    "version-changed",
}
"""Problems of well-formed requests; 412 and 428 have statuses of their own besides."""
EACH = 40
"""Requests invented for each operation in a round; small operations have fewer."""
PATIENCE = 120.0
"""Seconds for an answer: machines that run tests are busy, and the first answers load models."""
UNLIMITED = Limit(rate=1e9, burst=1e9)
NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)
MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)


@pytest.fixture(scope="module")
def engine(tmp_path_factory, make_run, champion):
    engine = open_store(f"sqlite:///{tmp_path_factory.mktemp('fuzz') / 'store.db'}")
    scores = ScoreRepository(engine)
    before = {f"acc_{n:04}": (n % 97) / 97 for n in range(400, 440)}
    scores.publish(make_run(before, as_of=MAY))
    scores.publish(make_run({key: 1 - p for key, p in before.items()} | {"a/b": None}, as_of=JUNE))
    ModelVersionRepository(engine).promote(champion)
    yield engine
    engine.dispose()


class AtOnce:
    """Does jobs before anybody asks how far they are."""

    def __init__(self, engine):
        self.jobs = JobRepository(engine)

    def start(self, job_id):
        self.jobs.start(job_id)
        self.jobs.finish(job_id, {"accounts": 41}, "done")

    def stop(self, job):
        raise AssertionError(f"{job} was done already")

    def clear(self):
        return []


@dataclass(frozen=True)
class Known:
    """What requests are to name besides what is invented; nothing is put in where it is empty."""

    accounts: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()

    def put_in(self, case) -> None:
        """Let most requests name accounts, days and signals that there are."""
        account = (case.path_parameters or {}).get("account_id")
        if isinstance(account, str) and crc32(account.encode()) % 4:
            case.path_parameters = {
                **case.path_parameters,
                "account_id": one(self.accounts, account),
            }
        days = {
            name: one(self.days, day) for name, day in (case.query or {}).items() if is_day(day)
        }
        if days:
            case.query = {**case.query, **days}
        body = case.body
        if isinstance(body, dict) and isinstance(body.get("signals"), dict):
            case.body = {**body, "signals": self.named(body["signals"])}
        elif isinstance(body, dict) and isinstance(body.get("accounts"), list):
            case.body = {**body, "accounts": [self.row(each) for each in body["accounts"]]}

    def row(self, row):
        if isinstance(row, dict) and isinstance(row.get("signals"), dict):
            return {**row, "signals": self.named(row["signals"])}
        return row

    def named(self, signals):
        """The same values under names that the model knows; what is no name stays."""
        begin = crc32(repr(sorted(signals, key=repr)).encode()) % len(self.signals)
        known = iter((*self.signals[begin:], *self.signals[:begin]))
        usable = (isinstance(n, str) and 0 < len(n) <= 200 for n in signals)
        return {
            next(known, n) if ok else n: v
            for (n, v), ok in zip(signals.items(), usable, strict=True)
        }


def one(known, given):
    return known[crc32(str(given).encode()) % len(known)]


def is_day(given) -> bool:
    try:
        return isinstance(given, str) and len(given) == 10 and bool(date.fromisoformat(given))
    except ValueError:
        return False


@dataclass(frozen=True)
class Served:
    """A service to ask."""

    engine: Engine
    at_hand: AtHand
    words: Callable[[Reason], str] = str
    known: Known = Known()


@pytest.fixture(scope="module")
def alone(engine):
    """A service beside no workspace."""
    return Served(engine, AtHand(runner=AtOnce(engine)))


@pytest.fixture(scope="module")
def near(tmp_path_factory):
    """One beside a copy of a workspace that somebody made."""
    if not WORKSPACE:
        pytest.skip("FUZZ_WORKSPACE names no workspace")
    from pipelines.config import read_config
    from pipelines.live import at_hand
    from pipelines.words import words_of
    from pipelines.workspace import Workspace

    root = tmp_path_factory.mktemp("near") / "workspace"
    shutil.copytree(Path(WORKSPACE), root)
    space = Workspace(root)
    engine = open_store(f"sqlite:///{root / 'store.db'}")
    words = words_of(engine)
    close_up, live = at_hand(engine, space, read_config(space.used), words)
    live.prepare()  # as the service does after its first look
    scores = ScoreRepository(engine)
    known = Known(
        accounts=tuple(each.card.account_id for each in scores.latest(limit=200).items),
        days=tuple(day.isoformat() for day in scores.dates()[-3:]),
        signals=live.champion.serving.model.schema.names,
    )
    yield Served(engine, AtHand(close_up, live, runner=AtOnce(engine)), words, known)
    engine.dispose()


@pytest.fixture(params=["alone", "near"])
def api(request):
    """Describes the real application, anew for each round of requests."""
    served = request.getfixturevalue(request.param)
    access = AccessRepository(served.engine)
    key = new_key()
    access.create(key, KeyInfo(key.prefix, "fuzz", Role.DATA_SCIENTIST, "", NOW), "test")
    app = create_app(served.engine, served.words, hosts=None, access=access, at_hand=served.at_hand)
    app.state.gate = Gate(access, requests=UNLIMITED, failures=UNLIMITED)

    def described(round_):
        config = Config(seed=SEED + round_)
        found = schemathesis.openapi.from_asgi("/openapi.json", app, config=config)
        found.config.update(
            headers={"Authorization": f"Bearer {key.text}"}, request_timeout=PATIENCE
        )
        found.config.generation.update(max_examples=EACH, no_shrink=True)
        if round_ > 1:  # examples and edges are the same in every round
            found.config.phases.update(phases=["fuzzing", "stateful"])
        return found

    def before_call(context, case, **_) -> None:  # noqa: ARG001
        if served.known.accounts:
            served.known.put_in(case)

    schemathesis.hook(before_call)
    yield described
    unregister(before_call)


class Tried:
    """What a run of schemathesis did."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.failures: list[str] = []

    def add(self, recorder) -> None:
        for case, sent in recorder.interactions.items():
            status = sent.response.status_code if sent.response else 0
            self.statuses[status] += 1
            for check in recorder.checks.get(case, ()):
                if check.failure_info and not depends_on_the_store(check, sent.response):
                    self.failures.append(told(check.failure_info, sent.response))


def depends_on_the_store(check, answer):
    """Whether a well-formed request was refused for what only the store can know."""
    if check.name == "allow_header_conformance":
        return answer.request.url.endswith("/what-if")  # GET takes it for an account's id
    if check.name != "positive_data_acceptance" or answer.status_code not in (412, 422, 428):
        return False
    found = answer.json()
    # "request" is what breaks a rule between fields, which no schema can say.
    faults = found.get("errors", ())
    between = [fault["parameter"] for fault in faults] == ["request"]
    ahead = any("lies in the future" in fault["detail"] for fault in faults)  # of today
    return between or ahead or found["type"].removeprefix("/docs#problem-") in UNKNOWABLE


def told(failure, answer):
    what = f"{failure.failure.title}: {failure.failure.message}\n{failure.code_sample}"
    return f"{what} -> {answer.status_code} {answer.text[:500]}" if answer else what


def run(schema, tried) -> None:
    for event in from_schema(schema).execute():
        if isinstance(event, ScenarioFinished):
            tried.add(event.recorder)
        elif isinstance(event, NonFatalError | FatalError):
            tried.failures.append(str(event.info if isinstance(event, NonFatalError) else event))


def test_no_request_is_answered_otherwise_than_described(api):
    tried, round_, began = Tried(), 0, time.process_time()
    while tried.statuses.total() < CASES and not tried.failures:
        round_ += 1
        run(api(round_), tried)
        spent = time.process_time() - began
        told = (
            f"{tried.statuses.total()} requests, {sorted(tried.statuses.items())}, {spent:.0f} s\n"
        )
        sys.stderr.write(told)
    assert tried.failures == [], "\n\n".join(tried.failures[:20])
    assert tried.statuses[200] > CASES / 10
