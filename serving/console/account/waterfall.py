"""Rows between two chances that add up as they are printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from markupsafe import Markup

from serving import format
from serving.console.dates import day_of


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a waterfall.

    Attributes:
        detail: in small print below the words.
        spark, peers: empty where there is nothing to draw.
    """

    words: str
    detail: str
    group: str
    points: str
    bar: Markup
    spark: Markup = Markup()
    peers: Markup = Markup()


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Rows between two chances that add up as they are printed."""

    start: str
    start_bar: Markup
    rows: tuple[Row, ...]
    end: str
    end_bar: Markup
    ticks: Markup
    sum: str


def tenths(chance: float) -> float:
    """A chance in percentage points, as it is printed: with one decimal."""
    return round(100 * chance, 1)


def signed(points: float) -> str:
    """Percentage points as they are printed: `+8.3`, `−1.9`, and exactly `0.0` for nothing."""
    size = f"{abs(points):.1f}"
    return size if size == "0.0" else f"{'+' if points > 0 else format.MINUS}{size}"


def plus(points: float) -> str:
    """As a term of a sum: `+ 27.0`."""
    return f"{'+' if points >= 0 else format.MINUS} {abs(points):.1f}"


def percent(points: float) -> str:
    """Percentage points as a chance: `62.0 %`."""
    return f"{points:.1f}{format.NARROW_SPACE}%"


def levels(start: float, points: Sequence[float]) -> list[float]:
    """Where each step begins, and where the last ends."""
    return [start, *(float(level) for level in start + np.cumsum(points))]


def adding_up(points: Sequence[float], total: float) -> list[float]:
    """Rounded, with what rounding leaves in the largest, so that printed numbers add up."""
    rounded = [round(each, 1) for each in points]
    if rounded:
        largest = max(range(len(rounded)), key=lambda n: abs(rounded[n]))
        rounded[largest] = round(rounded[largest] + total - sum(rounded), 1)
    return rounded


def day_words(when: str, now: date) -> str:
    """A day of an explanation, which is JSON, as people read it."""
    return day_of(date.fromisoformat(when), now)
