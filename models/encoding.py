"""Snapshots as matrices: which columns a model reads, in which order, and how."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Matrix = npt.NDArray[np.float64]
Row = pd.DataFrame | Mapping[str, Any]
"""One account's signals: a frame of one row, or its cells by column."""
Cells = tuple[Mapping[str, Any], ...]
"""A few accounts, each by its cells: a frame of few rows costs more than their scores."""


ROWS_AT_ONCE = 1_000
"""Up to so many rows, taking columns one by one costs more than holding all of them twice."""


class SchemaMismatch(ValueError):
    """A snapshot lacks columns that the model reads."""


@dataclass(frozen=True)
class InputColumn:
    """One column a model reads.

    Attributes:
        name: the snapshot column.
        words: for word columns the words known at training, in code order; None for
            numbers. A word not seen at training is read as missing.
        direction: 1 where a higher value is healthier, -1 where it is worse, 0 unsigned.
        detail: it measures one kind of event alone.
        season: its words are the month of the date, for all accounts alike. Only fitting asks
            for these three, so they are neither saved nor compared.
    """

    name: str
    words: tuple[str, ...] | None = None
    direction: int = field(default=0, compare=False)
    detail: bool = field(default=False, compare=False)
    season: bool = field(default=False, compare=False)

    @cached_property
    def codes(self) -> dict[str, int] | None:
        """The code of each word; None for numbers."""
        return None if self.words is None else {word: i for i, word in enumerate(self.words)}


@dataclass(frozen=True)
class InputSchema:
    """The columns a model reads, in order."""

    columns: tuple[InputColumn, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(c.name for c in self.columns)

    @property
    def word_positions(self) -> list[int]:
        """Positions of the columns that hold codes of words."""
        return [i for i, c in enumerate(self.columns) if c.words is not None]

    @property
    def loss_signs(self) -> list[int]:
        """For each column 1 where a higher value means more loss, -1 less, 0 unsigned."""
        return [0 if c.words is not None else -c.direction for c in self.columns]

    def weights(self, detail: float) -> Matrix:
        """Of the columns, shape (columns,): `detail` for those of one kind of event, else 1."""
        return np.array([detail if c.detail else 1.0 for c in self.columns])

    def encode(self, frame: Row | Cells) -> Matrix:
        """`frame` as float64 of shape (rows, columns); words become codes, NaN is missing."""
        if isinstance(frame, tuple):
            return np.concatenate([self.encode(cells) for cells in frame])
        missing = [n for n in self.names if n not in frame]
        if missing:
            raise SchemaMismatch(
                f"the snapshot lacks {len(missing)} columns the model reads, first "
                f"{missing[0]!r}: compute it with the definitions the model was trained on."
            )
        if not isinstance(frame, pd.DataFrame):
            return self._encode_cells(frame)
        out = np.empty((len(frame), len(self.columns)))
        few = len(frame) <= ROWS_AT_ONCE
        if few:
            numbers = [i for i, c in enumerate(self.columns) if c.words is None]
            names = [self.columns[i].name for i in numbers]
            out[:, numbers] = frame[names].to_numpy(np.float64, na_value=np.nan)
        for i, column in enumerate(self.columns):
            if not few or column.words is not None:
                out[:, i] = _encode(frame[column.name], column)
        return out

    @cached_property
    def _coded(self) -> tuple[tuple[int, Mapping[str, int]], ...]:
        """Positions of the columns of words, each with its codes."""
        return tuple((i, c.codes) for i, c in enumerate(self.columns) if c.codes is not None)

    def _encode_cells(self, row: Mapping[str, Any]) -> Matrix:
        cells = [row[name] for name in self.names]
        for i, codes in self._coded:
            cells[i] = _number(cells[i], codes)
        try:
            return np.array([cells], np.float64)  # None becomes NaN
        except TypeError:  # pandas' own missing value does not
            return np.array([[_number(cell, None) for cell in cells]])

    def select(self, names: Sequence[str]) -> "InputSchema":
        """The schema of some of the columns, in this schema's order."""
        return InputSchema(tuple(c for c in self.columns if c.name in names))


def learn_schema(
    frame: pd.DataFrame,
    names: Sequence[str],
    directions: Mapping[str, int] | None = None,
    details: Collection[str] = (),
    seasons: Collection[str] = (),
) -> InputSchema:
    """The schema of the columns `names` that vary in `frame`, with the words seen there.

    Args:
        frame: snapshots.
        names: columns that a model may read.
        directions: by column, see `InputColumn`; unsigned where not given.
        details: columns that measure one kind of event alone.
        seasons: columns of the month of the date.
    """
    columns, signs = [], directions or {}
    for name in names:
        values = frame[name]
        if values.nunique(dropna=False) < 2:
            continue
        is_word = not pd.api.types.is_numeric_dtype(values)
        words = tuple(sorted(values.dropna().unique())) if is_word else None
        kinds = name in details, name in seasons
        columns.append(InputColumn(name, words, signs.get(name, 0), *kinds))
    return InputSchema(tuple(columns))


def cells_of(frame: Row) -> Mapping[str, Any]:
    """The cells of one account, by column."""
    if not isinstance(frame, pd.DataFrame):
        return frame
    return dict(zip(frame.columns.tolist(), frame.iloc[0].tolist(), strict=True))


def _encode(values: "pd.Series[float]", column: InputColumn) -> Matrix:
    if column.words is None:
        numbers: Matrix = np.asarray(values.to_numpy(np.float64, na_value=np.nan))
        return numbers
    codes = pd.Index(column.words, dtype=object).get_indexer(pd.Index(values, dtype=object))
    return np.where(codes < 0, np.nan, codes.astype(np.float64))


def _number(cell: Any, codes: Mapping[str, int] | None) -> float:
    if cell is None or cell is pd.NA or cell != cell:  # NaN is no other
        return np.nan
    return float(cell) if codes is None else float(codes.get(cell, np.nan))
