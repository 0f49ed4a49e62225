"""Pages of the list: order, filter, and cursors that lose and repeat nothing."""

import base64
import json
from datetime import date
from decimal import Decimal

import pytest

from models.score import Band
from serving.store import CursorError, ScoreRepository, Sort, StaleCursorError


def walk(repository, limit, **query):
    cursor, found, starts = None, [], []
    while True:
        page = repository.latest(limit=limit, cursor=cursor, **query)
        found += [item.card.account_id for item in page.items]
        starts.append(page.start)
        cursor = page.next_cursor
        if cursor is None:
            return found, starts, page.total


CHANCES = {f"t{i}": 0.25 for i in range(7)} | {
    "red/1": 0.9,
    "red 2": 0.8,
    "calm": 0.05,
    "Calm": 0.05,
    "grey1": None,
    "grey2": None,
    "ß": 0.25,
}
NAMES = {"red/1": "zeta", "red 2": "Alpha", "calm": "", "t1": "alpha", "t2": "Übung", "t3": "'; --"}
ARR = {"red/1": None, "t1": None, "calm": Decimal(5), "Calm": Decimal(5), "t2": Decimal("-3")}


@pytest.fixture
def repository(store, make_run):
    repository = ScoreRepository(store)
    repository.publish(make_run(CHANCES, names=NAMES, arr=ARR))
    return repository


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 13, 14, 15, 200])
@pytest.mark.parametrize("sort", Sort)
def test_pages_cover_all_exactly_once(repository, sort, limit):
    found, starts, total = walk(repository, limit, sort=sort)
    assert sorted(found) == sorted(CHANCES)
    assert total == len(CHANCES)
    assert starts == list(range(0, len(CHANCES), limit))


def test_risk_puts_the_highest_first_and_the_unknown_last(repository):
    found, _, _ = walk(repository, 4)
    ties = [f"t{i}" for i in range(7)] + ["ß"]
    assert found == ["red/1", "red 2", *ties, "Calm", "calm", "grey1", "grey2"]


def test_arr_puts_the_highest_first_and_the_unknown_last(repository):
    found, _, _ = walk(repository, 3, sort=Sort.ARR)
    assert found[-5:] == ["Calm", "calm", "t2", "red/1", "t1"]


def test_names_ignore_case_and_fall_back_to_the_id(repository):
    found, _, _ = walk(repository, 3, sort=Sort.NAME)
    assert found[:4] == ["t3", "red 2", "t1", "calm"]
    assert found[-2:] == ["red/1", "t2"]


def test_a_filter_counts_and_pages_its_own(repository):
    found, _, total = walk(repository, 1, bands=[Band.RED, Band.GREY])
    assert found == ["red/1", "red 2", "grey1", "grey2"]
    assert total == 4
    assert repository.latest(bands=[Band.RED]).counts == {
        Band.RED: 2,
        Band.YELLOW: 8,
        Band.GREEN: 2,
        Band.GREY: 2,
    }


def test_a_cursor_belongs_to_its_question(repository):
    cursor = repository.latest(limit=1, bands=[Band.RED]).next_cursor
    with pytest.raises(CursorError, match="another filter or order"):
        repository.latest(limit=1, cursor=cursor)
    with pytest.raises(CursorError, match="another filter or order"):
        repository.latest(limit=1, bands=[Band.RED], sort=Sort.NAME, cursor=cursor)


def test_a_cursor_does_not_outlive_its_run(repository, make_run):
    cursor = repository.latest(limit=1).next_cursor
    repository.publish(make_run({"a": 0.5}, as_of=date(2026, 7, 31)))
    with pytest.raises(StaleCursorError):
        repository.latest(limit=1, cursor=cursor)


def forged(repository, sort, **changes):
    cursor = repository.latest(limit=3, sort=sort).next_cursor
    names = ["sort", "bands", "tag", "value", "key", "seen"]
    padded = cursor + "=" * (-len(cursor) % 4)
    parts = dict(zip(names, json.loads(base64.urlsafe_b64decode(padded)), strict=True))
    plain = json.dumps(list((parts | changes).values())).encode()
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


@pytest.mark.parametrize(
    ("sort", "changes"),
    [
        (Sort.RISK, {"value": "0.5"}),
        (Sort.RISK, {"value": float("nan")}),
        (Sort.RISK, {"value": 10**400}),
        (Sort.RISK, {"key": "nul\0"}),
        (Sort.RISK, {"key": "\ud800"}),
        (Sort.RISK, {"seen": -1}),
        (Sort.RISK, {"seen": "1"}),
        (Sort.RISK, {"value": [1]}),
        (Sort.NAME, {"value": None}),
        (Sort.NAME, {"value": "nul\0"}),
        (Sort.ARR, {"value": "1e999999"}),
        (Sort.ARR, {"value": "sNaN"}),
        (Sort.ARR, {"value": "plenty"}),
        (Sort.ARR, {"value": 5}),
    ],
)
def test_a_forged_cursor_is_refused(repository, sort, changes):
    with pytest.raises(CursorError):
        repository.latest(limit=3, sort=sort, cursor=forged(repository, sort, **changes))


@pytest.mark.parametrize("text", ["x", "é", "====", "bnVsbA", "W10", "[" * 3000, "W1tb" * 900])
def test_a_damaged_cursor_is_refused(repository, text):
    with pytest.raises(CursorError, match="no cursor of this list"):
        repository.latest(cursor=text)
