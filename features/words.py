"""Text as codes into the distinct words of a column."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.clock import Mask

Codes = npt.NDArray[np.int32]
Array = npt.NDArray[Any]


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
