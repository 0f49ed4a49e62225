"""Whole numbers in as few bytes as tell them apart: a week of microseconds in five, not eight.

They are held so between reading and writing, where each byte must be moved and the system must
clear memory for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from features.compiled import inlined, part
from features.lake.hashing import SLACK, Bytes, load_eight, lowest, put_eight

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Packed:
    """Numbers, each as its distance from the least of them.

    Attributes:
        data: their bytes, one number after the other, and SLACK behind them.
        least: the least of them.
        width: how many bytes each takes, 1 to 8.
    """

    data: Bytes
    least: int
    width: int

    def __len__(self) -> int:
        return (len(self.data) - SLACK) // self.width

    def kept(self, keep: Callable[[Any], Any]) -> "Packed":
        """The same, its bytes put aside."""
        return replace(self, data=keep(self.data))


def packed(values: Int64, places: Int32) -> Packed:
    """Some numbers, those of `places` one after the other."""
    if len(places) < len(values):
        values, places = values.take(places), np.arange(len(places), dtype=np.int32)
    least, most = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    width = max(1, -(-(most - least).bit_length() // 8))
    return Packed(_packed(values, places, least, width), least, width)


@part
def _packed(values: Int64, places: Int32, least: int, width: int) -> Bytes:
    data = np.empty(len(places) * width + SLACK, np.uint8)
    for i in range(len(places)):
        distance = np.uint64(values[places[i]]) - np.uint64(least)  # modulo 2 to the 64th
        put_eight(data, i * width, distance)  # the next number overwrites what is too much
    return data


@inlined
def unpacked(data: Bytes, least: int, width: int, place: int) -> np.int64:
    """The number at a place."""
    return np.int64((load_eight(data, place * width) & lowest(width)) + np.uint64(least))
