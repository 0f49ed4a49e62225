"""Rows of a waterfall: each begins where the one before ended, so that the whole adds up."""

from dataclasses import dataclass

from markupsafe import Markup

from models.score import Band
from serving.charts import svg
from serving.charts.marks import LETTERS

_UNIT = 1000.0
MOST_TICKS = 6


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale common to all rows, in percentage points.

    Attributes:
        low, high: its ends.
        ticks: where grid lines are.
    """

    low: float
    high: float
    ticks: tuple[float, ...]

    def x(self, points: float) -> float:
        """Where a value lies, 0 to 1000."""
        return _UNIT * (points - self.low) / ((self.high - self.low) or 1.0)


def scale_of(values: list[float]) -> Scale:
    """A scale that holds zero and every value, with round grid lines."""
    low, high = min([0.0, *values]), max([1.0, *values])
    every = next(
        (each for each in (1, 2, 5, 10, 20, 25, 50) if (high - low) / each < MOST_TICKS), 100
    )
    ticks = range(-int(-low // every) * every, int(high // every) * every + 1, every)
    return Scale(low, high * 1.04, tuple(float(tick) for tick in ticks))


def step(start: float, by: float, scale: Scale) -> Markup:
    """One step: filled towards leaving, hollow towards staying, only a hairline for none."""
    end = start + by
    parts = [
        _grid(scale),
        _hair(scale.x(start), 0, 50),
        _hair(scale.x(end), 50, 100),
    ]
    if by:
        left, right = sorted((scale.x(start), scale.x(end)))
        parts.append(svg.rect(left, 24, max(right - left, 2.5), 52, "up" if by > 0 else "down"))
    return svg.stretched(Markup().join(parts))


def whole(value: float, band: Band | None, scale: Scale) -> Markup:
    """The first or the last row: the chance itself, in its band's colour if it has one."""
    end = scale.x(value)
    css = f"f{LETTERS[band]}" if band else "soft"
    bar = svg.rect(scale.x(0), 22, max(end - scale.x(0), 2.5), 56, css)
    return svg.stretched(_grid(scale) + bar + _hair(end, 50, 100))


def share(value: float, scale: Scale) -> Markup:
    """A bar from zero, for shares that stand beside each other."""
    left, right = sorted((scale.x(0), scale.x(value)))
    bar = svg.rect(left, 26, max(right - left, 2.5), 48, "up" if value > 0 else "down")
    zero = svg.line((scale.x(0), 0), (scale.x(0), 100), "base")
    return svg.stretched(zero + (bar if value else Markup()))


def ticks(scale: Scale) -> Markup:
    """The numbers of the scale, for the head of the column; not stretched, so no words are."""
    words = Markup().join(
        Markup('<text class="ax {}" x="{:.2f}%" y="11">{:.0f}</text>').format(
            "" if tick == scale.ticks[0] else "mid", scale.x(tick) / 10, tick
        )
        for tick in scale.ticks
    )
    return Markup('<svg class="ticks" width="100%" height="14" aria-hidden="true">{}</svg>').format(
        words
    )


def _grid(scale: Scale) -> Markup:
    return Markup().join(svg.line((scale.x(at), 0), (scale.x(at), 100)) for at in scale.ticks)


def _hair(x: float, top: float, bottom: float) -> Markup:
    return svg.line((x, top), (x, bottom), "axis")
