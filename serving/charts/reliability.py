"""Does a chance come true? What was said against what came, on square-root scales."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from models.track_record import Group
from serving.charts.svg import Point, circle, drawing, line, path, rect, text
from serving.format import percent

_LEFT, _RIGHT, _TOP, _FOOT, _COUNTS = 34, 10, 10, 38, 36
TICKS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
TOPS = (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
_BAR = 26.0


class _Frame:
    """Places of chances; most accounts sit under 10 %, so the scales are square roots."""

    def __init__(self, groups: Sequence[Group], width: int) -> None:
        highest = max(max(group.said, group.came.high) for group in groups)
        self.top = next((top for top in TOPS if top >= highest), 1.0)
        self.width = width
        self.height = min(width, 368) + 20
        self.floor = self.height - _FOOT - _COUNTS

    def x(self, chance: float) -> float:
        return _LEFT + math.sqrt(chance / self.top) * (self.width - _LEFT - _RIGHT)

    def y(self, chance: float) -> float:
        share = math.sqrt(min(chance, self.top) / self.top)
        return self.floor - share * (self.floor - _TOP)


def reliability(
    groups: Sequence[Group], width: int, names: tuple[str, str], other: Sequence[Group] = ()
) -> Markup:
    """Groups of nearly the same chance: filled dots, their range, and the line of exactness.

    Args:
        groups: of the model, lowest chance first; at least one.
        width: of the drawing, in pixels.
        names: of the model and of the other one.
        other: the same of another model, as hollow dots.
    """
    at = _Frame([*groups, *other], width)
    parts = [*_axes(at), _ribbon(groups, at)]
    parts.append(line((at.x(0), at.y(0)), (at.x(at.top), at.y(at.top)), "base dots"))
    parts.append(path([_dot(group, at) for group in groups], "ln"))
    parts += [circle(*_dot(group, at), 3, "dot-o") for group in other]
    parts += [circle(*_dot(group, at), 3.2) for group in groups]
    parts += [*_counts(groups, at), *_words(at, names, bool(other))]
    return drawing(width, at.height, _label(groups, names[0]), parts)


def _dot(group: Group, at: _Frame) -> Point:
    return at.x(group.said), at.y(group.came.value)


def _axes(at: _Frame) -> list[Markup]:
    found, right = [], at.width - _RIGHT
    for tick in (tick for tick in TICKS if tick <= at.top):
        css = "grid" if tick else "axis"
        word = f"{100 * tick:g}"
        found.append(line((_LEFT, at.y(tick)), (right, at.y(tick)), css))
        found.append(text(_LEFT - 6, at.y(tick) + 4, word, "ax end"))
        found.append(text(at.x(tick), at.height - _FOOT + 14, word, "ax mid"))
    return found


def _ribbon(groups: Sequence[Group], at: _Frame) -> Markup:
    above = [(at.x(group.said), at.y(group.came.high)) for group in groups]
    below = [(at.x(group.said), at.y(group.came.low)) for group in reversed(groups)]
    return path([*above, *below], "ribbon", closed=True)


def _counts(groups: Sequence[Group], at: _Frame) -> list[Markup]:
    foot, most = at.height - _FOOT, math.sqrt(max(group.rows for group in groups))
    found = []
    for group in groups:
        high = math.sqrt(group.rows) / most * _BAR
        found.append(rect(at.x(group.said) - 2.5, foot - high, 5, high, "soft"))
    found.append(line((_LEFT, foot), (at.width - _RIGHT, foot), "axis"))
    return found


def _words(at: _Frame, names: tuple[str, str], both: bool) -> list[Markup]:
    right, low = at.width - _RIGHT, at.top * 0.12
    found = [
        text(right, at.height - 4, "predicted chance to leave, %", "ax end"),
        text(_LEFT + 6, _TOP + 12, "left, %", "ax halo"),
        text(right, at.y(low) - 16 * both, f"● {names[0]}", "b end halo"),
    ]
    return [*found, text(right, at.y(low), f"○ {names[1]}", "end halo")] if both else found


def _label(groups: Sequence[Group], name: str) -> str:
    held = sum(group.came.low <= group.said <= group.came.high for group in groups)
    last = groups[-1]
    return (
        f"Reliability of {name}: in {held} of {len(groups)} groups the prediction lies within the"
        f" range of what came; in the highest {percent(last.said)} was said and"
        f" {percent(last.came.value)} came"
    )
