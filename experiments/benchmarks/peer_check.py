"""Whether two engines found the same: cell by cell, column by column."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import peer_columns
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

KEYS = pa.schema([("account_id", pa.string()), ("as_of", pa.date32())])
NEAR = 1e-9
"""Relative to the larger of the value and 1, for what is not a count."""


@dataclass(frozen=True)
class Agreement:
    """How far a peer agrees with us.

    Attributes:
        compared: cells of columns that both have, over our rows.
        different: those of them that are not the same, missing rows included.
        columns: how many columns were compared.
        differing: the columns that differ, with the number of cells.
    """

    compared: int
    different: int
    columns: int
    differing: dict[str, int]


def compare(ours: Path, theirs: Path) -> Agreement:
    """Compare two folders of Parquet with `account_id`, `as_of` and columns of `peer_columns`."""
    left, right = ds.dataset(ours), ds.dataset(theirs)
    keys = (some.to_table(columns=KEYS.names).cast(KEYS) for some in (left, right))
    place, found = _places(*keys)
    both = [c for c in peer_columns.columns() if c.name in right.schema.names]
    differing: dict[str, int] = {}
    for column in both:
        own = _numbers(left, column.name)
        other = np.append(_numbers(right, column.name), np.nan)[place]
        wrong = ~same(own, other, column.kind in peer_columns.COUNTS and not column.change)
        if count := int((wrong | ~found).sum()):
            differing[column.name] = count
    return Agreement(len(place) * len(both), sum(differing.values()), len(both), differing)


def same(left: np.ndarray, right: np.ndarray, exactly: bool) -> np.ndarray:
    """Whether values are equal, or as near as `NEAR`; NaN is equal to NaN."""
    if exactly:
        return (left == right) | (np.isnan(left) & np.isnan(right))
    return np.isclose(left, right, rtol=NEAR, atol=NEAR, equal_nan=True)


def _places(ours: pa.Table, theirs: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Where each of our rows is in theirs, the last place if nowhere; and whether it is.

    Raises:
        ValueError: they have a row twice, or one that we do not have.
    """
    numbered = theirs.append_column("place", pa.array(np.arange(len(theirs))))
    ordered = ours.append_column("row", pa.array(np.arange(len(ours))))
    both = ordered.join(numbered, KEYS.names, join_type="left outer")
    if len(both) != len(ours) or both.column("place").null_count != len(ours) - len(theirs):
        raise ValueError(f"{len(theirs)} rows of a peer do not fit {len(ours)} of ours")
    both = both.take(pc.sort_indices(both, [("row", "ascending")]))
    found = both.column("place").is_valid().to_numpy()
    return both.column("place").fill_null(-1).to_numpy(), found


def _numbers(dataset: ds.Dataset, name: str) -> np.ndarray:
    values = dataset.to_table(columns=[name]).column(0)
    return values.cast(pa.float64()).fill_null(np.nan).to_numpy()
