"""Revenue against risk: one mark is one account, one panel is one tier."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from models.score import Band
from serving.charts import svg
from serving.charts.marks import shape

NARROW = 500
_GAP, _LEFT, _HEAD, _FOOT = 28, 34, 26, 36
SMALLEST = 1.0
"""Revenue below this is drawn here: the scale is logarithmic."""
SHARES = (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class Dot:
    """One account: revenue a year, chance of loss (0 to 1), band; a name is printed."""

    revenue: float
    chance: float
    band: Band
    name: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One tier.

    Attributes:
        note: printed at its right, e.g. how many accounts it has.
        red_from, green_below: its thresholds, chances; None where not known.
    """

    name: str
    note: str
    dots: Sequence[Dot]
    red_from: float | None = None
    green_below: float | None = None


@dataclass(frozen=True, slots=True)
class _Frame:
    left: float
    top: float
    right: float
    foot: float
    most: float
    low: float
    high: float

    def x(self, revenue: float) -> float:
        share = (math.log(max(revenue, SMALLEST)) - self.low) / ((self.high - self.low) or 1.0)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    def y(self, chance: float) -> float:
        """On a square-root scale: most accounts are under ten percent."""
        share = math.sqrt(min(max(chance, 0.0), self.most) / self.most)
        return self.foot - share * (self.foot - self.top)


def scatter(panels: Sequence[Panel], width: int, currency: str, title: str) -> Markup:
    """The panels beside each other, or below each other on a narrow drawing.

    Args:
        panels: those without an account are left out.
        width: of the drawing, in pixels.
        currency: printed before amounts.
        title: says what is drawn, for those who cannot see it.
    """
    shown = [panel for panel in panels if panel.dots]
    if not shown:
        return Markup()
    narrow = width < NARROW
    across = 1 if narrow else min(len(shown), 3)
    wide = (width - _GAP * (across - 1)) / across
    high = 180 if narrow else 250
    step = high + _HEAD + _FOOT + 8
    most = next(share for share in SHARES if max(d.chance for p in shown for d in p.dots) <= share)
    drawn = []
    for number, panel in enumerate(shown):
        left, top = number % across * (wide + _GAP), number // across * step
        frame = _frame(panel, left, top, wide, high, most)
        drawn.append(_panel(panel, frame, currency))
    return svg.drawing(width, step * math.ceil(len(shown) / across), title, drawn)


def _frame(panel: Panel, left: float, top: float, wide: float, high: float, most: float) -> _Frame:
    sizes = sorted(math.log(max(dot.revenue, SMALLEST)) for dot in panel.dots)
    low, top_size = sizes[len(sizes) // 200], sizes[-1]
    room = max((top_size - low) * 0.04, 0.05)
    start = top + _HEAD
    return _Frame(
        left + _LEFT, start, left + wide - 4, start + high, most, low - room, top_size + room
    )


def _panel(panel: Panel, frame: _Frame, currency: str) -> Markup:
    head = frame.top - 12
    parts = [_tints(panel, frame)]
    parts.append(svg.text(frame.left, head, panel.name, "b"))
    parts.append(svg.text(frame.right, head, panel.note, "ax end"))
    parts += _axes(frame, currency)
    parts.append(_many([dot for dot in panel.dots if dot.band is Band.GREEN], frame))
    for band, size in ((Band.GREY, 3.4), (Band.YELLOW, 3.6), (Band.RED, 4.4)):
        parts += [
            shape(band, frame.x(dot.revenue), frame.y(dot.chance), size)
            for dot in panel.dots
            if dot.band is band
        ]
    parts += _names(panel, frame)
    return Markup().join(parts)


def _tints(panel: Panel, frame: _Frame) -> Markup:
    wide = frame.right - frame.left
    if panel.red_from is None or panel.green_below is None:
        return svg.rect(frame.left, frame.top, wide, frame.foot - frame.top, "tX")
    edges = (frame.top, frame.y(panel.red_from), frame.y(panel.green_below), frame.foot)
    return Markup().join(
        svg.rect(frame.left, top, wide, bottom - top, f"t{css}")
        for css, top, bottom in zip("RYG", edges, edges[1:], strict=False)
    )


def _axes(frame: _Frame, currency: str) -> list[Markup]:
    parts = []
    for share in (0.02, *SHARES):
        if share <= frame.most:
            words = f"{100 * share:.0f}" + ("\u202f%" if share == frame.most else "")
            parts.append(svg.text(frame.left - 6, frame.y(share) + 4, words, "ax end"))
    for value, words in _amounts(frame, currency):
        x = frame.x(value)
        parts.append(svg.line((x, frame.foot), (x, frame.foot + 4), "axis"))
        parts.append(svg.text(x, frame.foot + 16, words, "ax mid"))
    parts.append(svg.text(frame.right, frame.foot + 30, "ARR", "ax end"))
    return parts


def _amounts(frame: _Frame, currency: str) -> list[tuple[float, str]]:
    """Round amounts: a one, two or five with zeros, at most five of them."""
    found = [
        (factor * 10.0**power, factor, power)
        for power in range(0, 13)
        for factor in (1, 2, 5)
        if frame.low <= math.log(factor * 10.0**power) <= frame.high
    ]
    if len(found) > 5:
        found = [each for each in found if each[1] == 1]
    units = ((9, "bn"), (6, "M"), (3, "k"), (0, ""))
    out = []
    for value, factor, power in found:
        at, unit = next((at, unit) for at, unit in units if power >= at)
        gap = "\u202f" if unit else ""
        out.append((value, f"{currency}{factor * 10 ** (power - at)}{gap}{unit}"))
    return out


def _many(dots: Sequence[Dot], frame: _Frame) -> Markup:
    """All green accounts as one path, so that a thousand of them stay small."""
    if not dots:
        return Markup()
    way = "".join(f"M{frame.x(d.revenue):.0f} {frame.y(d.chance):.0f}h0" for d in dots)
    return Markup('<path class="many" d="{}"/>').format(way)


def _names(panel: Panel, frame: _Frame) -> list[Markup]:
    """Names beside their marks, moved down where they would meet."""
    parts, taken = [], -math.inf
    named = sorted((d for d in panel.dots if d.name), key=lambda dot: -dot.chance)
    for dot in named:
        x, y = frame.x(dot.revenue), max(frame.y(dot.chance) + 4, taken + 14)
        taken = y
        near_end = x > (frame.left + frame.right) / 2
        css = "halo2 ink end" if near_end else "halo2 ink"
        parts.append(svg.text(x + (-9 if near_end else 9), y, dot.name, css))
    return parts
