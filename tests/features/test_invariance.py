"""Nothing after `as_of` changes a byte of what is said about it.

Two random companies that agree on everything up to `as_of` and on nothing after it must
have the same snapshot, the same population and the same known outcomes. One row comes after
`as_of` if it happened or became known later. The one thing that is known by `as_of` and
tells of later is a correction that puts an old fact off: it stays.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from features.contract import KNOWN_AT, TABLES, Table
from features.currency import Rate, Rates
from features.outcomes import Declared, Label, Lapse, LogoChurn, Movement, fates
from features.signals import catalogue_for
from features.signals.attributes import with_attributes
from features.snapshot import snapshots
from features.view import Bucket, View

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Fact = Callable[[Table, Row], tuple[Any, ...]]

EXAMPLES = 90
EVENTS = catalogue_for(["login", "Login", "volume"])
CATALOGUE = with_attributes(EVENTS, ("size", "Size"), ("Plan", "plan"))
RATES = Rates("EUR", tuple(Rate(c, date(2024, 2, 10), 2) for c in ("USD", "CHF")))  # type: ignore[arg-type]
LABELS: tuple[Label, ...] = (
    LogoChurn(5),
    Movement("contraction", 0.1, 5),
    Movement("expansion", 0.1, 5),
    Lapse(10),
    Lapse(7, "interactions"),
    Declared("logo_churn"),
    Declared("contraction"),
)
AS_OF = date(2024, 2, 29)
YOUNG = "ö'客 9"


def cut(as_of: date) -> datetime:
    return datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC) + timedelta(days=1)


def after(moment: datetime | None, as_of: date) -> bool:
    return moment is not None and moment >= cut(as_of)


def start(table: Table, row: Row) -> datetime | None:
    told = [row[n] for n in (table.occurred, table.announced) if n and row[n] is not None]
    return min(told) if told else None


def seen(table: Table, row: Row, as_of: date) -> bool:
    return not after(start(table, row), as_of) and not after(row[KNOWN_AT.name], as_of)


class Merged:
    """Companies of which each has the same past, and a future of its own."""

    def __init__(self, fact: Fact, as_of: date) -> None:
        self.fact, self.as_of = fact, as_of

    def past(self, table: Table, rows: list[Row]) -> list[Row]:
        """What was seen, and what was known to have been put off."""
        shown = [row for row in rows if seen(table, row, self.as_of)]
        facts = {self.fact(table, row) for row in shown} - {()}
        put_off = [
            row
            for row in rows
            if not seen(table, row, self.as_of)
            and not after(row[KNOWN_AT.name], self.as_of)
            and self.fact(table, row) in facts
        ]
        return shown + put_off

    def future(self, table: Table, rows: list[Row], past: list[Row]) -> list[Row]:
        """What is after `as_of`, without news by then of facts of the past."""
        told = {self.fact(table, row) for row in past} - {()}
        return [
            row
            for row in rows
            if not seen(table, row, self.as_of)
            and (after(row[KNOWN_AT.name], self.as_of) or self.fact(table, row) not in told)
        ]

    def rehidden(self, table: Table, row: Row, other: Row) -> Row:
        """The row with what was hidden at `as_of` as another row has it."""
        row = dict(row)
        dates = [c for c in table.columns if c.hidden_until == c.name]
        hidden = {c.name for c in dates if row[c.name] is None or after(row[c.name], self.as_of)}
        for column in table.columns:
            if column.hidden_until not in hidden:
                continue
            value = other.get(column.name)
            if column.name not in hidden or value is None or after(value, self.as_of):
                row[column.name] = value
        return row

    def of(self, mine: Rows, other: Rows) -> Rows:
        """The past of `mine` with the future of `other`."""
        merged = {}
        for name, rows in mine.items():
            table = TABLES[name]
            past = self.past(table, rows)
            donors = other[name] or [{}]
            changed = [
                self.rehidden(table, row, donors[i % len(donors)]) for i, row in enumerate(past)
            ]
            merged[name] = changed + self.future(table, other[name], past)
        return merged


def serialised(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def anyone_seen(view: View) -> np.ndarray:
    """Accounts of which anything at all was visible."""
    facts = [view.facts(name).account for name in view.bucket.tables]
    return np.bincount(np.concatenate(facts), minlength=view.size) > 0


def told(bucket: Bucket, as_of: date) -> dict[str, bytes]:
    """All that is said about `as_of`, and at `as_of` about what went before."""
    view, before = bucket.at(as_of), [as_of - timedelta(days=20), as_of - timedelta(days=7)]
    said = {"snapshot": serialised(snapshots(bucket, CATALOGUE, [as_of], anyone_seen))}
    for label in LABELS:
        population = [bucket.accounts[i] for i in np.flatnonzero(label.population(view))]
        known = fates(bucket, label, before, as_of).to_dict("list")
        said[f"population of {label}"] = repr(population).encode()
        said[f"fates of {label}"] = repr(known).encode()
    return said


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_nothing_after_as_of_changes_a_byte(
    companies: st.SearchStrategy[Rows],
    fact: Fact,
    bucket: Callable[..., Bucket],
    data: st.DataObject,
) -> None:
    mine, other = data.draw(companies), data.draw(companies)
    merged = Merged(fact, AS_OF).of(mine, other)
    shuffle = data.draw(st.randoms(use_true_random=False))
    for rows in merged.values():
        shuffle.shuffle(rows)
    before, now = told(bucket(mine, RATES), AS_OF), told(bucket(merged, RATES), AS_OF)
    assert [name for name in before if before[name] != now[name]] == []


@settings(max_examples=15)
@given(st.data())
def test_the_order_of_rows_changes_nothing(
    companies: st.SearchStrategy[Rows], bucket: Callable[..., Bucket], data: st.DataObject
) -> None:
    mine = data.draw(companies)
    turned = {name: data.draw(st.permutations(rows)) for name, rows in mine.items()}
    assert told(bucket(mine, RATES), AS_OF) == told(bucket(turned, RATES), AS_OF)


@settings(max_examples=15)
@given(st.data())
def test_an_account_is_the_same_in_any_company(
    companies: st.SearchStrategy[Rows], bucket: Callable[..., Bucket], data: st.DataObject
) -> None:
    """So it does not matter which accounts share a bucket."""
    mine = data.draw(companies)
    unshared = {n: [own(TABLES[n], row) for row in rows] for n, rows in mine.items()}
    alone = {n: [r for r in rows if r["account_id"] == YOUNG] for n, rows in unshared.items()}
    whole = snapshots(bucket(unshared, RATES), CATALOGUE, [AS_OF], anyone_seen)
    single = snapshots(bucket(alone, RATES), CATALOGUE, [AS_OF], anyone_seen)
    mask = pa.compute.equal(whole["account_id"], YOUNG)
    assert serialised(whole.filter(mask).combine_chunks()) == serialised(single.combine_chunks())


def own(table: Table, row: Row) -> Row:
    """The row with an id that no other account's rows have."""
    ids = {n for n in (*table.key, table.optional_key) if n.endswith("_id")} - {"account_id"}
    return {**row, **{n: f"{row['account_id']} {row[n]}" for n in ids if row[n] is not None}}


def test_the_test_can_fail(fact: Fact, bucket: Callable[..., Bucket]) -> None:
    """A row of the past that differs is found."""
    row = {"account_id": "a", "event": "login", "quantity": 1.0, "user_id": None, "event_id": None}
    times = {"occurred_at": cut(AS_OF) - timedelta(days=1), "known_at": cut(AS_OF)}
    late: Rows = {"usage": [{**row, **times}]}
    early: Rows = {"usage": [{**row, **times, "known_at": times["occurred_at"]}]}
    assert Merged(fact, AS_OF).of(late, {"usage": []}) == {"usage": []}
    assert Merged(fact, AS_OF).of(early, {"usage": []}) == early
    population = [snapshots(bucket(r), CATALOGUE, [AS_OF], anyone_seen) for r in (late, early)]
    assert [len(table) for table in population] == [0, 1]


def test_the_random_companies_have_all_cases(companies: st.SearchStrategy[Rows]) -> None:
    """Each table has rows of the past, rows known late and rows known beforehand."""
    found: dict[str, set[str]] = {name: set() for name in TABLES}

    @settings(max_examples=80)
    @given(companies)
    def look(company: Rows) -> None:
        for name, rows in company.items():
            found[name] |= {case(TABLES[name], row) for row in rows}

    look()
    assert {name for name, cases in found.items() if len(cases) < 3} == set()
    assert len(set().union(*found.values())) == 4


def case(table: Table, row: Row) -> str:
    happens = "later" if after(start(table, row), AS_OF) else "before"
    return f"happens {happens}, known {'later' if after(row[KNOWN_AT.name], AS_OF) else 'before'}"
