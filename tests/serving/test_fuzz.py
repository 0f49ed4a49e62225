"""Every operation of the API against thousands of requests that nobody thought of.

`make fuzz` runs this file alone; FUZZ_CASES says how many requests there are to be.
"""

import os
import sys
from collections import Counter
from datetime import UTC, date, datetime

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig as Config
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished

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


@pytest.fixture(scope="module")
def api(engine):
    """Describes the real application, anew for each round of requests."""
    access = AccessRepository(engine)
    key = new_key()
    access.create(key, KeyInfo(key.prefix, "fuzz", Role.DATA_SCIENTIST, "", NOW), "test")
    app = create_app(engine, str, hosts=None, access=access, at_hand=AtHand(runner=AtOnce(engine)))
    app.state.gate = Gate(access, requests=UNLIMITED, failures=UNLIMITED)

    def described(round_):
        config = Config(seed=round_)
        found = schemathesis.openapi.from_asgi("/openapi.json", app, config=config)
        found.config.update(headers={"Authorization": f"Bearer {key.text}"})
        found.config.generation.update(max_examples=EACH, no_shrink=True)
        if round_ > 1:  # examples and edges are the same in every round
            found.config.phases.update(phases=["fuzzing", "stateful"])
        return found

    return described


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
    tried, round_ = Tried(), 0
    while tried.statuses.total() < CASES and not tried.failures:
        round_ += 1
        run(api(round_), tried)
    told = f"{tried.statuses.total()} requests, {sorted(tried.statuses.items())}\n"
    sys.stderr.write(told)
    assert tried.failures == [], "\n\n".join(tried.failures[:20])
    assert tried.statuses[200] > CASES / 10
