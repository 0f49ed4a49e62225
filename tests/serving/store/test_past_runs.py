"""What was published before a date, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from features.silence import Hole
from models.bands.silence import SilentSource
from models.score import Band
from serving.store import ScoreRepository

JUNE = date(2026, 6, 30)


def ago(days: int) -> date:
    return JUNE - timedelta(days=days)


@pytest.fixture
def repository(store):
    return ScoreRepository(store)


@pytest.fixture
def daily(repository, make_run):
    """Runs of today and of 1, 3, 6, 9 and 12 days ago."""
    for days in (12, 9, 6, 3, 1, 0):
        repository.publish(make_run({"a": 0.7, "b": 0.01 * days, "c": None}, as_of=ago(days)))
    return repository


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, [1]), (1, [1]), (2, [1, 3]), (7, [1, 3, 6, 9]), (9, [1, 3, 6, 9]), (90, [1, 3, 6, 9, 12])],
)
def test_runs_of_the_last_days_and_the_one_before_them(daily, days, expected):
    found = list(daily.before(JUNE, days, "v1"))
    assert [(JUNE - run.as_of).days for run in found] == expected


def test_bands_and_chances_come_as_published(daily):
    (run,) = list(daily.before(ago(3), 1, "v1"))
    assert run.as_of == ago(6)
    rows = dict(zip(run.accounts, zip(run.bands, run.risks, strict=True), strict=True))
    assert rows == {"a": (Band.RED, 0.7), "b": (Band.GREEN, 0.06), "c": (Band.GREY, None)}


def test_what_is_published_for_the_date_or_later_does_not_count(daily, make_run):
    before = list(daily.before(ago(3), 7, "v1"))
    daily.publish(make_run({"a": 0.1, "b": 0.1}, as_of=ago(3)))
    daily.publish(make_run({"a": 0.1, "b": 0.1}, as_of=ago(1)))
    assert list(daily.before(ago(3), 7, "v1")) == before


def test_another_version_ends_the_past(daily, make_run):
    daily.publish(make_run({"a": 0.7}, as_of=ago(3), version="v0"))
    assert [run.as_of for run in daily.before(JUNE, 30, "v1")] == [ago(1)]
    assert list(daily.before(JUNE, 30, "v2")) == []
    assert list(daily.before(ago(12), 30, "v1")) == []


def test_an_empty_run_is_a_run(repository, make_run):
    repository.publish(make_run({}, as_of=ago(3)))
    (run,) = repository.before(JUNE, 7, "v1")
    assert (run.accounts, run.bands, run.risks) == ((), (), ())


def test_silent_sources_are_kept_with_their_run(repository, make_run):
    sources = (SilentSource("usage", ago(20), 0.42), SilentSource("tickets", ago(15), 0.02))
    run = replace(make_run({"a": None}), silent=sources[::-1])
    assert repository.publish(run) == 1
    assert repository.silent(JUNE) == sources
    assert repository.silent(ago(1)) == ()
    assert repository.publish(run) == 0


def test_holes_are_kept_with_their_run(repository, make_run):
    """Beside a run of before, which knew of none, and in what tells two runs apart."""
    holes = (Hole(ago(40), ago(20)), Hole(ago(9), ago(2)))
    run = replace(make_run({"a": None}), holes=holes, ended=7)
    plain = make_run({"a": None})
    assert repository.publish(plain) == 1
    assert repository.newest().holes == repository.info(JUNE).holes == ()
    assert repository.publish(run) == 1
    assert repository.newest().holes == repository.info(JUNE).holes == run.holes
    assert repository.newest().ended == repository.info(JUNE).ended == 7
    assert repository.publish(run) == 0
    assert repository.publish(replace(run, ended=8)) == 1
    assert repository.publish(plain) == 1
    assert (repository.newest().holes, repository.newest().ended) == ((), 0)


def test_a_run_without_them_takes_them_away(repository, make_run):
    run = make_run({"a": None})
    repository.publish(replace(run, silent=(SilentSource("usage", ago(20), 0.42),)))
    assert repository.publish(run) == 1
    assert repository.silent(JUNE) == ()
