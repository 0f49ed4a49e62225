"""Jobs in processes of their own: begun, reported, cancelled, lost."""

import os
import socket
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from pipelines import jobs as work
from pipelines.errors import InputError
from pipelines.insights import write
from pipelines.jobs import ProcessRunner, alive
from pipelines.workspace import Workspace
from serving.store import JobRepository, JobState, open_store

HERE = socket.gethostname()


@pytest.fixture
def space(tmp_path, monkeypatch):
    monkeypatch.delenv("FOREWARN_STORE", raising=False)
    return Workspace(tmp_path)


@pytest.fixture
def engine(space):
    engine = open_store(space.store_address)
    yield engine
    engine.dispose()


@pytest.fixture
def jobs(engine):
    return JobRepository(engine)


def do(space, monkeypatch, job_id, kind):
    monkeypatch.setitem(work.KINDS, "score", kind)
    return work.work(space, lambda: None, job_id)


def test_a_job_reports_and_ends(space, jobs, monkeypatch):
    job = jobs.create("score", "test", {"as_of": "2026-06-30"})
    seen = []

    def kind(_space, _config, job, say):
        say("snapshots: 1 of 4 buckets at 1 date")
        seen.append(jobs.job(job.job_id))
        say("3 accounts scored")
        seen.append(jobs.job(job.job_id))
        return {"accounts": 3, "as_of": job.asked["as_of"]}

    assert do(space, monkeypatch, job.job_id, kind) == 0
    assert [each.progress for each in seen] == [0.225, 0.225]
    assert seen[0].result == {"host": HERE, "pid": os.getpid()}
    done = jobs.job(job.job_id)
    assert (done.state, done.progress) == (JobState.DONE, 1.0)
    assert done.result == {"accounts": 3, "as_of": "2026-06-30"}


def test_insights_are_written_where_the_service_shows_them(space, jobs, monkeypatch):
    asked = []

    def refresh(_space, _config, as_of, say):
        asked.append(as_of)
        say("snapshots: 2 of 4 buckets at 36 dates")
        assert jobs.job(job.job_id).progress == 0.15  # far from done
        return SimpleNamespace(as_of=as_of, accounts=12, dates=36)

    monkeypatch.setattr(write, "refresh", refresh)
    monkeypatch.setattr(work, "resolve_as_of", lambda _space, given: given)
    job = jobs.create("insights", "test", {"as_of": "2026-06-30"})
    assert work.work(space, lambda: None, job.job_id) == 0
    assert asked == [date(2026, 6, 30)]
    done = jobs.job(job.job_id)
    assert done.state is JobState.DONE
    assert done.result == {"as_of": "2026-06-30", "accounts": 12, "dates": 36}


def test_a_job_that_cannot_be_done_says_why(space, jobs, monkeypatch):
    def refuse(*_):
        raise InputError("nothing is loaded: run `forewarn load`")

    def break_down(*_):
        raise ZeroDivisionError("acc_secret")

    job = jobs.create("score", "test")
    assert do(space, monkeypatch, job.job_id, refuse) == 0
    assert jobs.job(job.job_id).message == "nothing is loaded: run `forewarn load`"
    job = jobs.create("score", "test")
    with pytest.raises(ZeroDivisionError):
        do(space, monkeypatch, job.job_id, break_down)
    assert jobs.job(job.job_id).message == "a fault of ours, see the log: ZeroDivisionError"


def test_a_cancelled_job_stops_at_its_next_word(space, jobs, monkeypatch):
    job = jobs.create("score", "test")
    after = []

    def kind(_space, _config, job, say):
        jobs.cancel(job.job_id, "Ada")
        say("more")
        after.append("published")

    assert do(space, monkeypatch, job.job_id, kind) == 0
    assert after == []
    assert jobs.job(job.job_id).message == "cancelled by Ada"
    assert do(space, monkeypatch, job.job_id, kind) == 0, "what has ended is not begun again"


def test_jobs_of_dead_processes_are_marked(space, engine, jobs):
    runner = ProcessRunner(space, engine)
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    waiting = JobRepository(engine, lambda: long_ago).create("score", "test")
    lost, other, mine, starting, handed = (jobs.create(f"kind {n}", "test") for n in range(5))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    jobs.start(lost.job_id, {"host": HERE, "pid": ended.pid})
    jobs.start(other.job_id, {"host": "elsewhere", "pid": 1})
    jobs.hand_over(handed.job_id, {"host": HERE, "pid": ended.pid})
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)", mine.job_id]
    running = subprocess.Popen(sleeper)
    try:
        jobs.start(mine.job_id, {"host": HERE, "pid": running.pid})
        assert set(runner.clear()) == {waiting.job_id, lost.job_id, handed.job_id}
        assert jobs.job(lost.job_id).state is JobState.FAILED
        assert "ended without a word" in jobs.job(lost.job_id).message
        open_still = {other.job_id, mine.job_id, starting.job_id}
        assert {j.job_id for j in jobs.unfinished()} == open_still
        runner.stop(jobs.job(mine.job_id))
        assert running.wait(10) == -15
    finally:
        running.kill()
        running.wait()


def test_another_process_of_the_same_number_is_not_the_job(jobs):
    job = jobs.create("score", "test")
    jobs.start(job.job_id, {"host": HERE, "pid": os.getpid()})
    assert not alive(jobs.job(job.job_id))


def test_a_real_process_takes_up_a_job_and_says_why_it_fails(space, engine, jobs):
    job = jobs.create("score", "test")
    ProcessRunner(space, engine).start(job.job_id)
    until = time.monotonic() + 60
    while not jobs.job(job.job_id).over and time.monotonic() < until:
        time.sleep(0.1)
    found = jobs.job(job.job_id)
    assert found.state is JobState.FAILED
    assert "configuration" in found.message  # nothing was ever configured here
