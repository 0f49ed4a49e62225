"""Text as codes into the distinct words of a column."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.clock import Mask

Codes = npt.NDArray[np.int32]
Array = npt.NDArray[Any]


class LaterWords(Sequence[str]):
    """Words that are made into strings only when one is asked for: ids seldom are."""

    def __init__(self, words: pa.Array | pa.ChunkedArray) -> None:
        self.given = words

    def __len__(self) -> int:
        return len(self.given)

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        return self._made[place]

    @cached_property
    def _made(self) -> tuple[str, ...]:
        return tuple(self.given.to_pylist())


def as_arrow(words: Sequence[str]) -> pa.Array:
    """Words as they lie in Arrow."""
    if not isinstance(words, LaterWords):
        return pa.array(words, pa.string())
    given = words.given
    return given if isinstance(given, pa.Array) else given.combine_chunks()


@dataclass(frozen=True)
class Words:
    """A text column as codes into its distinct words, in no particular order; -1 is missing."""

    codes: Codes
    words: Sequence[str]

    def take(self, rows: Array | slice) -> "Words":
        """The same words for some of the rows."""
        return Words(self.codes[rows], self.words)

    def among(self, wanted: tuple[str, ...]) -> Mask:
        """Which rows hold one of the `wanted` words."""
        asked = np.array([word in wanted for word in self.words] + [False])
        return np.asarray(asked[self.codes])  # -1, missing, reads the last entry
