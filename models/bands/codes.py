"""Bands as small numbers, so that a million of them are one array; worse is higher."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from models.score import Band

Codes = npt.NDArray[np.int8]

GREEN, YELLOW, RED, GREY = range(4)
NAMED: tuple[Band, ...] = (Band.GREEN, Band.YELLOW, Band.RED, Band.GREY)
"""The band of each code."""


def codes_of(bands: Iterable[Band]) -> Codes:
    """The codes of bands."""
    return np.array([NAMED.index(band) for band in bands], np.int8)


def bands_of(codes: Codes) -> list[Band]:
    """The bands of codes."""
    return [NAMED[code] for code in codes]
