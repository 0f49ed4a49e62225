"""Which rows a snapshot could see."""

from datetime import UTC, date, datetime

import pyarrow as pa

from features.clock import cut_of
from features.contract import TABLES
from features.contract.arrow import schema
from features.seen import begun, first_seen, known, seen

DAY = date(2026, 1, 31)
LAST, NEXT = datetime(2026, 1, 31, 23, 59, 59, 999999, UTC), datetime(2026, 2, 1, tzinfo=UTC)


def rows(name: str, *given: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(list(given), schema=schema(TABLES[name]))


def test_both_clocks_count_to_the_microsecond() -> None:
    table = rows(
        "usage",
        {"occurred_at": LAST, "known_at": LAST},
        {"occurred_at": NEXT, "known_at": LAST},
        {"occurred_at": LAST, "known_at": NEXT},
        {"occurred_at": LAST, "known_at": None},
    )
    usage = TABLES["usage"]
    assert seen(usage, table, DAY).tolist() == [True, False, False, True]
    assert begun(usage, table, DAY).tolist() == [True, False, True, True]
    assert known(table, DAY).tolist() == [True, True, False, True]


def test_an_announcement_begins_a_fact() -> None:
    table = rows(
        "outcomes",
        {"occurred_at": NEXT, "decided_at": LAST, "known_at": LAST},
        {"occurred_at": NEXT, "decided_at": NEXT, "known_at": LAST},
        {"occurred_at": NEXT, "decided_at": None, "known_at": LAST},
    )
    assert seen(TABLES["outcomes"], table, DAY).tolist() == [True, False, False]


def test_what_always_held_is_seen() -> None:
    table = rows("accounts", {"created_at": None, "known_at": LAST})
    assert seen(TABLES["accounts"], table, DAY).tolist() == [True]


def test_no_rows() -> None:
    assert seen(TABLES["usage"], rows("usage"), DAY).tolist() == []


def test_a_row_is_seen_from_when_it_is_first_seen() -> None:
    later = datetime(2026, 2, 3, tzinfo=UTC)
    given = [
        {"occurred_at": o, "decided_at": d, "known_at": k}
        for o in (LAST, NEXT, later)
        for d in (None, LAST, NEXT, later)
        for k in (None, LAST, NEXT)
    ]
    outcomes = TABLES["outcomes"]
    table = rows("outcomes", *given)
    since = first_seen(outcomes, table)
    for day in (DAY, date(2026, 2, 1), date(2026, 2, 3)):
        assert (since < cut_of(day)).tolist() == seen(outcomes, table, day).tolist()
