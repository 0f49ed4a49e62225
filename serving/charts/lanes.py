"""What happened, in lanes that share the axis of a chart above them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from markupsafe import Markup

from serving.charts import svg
from serving.charts.calendar import Days

LANE = 22
_NARROW_LABEL = 52


class Kind(StrEnum):
    """How an event is drawn."""

    TICK = "tick"
    TALL = "tall"
    DOT = "dot"
    TRIANGLE = "triangle"
    SQUARE = "square"
    HOLLOW = "hollow"


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes:
        until: a line runs from the day to its end; None for none.
        title: said when it is pointed at.
        label: printed beside it on a wide drawing; empty for none.
    """

    day: date
    kind: Kind
    title: str
    until: date | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """Events of one sort."""

    name: str
    events: tuple[Event, ...]


def lanes(found: Sequence[Lane], days: Days, top: float, narrow: bool) -> Markup:
    """The lanes from `top` on; their names are at the right, or on a narrow drawing at the left."""
    parts = [svg.line((days.left, top - 12), (days.right, top - 12))]
    for number, lane in enumerate(found):
        y = top + LANE * number
        parts.append(svg.line((days.left, y + 11), (days.right, y + 11)))
        if narrow:
            parts.append(svg.text(days.left, y + 4, lane.name, "ax halo"))
        else:
            parts.append(svg.text(days.right + 12, y + 4, lane.name, "ax"))
        first = days.left + (_NARROW_LABEL if narrow else 0)
        parts += [_event(each, days, y, narrow) for each in _shown(lane, days, first)]
    return Markup().join(parts)


def _shown(lane: Lane, days: Days, first: float) -> list[Event]:
    return [
        each
        for each in lane.events
        if (days.holds(each.day) and days.x(each.day) >= first)
        or (each.until is not None and each.day < days.first < each.until)
    ]


def _event(event: Event, days: Days, y: float, narrow: bool) -> Markup:
    x = days.x(event.day)
    drawn = _mark(event.kind, x, y)
    if event.until is not None:
        drawn = svg.line((x, y + 5), (days.x(event.until), y + 5), "base") + drawn
    if event.label and not narrow:
        near_end = x > (days.left + days.right) / 2
        drawn += svg.text(x + (-9 if near_end else 9), y + 4, event.label, _side(near_end))
    return svg.titled(event.title, drawn)


def _side(near_end: bool) -> str:
    return "ax halo end" if near_end else "ax halo"


def _mark(kind: Kind, x: float, y: float) -> Markup:
    match kind:
        case Kind.TICK:
            return svg.line((x, y - 3), (x, y + 5), "base")
        case Kind.TALL:
            return svg.rect(x - 1.5, y - 7, 3, 14, "up")
        case Kind.DOT:
            return svg.circle(x, y, 2.4)
        case Kind.TRIANGLE:
            corners = [(x, y - 6), (x + 6, y + 5), (x - 6, y + 5)]
            return svg.path(corners, "up", closed=True)
        case Kind.SQUARE:
            return svg.rect(x - 4, y - 4, 8, 8, "up")
        case Kind.HOLLOW:
            return svg.rect(x - 4, y - 4, 8, 8, "dot-o")
