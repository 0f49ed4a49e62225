"""When an account may leave: its chance by days ahead, beside an earlier day and its peers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from serving.charts import svg
from serving.charts.svg import Point

_LEFT, _RIGHT, _TOP, _FOOT = 34, 62, 14, 34
_STEPS = 12
"""Points between two horizons, so that a constant hazard shows as the curve it is."""
_ROOM = 27.0
"""Pixels between two names at the right."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve.

    Attributes:
        chances: by days ahead, 0 to 1; horizons without evidence are left out.
        label: its name, printed at its end.
        css: `ln` today, `ln2` an earlier day, `ln3` peers.
    """

    chances: Mapping[int, float]
    label: str
    css: str = "ln"


@dataclass(frozen=True, slots=True)
class Mark:
    """A day ahead that is marked, such as the renewal."""

    days: int
    label: str


def curves(
    lines: Sequence[Curve], mark: Mark | None, width: int, height: int, title: str
) -> Markup:
    """Chances by days ahead, in percent; lower is better. The first curve has its figures.

    Args:
        lines: at least one that holds a chance; the first is drawn on top.
        mark: a day to mark; None for none.
        width: of the drawing, in pixels.
        height: likewise.
        title: says what is drawn, for those who cannot see it.
    """
    drawn = [each for each in lines if each.chances]
    if not drawn:
        return Markup()
    days = sorted({day for each in drawn for day in each.chances})
    frame = _Frame(width, height, days[-1], _top(drawn))
    parts = [frame.grid(days)]
    if mark is not None and 0 < mark.days <= days[-1]:
        parts.append(_marked(mark, frame))
    parts += [svg.path(frame.way(each.chances), each.css) for each in reversed(drawn)]
    parts += _figures(drawn[0].chances, frame)
    parts += _names(drawn, frame)
    return svg.drawing(width, height, title, parts)


@dataclass(frozen=True, slots=True)
class _Frame:
    width: int
    height: int
    days: int
    top: float

    def x(self, days: float) -> float:
        return _LEFT + days / self.days * (self.width - _LEFT - _RIGHT)

    def y(self, chance: float) -> float:
        return _TOP + (1 - chance / self.top) * (self.height - _TOP - _FOOT)

    def way(self, chances: Mapping[int, float]) -> list[Point]:
        """The curve: between two horizons the hazard is constant."""
        out: list[Point] = [(self.x(0), self.y(0))]
        before, was = 0, 0.0
        for day in sorted(chances):
            low, high = math.log1p(-_held(was)), math.log1p(-_held(chances[day]))
            for step in range(1, _STEPS + 1):
                share = step / _STEPS
                chance = -math.expm1(low + share * (high - low))
                out.append((self.x(before + share * (day - before)), self.y(chance)))
            before, was = day, chances[day]
        return out

    def grid(self, days: Sequence[int]) -> Markup:
        every = 0.2 if self.top > 0.5 else 0.1 if self.top > 0.2 else 0.05
        parts = []
        for n in range(int(self.top / every + 1e-9) + 1):
            y = self.y(n * every)
            parts.append(svg.line((_LEFT, y), (self.width - _RIGHT, y), "grid" if n else "axis"))
            parts.append(svg.text(_LEFT - 6, y + 4, f"{100 * n * every:.0f}", "ax end"))
        foot = self.y(0)
        for day in days:
            parts.append(svg.line((self.x(day), foot), (self.x(day), foot + 4), "axis"))
            parts.append(svg.text(self.x(day), foot + 16, str(day), "ax mid"))
        parts.append(svg.text(self.width - _RIGHT, foot + 30, "days from now", "ax end"))
        return Markup().join(parts)


def _held(chance: float) -> float:
    return min(max(chance, 0.0), 0.999)


def _top(lines: Sequence[Curve]) -> float:
    most = max(chance for each in lines for chance in each.chances.values())
    return next(top for top in (0.1, 0.2, 0.4, 0.6, 0.8, 1.0) if most <= top)


def _marked(mark: Mark, frame: _Frame) -> Markup:
    x = frame.x(mark.days)
    words = svg.text(x + 5, frame.y(0) - 6, mark.label, "ax halo")
    return svg.line((x, _TOP), (x, frame.y(0)), "base dots") + words


def _figures(chances: Mapping[int, float], frame: _Frame) -> list[Markup]:
    parts = []
    for day in sorted(chances):
        x, y = frame.x(day), frame.y(chances[day])
        parts.append(svg.circle(x, y, 3.2))
        if day != max(chances):
            parts.append(svg.text(x - 4, y - 8, f"{100 * chances[day]:.0f}", "b end halo"))
    return parts


def _names(lines: Sequence[Curve], frame: _Frame) -> list[Markup]:
    """Name and last figure of each curve at its end, moved apart where they would meet."""
    ends = []
    for each in lines:
        last = max(each.chances)
        ends.append((frame.y(each.chances[last]), each, each.chances[last], frame.x(last)))
    parts, free = [], -math.inf
    for y, each, chance, x in sorted(ends, key=lambda end: end[0]):
        at = max(y, free)
        free = at + _ROOM
        css = "b" if each.css == "ln" else ""
        parts.append(svg.text(x + 7, at + 4, f"{100 * chance:.0f}\u202f%", css))
        parts.append(svg.text(x + 7, at + 17, each.label, "ax"))
    return parts
