"""One day after another gives the bits of all rows at once, on random histories."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import strategies as st

from features.clock import Mask
from features.contract import KNOWN_AT, TABLES
from features.contract.arrow import schema
from features.currency import Rate, Rates
from features.facts import View, prepare
from features.kept import KeptCompany
from features.signals import catalogue_for
from features.snapshot import snapshots

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Drawn = Callable[[st.SearchStrategy[Rows], int], list[Rows]]

BEGIN, DAYS = date(2024, 2, 20), 50
CATALOGUE = catalogue_for(["login", "export report"])
EURO = Rates(
    "EUR", tuple(Rate(c, date(2024, 1, 1), r) for c, r in (("USD", 2), ("usd", 3), ("chf", 4)))
)  # type: ignore[arg-type]


def everyone(view: View) -> Mask:
    return np.ones(view.size, bool)


@pytest.fixture(scope="module")
def history(
    helper: SimpleNamespace, drawn: Drawn, companies: st.SearchStrategy[Rows]
) -> dict[str, pa.Table]:
    """Rows of many small companies in one, each with the day on which it was loaded."""
    rows = helper.histories.together(drawn(companies, 60))
    chance = np.random.default_rng(7)
    return {name: _loaded(name, some, chance) for name, some in rows.items()}


def _loaded(name: str, rows: list[Row], chance: np.random.Generator) -> pa.Table:
    """Most rows are loaded when they are known; some later, some ahead of their time."""
    if name == "usage":
        rows = [{**row, "event_id": None} for row in rows]
    known = [row[KNOWN_AT.name] or datetime(2020, 1, 1, tzinfo=UTC) for row in rows]
    other = chance.random(len(rows)) < 0.2
    shift = np.where(other, chance.integers(-30, 30, len(rows)), 0)
    days = [
        (moment + timedelta(days=int(s))).date() for moment, s in zip(known, shift, strict=True)
    ]
    table = pa.Table.from_pylist(rows, schema=schema(TABLES[name]))
    return table.append_column("loaded", pa.array(days, pa.date32()))


def _between(history: dict[str, pa.Table], after: date | None, to: date) -> dict[str, pa.Table]:
    found = {}
    for name, rows in history.items():
        loaded = np.array(rows.column("loaded").to_pylist(), "datetime64[D]")
        mask = loaded <= np.datetime64(to)
        if after is not None:
            mask &= loaded > np.datetime64(after)
        found[name] = rows.filter(pa.array(mask)).drop_columns("loaded")
    return found


def _begun(
    history: dict[str, pa.Table], folder: Path | None = None, day: date = BEGIN
) -> KeptCompany:
    kept = KeptCompany(folder, CATALOGUE)
    held = _between(history, None, day)
    kept.begin([held], dict.fromkeys(held, "2015-01-01T00:00:00"), day)
    return kept


def _in_full(history: dict[str, pa.Table], day: date) -> pa.Table:
    bucket = prepare(_between(history, None, day), EURO)
    return snapshots(bucket, CATALOGUE, [day], everyone)


def _same(one: pa.Table, other: pa.Table) -> None:
    """Bit for bit, or the columns that differ."""
    assert one.column("account_id").equals(other.column("account_id"))
    wrong = [n for n in other.column_names if _bits(one, n) != _bits(other, n)]
    assert not wrong, wrong


def _bits(table: pa.Table, name: str) -> Any:
    column = table.column(name).combine_chunks()
    values = column.to_pylist()
    return np.array(values, float).tobytes() if pa.types.is_floating(column.type) else values


def test_a_day_after_another_gives_the_bits_of_all_rows(history: dict[str, pa.Table]) -> None:
    kept, before = _begun(history), BEGIN
    _same(kept.snapshot(everyone, EURO), _in_full(history, BEGIN))
    for step in (1, 1, 2, 7, 1, 30, 0, 1, 90):
        day = before + timedelta(days=step)
        kept.advance(_between(history, before, day), day)
        _same(kept.snapshot(everyone, EURO), _in_full(history, day))
        before = day
