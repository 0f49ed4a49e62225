"""Jobs through the real application, with a runner that the test is."""

import json
from datetime import UTC, datetime

import anyio
import pytest

from serving.api import events
from serving.app import create_app
from serving.at_hand import AtHand
from serving.store import AuditRepository, JobRepository


class Recorder:
    """Stands for the runner: remembers what it was to start and to stop."""

    def __init__(self):
        self.started, self.stopped, self.lost = [], [], []

    def start(self, job_id):
        self.started.append(job_id)

    def stop(self, job):
        self.stopped.append(job.job_id)

    def clear(self):
        for fail in self.lost:
            fail()
        return []


@pytest.fixture
def runner():
    return Recorder()


@pytest.fixture
def jobs(sqlite_store):
    return JobRepository(sqlite_store)


@pytest.fixture
def client(sqlite_store, connect, runner):
    return connect(create_app(sqlite_store, str, at_hand=AtHand(runner=runner)))


def start(client, body=None, **headers):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.request("POST", "/v1/jobs", json=body or {"kind": "score"}, headers=sent)


def slug(answer):
    return answer.json()["type"].removeprefix("/docs#problem-")


def received(answer):
    """The events of a stream that has ended: id and job of each."""
    found = []
    for block in answer.text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if fields.get("event") == "job":
            found.append((fields["id"], json.loads(fields["data"])))
    return found


@pytest.fixture
def either(store, connect, runner):
    """The same over each kind of store."""
    return connect(create_app(store, str, at_hand=AtHand(runner=runner)))


def test_a_job_is_started_followed_and_done(either, runner, store):
    client, jobs = either, JobRepository(store)
    answer = start(client, {"kind": "score", "as_of": "2026-06-30"})
    assert answer.status_code == 202
    job = answer.json()
    address = answer.headers["location"]
    assert runner.started == [job["job_id"]]
    assert (job["state"], job["asked"]) == ("waiting", {"as_of": "2026-06-30"})
    (entry,) = AuditRepository(store).newest()
    assert (entry.deed.action, entry.deed.subject) == ("job.asked", job["job_id"])

    jobs.start(job["job_id"], {"pid": 1, "host": "here"})
    jobs.report(job["job_id"], 0.5, "snapshots: 1 of 2 buckets")
    running = client.get(address).json()
    assert (running["state"], running["progress"]) == ("running", 0.5)
    assert running["message"] == "snapshots: 1 of 2 buckets"
    assert running["result"] == {}, "whose process it is, is nobody's business"

    jobs.finish(job["job_id"], {"accounts": 3}, "done")
    done = client.get(address).json()
    assert (done["state"], done["progress"], done["result"]) == ("done", 1.0, {"accounts": 3})
    assert client.get("/v1/jobs").json()["items"] == [done]
    assert AuditRepository(store).verify().broken_at is None


def test_one_job_of_a_kind_at_a_time(client, jobs, runner):
    first = start(client).json()
    answer = start(client)
    assert (answer.status_code, slug(answer)) == (409, "job-running")
    assert first["job_id"] in answer.json()["detail"]
    jobs.fail(first["job_id"], "no data")
    assert start(client).status_code == 202
    assert len(runner.started) == 2


def test_a_repeated_request_starts_nothing_more(either, runner):
    client = either
    first, again = start(client, idempotency_key="night"), start(client, idempotency_key="night")
    assert (again.status_code, again.json()) == (202, first.json())
    assert len(runner.started) == 1
    other = start(client, {"kind": "score", "as_of": "2026-01-01"}, idempotency_key="night")
    assert (other.status_code, slug(other)) == (422, "key-reused")


def test_a_job_is_cancelled(either, store, runner):
    client, jobs = either, JobRepository(store)
    job = start(client).json()
    address = f"/v1/jobs/{job['job_id']}"
    answer = client.request("DELETE", address)
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert answer.json()["message"] == "cancelled by this machine"
    assert runner.stopped == [job["job_id"]]
    assert not jobs.report(job["job_id"], 0.9, "still here")
    again = client.request("DELETE", address)  # the answer may have been lost
    assert (again.status_code, again.json()) == (200, answer.json())
    assert [each.deed.action for each in AuditRepository(store).newest()] == [
        "job.cancelled", "job.asked",
    ]  # fmt: skip
    done = start(client).json()["job_id"]
    jobs.start(done, {})
    jobs.finish(done, {}, "done")
    late = client.request("DELETE", f"/v1/jobs/{done}")
    assert (late.status_code, slug(late)) == (409, "job-ended")


def test_what_cannot_be_started(client, sqlite_store, connect):
    assert slug(start(client, {"kind": "retrain"})) == "invalid-body"
    assert slug(start(client, {"kind": "score", "as_of": "2999-01-01"})) == "invalid-body"
    alone = connect(create_app(sqlite_store, str))
    answer = start(alone)
    assert (answer.status_code, slug(answer)) == (503, "no-workspace")
    assert client.get("/v1/jobs/" + "0" * 32).status_code == 404
    assert client.get("/v1/jobs/x").status_code == 422


def test_events_of_a_job_that_has_ended(client, jobs):
    job_id = start(client).json()["job_id"]
    jobs.fail(job_id, "nothing is loaded")
    answer = client.get(f"/v1/jobs/{job_id}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    ((last, job),) = received(answer)
    assert (job["state"], job["message"]) == ("failed", "nothing is loaded")
    again = client.get(f"/v1/jobs/{job_id}/events", headers={"last-event-id": last})
    assert (again.status_code, again.content) == (204, b"")


def test_a_job_is_followed_while_it_gets_on(sqlite_store, monkeypatch):
    monkeypatch.setattr(events, "LOOK_SECONDS", 0.001)
    jobs = JobRepository(sqlite_store)
    job = jobs.create("score", "test")
    steps = iter(
        [
            lambda: jobs.start(job.job_id),
            lambda: jobs.report(job.job_id, 0.5, "half"),
            lambda: None,
            lambda: jobs.finish(job.job_id, {}, "done"),
        ]
    )

    def look():
        found = jobs.job(job.job_id)
        next(steps, lambda: None)()
        return found, found.state.value

    async def collect(last):
        return [text async for text in events.follow(look, last)]

    told = anyio.run(collect, None)
    states = [line for text in told for line in text.splitlines() if line.startswith("data:")]
    assert states == ["data: waiting", "data: running", "data: running", "data: done"]
    known = events.identifier(jobs.job(job.job_id))
    assert len(anyio.run(collect, known)) == 1, "nothing is sent twice"


def test_a_quiet_stream_is_kept_open_and_ends(sqlite_store, monkeypatch):
    monkeypatch.setattr(events, "LOOK_SECONDS", 0)
    jobs = JobRepository(sqlite_store)
    job = jobs.create("score", "test")
    seconds = iter(range(0, 10_000, 10))

    async def collect():
        stream = events.follow(lambda: (job, "{}"), None, lambda: next(seconds))
        return [text async for text in stream]

    told = anyio.run(collect)
    assert told.count(": still at it\n\n") >= 10
    assert len(told) < 40


def test_what_an_event_is_named_by(sqlite_store):
    jobs = JobRepository(sqlite_store, clock=lambda: datetime(2026, 7, 1, tzinfo=UTC))
    job = jobs.create("score", "test")
    before = events.identifier(job)
    jobs.start(job.job_id)
    assert events.identifier(jobs.job(job.job_id)) != before
    assert events.identifier(job) == before


def test_a_job_that_was_lost_stands_in_nobodys_way(client, runner, jobs):
    first = start(client).json()["job_id"]
    assert slug(start(client)) == "job-running"
    runner.lost.append(lambda: jobs.fail(first, "its process ended without a word"))
    assert start(client).status_code == 202
    assert len(runner.started) == 2
