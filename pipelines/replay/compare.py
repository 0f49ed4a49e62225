"""Two tables of one snapshot, cell by cell."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Value = float | str | None
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that is not as it was; None is missing."""

    account_id: str
    column: str
    then: Value
    now: Value


@dataclass(frozen=True, slots=True)
class Comparison:
    """In what two snapshots differ.

    Attributes:
        gone: accounts that only the old one describes.
        new: accounts that only the new one describes.
        changed: accounts that both describe with other values.
        columns: by column the number of accounts with another value.
        first: the first cells that differ, by account and then by column.
    """

    gone: tuple[str, ...]
    new: tuple[str, ...]
    changed: tuple[str, ...]
    columns: dict[str, int]
    first: tuple[Difference, ...]

    @property
    def accounts(self) -> frozenset[str]:
        """All accounts that differ."""
        return frozenset((*self.gone, *self.new, *self.changed))

    @property
    def cells(self) -> int:
        """Number of values that differ, of accounts that both describe."""
        return sum(self.columns.values())


def compare(then: pa.Table, now: pa.Table, columns: Sequence[str], first: int) -> Comparison:
    """Compare two snapshots of one date, bit by bit.

    Args:
        then: the old one, ordered by account.
        now: the new one, likewise.
        columns: what to compare; both have them.
        first: how many differences to list.
    """
    old, new = then["account_id"].combine_chunks(), now["account_id"].combine_chunks()
    in_new = pc.index_in(old, value_set=new)
    both = in_new.is_valid()
    left = then.filter(both)
    right = now.take(in_new.drop_null())
    unequal = [_unequal(left[name], right[name]) for name in columns]
    return Comparison(
        gone=tuple(old.filter(pc.invert(both)).to_pylist()),
        new=tuple(new.filter(pc.invert(pc.is_in(new, value_set=old))).to_pylist()),
        changed=_accounts(left, unequal),
        columns={n: len(rows) for n, rows in zip(columns, unequal, strict=True) if len(rows)},
        first=tuple(_first(left, right, columns, unequal, first)),
    )


def _accounts(left: pa.Table, unequal: Sequence[Rows]) -> tuple[str, ...]:
    rows = np.unique(np.concatenate([np.empty(0, np.int64), *unequal]))
    return tuple(left["account_id"].take(pa.array(rows)).to_pylist())


def _first(
    left: pa.Table, right: pa.Table, columns: Sequence[str], unequal: Sequence[Rows], first: int
) -> list[Difference]:
    cells = sorted((int(r), c) for c, rows in enumerate(unequal) for r in rows[:first])[:first]
    return [
        Difference(
            left["account_id"][row].as_py(),
            columns[c],
            _plain(left[columns[c]][row].as_py()),
            _plain(right[columns[c]][row].as_py()),
        )
        for row, c in cells
    ]


def _unequal(left: pa.ChunkedArray, right: pa.ChunkedArray) -> Rows:
    """The rows in which two columns differ in any bit, or only one is empty."""
    if pa.types.is_floating(left.type):
        a, b = (column.fill_null(np.nan).to_numpy().view(np.int64) for column in (left, right))
    else:
        a, b = (column.to_numpy() for column in (left, right))
    differ = (a != b) | (left.is_valid().to_numpy() != right.is_valid().to_numpy())
    return np.flatnonzero(differ)


def _plain(value: Value) -> Value:
    return None if value != value else value
