"""Jobs, answers that are kept, letters to others, and saved views."""

from datetime import UTC, datetime, timedelta

import pytest

from serving.store import (
    Answer,
    ChangedSinceError,
    IdempotencyRepository,
    JobRepository,
    JobState,
    KeyReusedError,
    NameTakenError,
    OutboxRepository,
    Request,
    SavedViewRepository,
    digest_of,
)
from serving.store.engine import writing

NOW = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)


def test_a_job_goes_its_way_and_stays_over(store):
    jobs = JobRepository(store, lambda: NOW)
    made = jobs.create("score", "Lena", {"as_of": "2026-06-30"})
    assert jobs.job(made.job_id) == made
    assert not jobs.report(made.job_id, 0.5, "too early")

    assert jobs.start(made.job_id)
    assert not jobs.start(made.job_id)
    assert jobs.report(made.job_id, 1.5, "x" * 1000)
    running = jobs.job(made.job_id)
    assert (running.state, running.progress, len(running.message)) == (JobState.RUNNING, 1.0, 500)

    assert jobs.finish(made.job_id, {"accounts": 3})
    assert not jobs.fail(made.job_id, "too late")
    done = jobs.job(made.job_id)
    assert (done.state, done.result, done.ended_at) == (JobState.DONE, {"accounts": 3}, NOW)
    assert done.over


def test_the_newest_jobs_come_first_each_of_whoever_asked(store):
    clock = iter(NOW + timedelta(seconds=n) for n in range(9))
    jobs = JobRepository(store, lambda: next(clock))
    first, second = jobs.create("score", "Lena"), jobs.create("score", "Omar")
    jobs.start(first.job_id)
    jobs.finish(first.job_id, {})
    assert [job.state for job in jobs.newest()] == [JobState.WAITING, JobState.DONE]
    assert [job.job_id for job in jobs.newest(asked_by="Omar")] == [second.job_id]
    assert jobs.job("none") is None


def test_an_answer_is_kept_with_its_effect_or_not_at_all(store):
    answers, jobs = IdempotencyRepository(), JobRepository(store)
    request = Request("k1", "Lena", "POST /v1/jobs", digest_of({"kind": "score"}))

    def ask(fails=False):
        with writing(store) as connection:
            known = answers.recall(connection, request)
            if known is None:
                known = Answer(202, {"job": jobs.create_on(connection, "score", "Lena").job_id})
                answers.remember(connection, request, known, NOW)
            if fails:
                raise RuntimeError("the power went out")
        return known

    with pytest.raises(RuntimeError):
        ask(fails=True)
    assert jobs.newest() == []
    assert ask() == ask()
    assert len(jobs.newest()) == 1


def test_a_key_belongs_to_one_request_of_one_person(store):
    answers = IdempotencyRepository()
    mine = Request("k1", "Lena", "POST /v1/jobs", digest_of(1))
    with writing(store) as connection:
        answers.remember(connection, mine, Answer(202, None), NOW)
        others = Request("k1", "Omar", "POST /v1/jobs", digest_of(2))
        assert answers.recall(connection, others) is None
        with pytest.raises(KeyReusedError, match="another request before"):
            answers.recall(connection, Request("k1", "Lena", "POST /v1/jobs", digest_of(2)))
    with writing(store) as connection:
        assert answers.forget(connection, NOW) == 0
        assert answers.forget(connection, NOW + timedelta(seconds=1)) == 1


def test_letters_wait_in_their_order(store):
    outbox = OutboxRepository(store)
    with writing(store) as connection:
        for n in range(3):
            outbox.put(connection, "run.published", {"n": n}, NOW)
    assert [(each.number, each.payload) for each in outbox.waiting()] == [
        (1, {"n": 0}),
        (2, {"n": 1}),
        (3, {"n": 2}),
    ]
    assert outbox.delivered([1, 3], NOW) == 2
    assert outbox.delivered([1], NOW) == 0
    assert [each.number for each in outbox.waiting()] == [2]


def test_a_view_is_its_owners_alone(store):
    views = SavedViewRepository(store, lambda: NOW)
    made = views.create("Lena", "Red ones", {"band": ["red"]})
    assert views.all("Lena") == [made] == [views.view("Lena", made.view_id)]
    assert views.view("Omar", made.view_id) is None
    assert views.change("Omar", made.view_id, 1, "Mine", {}) is None
    assert not views.remove("Omar", made.view_id)
    views.create("Omar", "Red ones", {})


def test_a_view_changes_only_from_what_was_read(store):
    views = SavedViewRepository(store)
    made = views.create("Lena", "Red ones", {"band": ["red"]})
    other = views.create("Lena", "Others", {})
    changed = views.change("Lena", made.view_id, 1, "Yellow ones", {"band": ["yellow"]})
    assert (changed.version, changed.name) == (2, "Yellow ones")
    assert changed.query == {"band": ["yellow"]}
    with pytest.raises(ChangedSinceError, match="of version 2, and 1"):
        views.change("Lena", made.view_id, 1, "x", {})
    with pytest.raises(ChangedSinceError):
        views.remove("Lena", made.view_id, 1)
    with pytest.raises(NameTakenError):
        views.change("Lena", made.view_id, 2, "Others", {})
    with pytest.raises(NameTakenError):
        views.create("Lena", "Others", {})
    assert views.remove("Lena", made.view_id, 2)
    assert views.all("Lena") == [other]
