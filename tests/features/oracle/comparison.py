"""Snapshots against the oracle, cell by cell."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from features.contract import TABLES
from features.contract.arrow import schema
from features.currency import Rates
from features.measures import DaysSinceFirst, DaysSinceLast, DaysUntil, Distinct, OpenItems, Overdue
from features.prepare import prepare
from features.signal import Catalogue, SignalGroup
from features.snapshot import snapshots
from features.view import View

from .expected import selects
from .histories import Row, Rows, together
from .visible import as_of, opened

TOLERANCE = 1e-9
"""Of values that are sums or ratios, relative; all others must be equal."""
EXACT = (DaysSinceFirst, DaysSinceLast, DaysUntil, Distinct, OpenItems, Overdue)


@dataclass(frozen=True)
class Difference:
    """A cell in which the snapshot and the oracle differ."""

    column: str
    account: str
    as_of: date
    expected: Any
    found: Any

    def __str__(self) -> str:
        where = f"{self.column} of {self.account!r} at {self.as_of}"
        return f"{where}: expected {self.expected}, found {self.found}"


def arrow(rows: Rows) -> dict[str, pa.Table]:
    """Rows as Arrow tables in the contract's schema; tables without an entry are not there."""
    return {n: pa.Table.from_pylist(r, schema=schema(TABLES[n])) for n, r in rows.items()}


def everyone(view: View) -> np.ndarray:
    return np.ones(view.size, dtype=bool)


def oracle(rows: Rows, catalogue: Catalogue, dates: Sequence[date], rates: Rates) -> pa.Table:
    """What the snapshots of all accounts should be."""
    columns: dict[str, pa.ChunkedArray] = {}
    with opened(arrow(rows), rates, dates) as database:
        for query in selects(catalogue, set(rows)):
            database.execute(f"CREATE OR REPLACE TABLE said AS {query}")
            said = database.table("said").to_arrow_table()
            columns |= zip(said.column_names, said.columns, strict=True)
    days = pa.array([as_of(cut) for cut in columns.pop("cut").to_pylist()], pa.date32())
    return pa.table(columns).add_column(1, "as_of", days)


def computed(rows: Rows, catalogue: Catalogue, dates: Sequence[date], rates: Rates) -> pa.Table:
    """What the snapshots of all accounts are."""
    return snapshots(prepare(arrow(rows), rates), catalogue, dates, everyone)


def differences(
    rows: Rows, catalogue: Catalogue, dates: Sequence[date], rates: Rates
) -> list[Difference]:
    """The cells in which the snapshots differ from what the oracle says."""
    asked = catalogue, dates, rates
    return between(computed(rows, *asked), oracle(rows, *asked), catalogue)


def between(found: pa.Table, expected: pa.Table, catalogue: Catalogue) -> list[Difference]:
    """The cells in which two tables of the same rows differ."""
    keys = [list(zip(t[0].to_pylist(), t[1].to_pylist(), strict=True)) for t in (found, expected)]
    if keys[0] != keys[1]:
        raise AssertionError("the snapshots have other rows than the oracle")
    wrong = []
    for column in catalogue.columns:
        exact = isinstance(column.signal.measure, EXACT)
        mine, theirs = found[column.name], expected[column.name]
        for i in np.flatnonzero(~agree(mine, theirs, 0.0 if exact else TOLERANCE)):
            wrong.append(Difference(column.name, *keys[0][i], theirs[i].as_py(), mine[i].as_py()))
    return wrong


def agree(found: pa.ChunkedArray, expected: pa.ChunkedArray, tolerance: float) -> np.ndarray:
    """Which cells agree, shape (rows,); NaN stands for a value that is missing."""
    if pa.types.is_string(found.type):
        return np.array(found.to_pylist(), object) == np.array(expected.to_pylist(), object)
    mine = found.to_numpy()
    theirs = expected.cast(pa.float64()).fill_null(np.nan).to_numpy()
    near = np.abs(mine - theirs) <= tolerance * np.maximum(1, np.abs(theirs))
    return (mine == theirs) | near | (np.isnan(mine) & np.isnan(theirs))


def smallest(rows: Rows, fails: Callable[[Rows], bool]) -> Rows:
    """Rows that still fail, and of which none can be left out."""
    again = True
    while again:
        again = False
        for name in rows:
            for number in reversed(range(len(rows[name]))):
                less = {**rows, name: rows[name][:number] + rows[name][number + 1 :]}
                if fails(less):
                    rows, again = less, True
    return rows


def as_text(rows: Rows) -> str:
    """The cells that are filled, a row a line."""
    lines = [f"{name}: {_filled(row)}" for name, part in rows.items() for row in part]
    return "\n".join(lines)


def _filled(row: Mapping[str, Any] | Row) -> str:
    return ", ".join(f"{name}={value}" for name, value in row.items() if value is not None)


def report(
    companies: Sequence[Rows], catalogue: Catalogue, dates: Sequence[date], rates: Rates
) -> str:
    """The columns that differ, and the smallest history that shows the first; empty if none."""
    wrong = differences(together(companies), catalogue, dates, rates)
    if not wrong:
        return ""
    columns = ", ".join(sorted({d.column for d in wrong}))
    first = catalogue.column(wrong[0].column)
    only = Catalogue((SignalGroup(first.group, "?", (first.signal,)),))
    alone = companies[int(wrong[0].account.split("/")[0])]
    rows = smallest(alone, lambda less: bool(differences(less, only, dates, rates)))
    shown = [str(d) for d in differences(rows, only, dates, rates)]
    said = f"{len(wrong)} cells differ, in {columns}; {first.signal.measure} of"
    return "\n".join([f"{said} {first.signal.table}:", *shown, as_text(rows)])
