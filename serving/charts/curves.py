"""A figure over the months before an event, with the range it may lie in."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from serving.format import MINUS

_LEFT, _RIGHT, _TOP, _FOOT = 30, 8, 8, 20


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One point.

    Attributes:
        days: before the event.
        value: the figure; `low` and `high` are the ends of its range.
    """

    days: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Frame:
    """The room of a drawing: its size in pixels, and the least and largest value."""

    width: int
    height: int
    low: float
    high: float
    days: int

    def x(self, days: float) -> float:
        """Where a day lies: the event is at the right."""
        room = self.width - _LEFT - _RIGHT
        return _LEFT + room * (1 - days / max(self.days, 1))

    def y(self, value: float) -> float:
        """Where a value lies: larger is higher."""
        room = self.height - _TOP - _FOOT
        span = (self.high - self.low) or 1.0
        held = min(max(value, self.low), self.high)
        return _TOP + room * (self.high - held) / span


def curve(points: Sequence[CurvePoint], width: int, height: int, title: str) -> Markup:
    """A line through the points with its range behind it, and zero as the reference.

    Args:
        points: in any order; none draws the frame alone.
        width: of the drawing, in pixels.
        height: likewise.
        title: says what is drawn, for those who cannot see it.
    """
    ordered = sorted(points, key=lambda point: -point.days)
    frame = _frame(ordered, width, height)
    parts = [_ribbon(ordered, frame), _axes(frame), _line(ordered, frame)]
    return Markup(
        f'<svg class="c" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        ' role="img" aria-label="{}">{}</svg>'
    ).format(title, Markup().join(parts))


def _frame(points: Sequence[CurvePoint], width: int, height: int) -> Frame:
    low = min([0.0, *(point.low for point in points)])
    high = max([0.0, *(point.high for point in points)])
    longest = max((point.days for point in points), default=0)
    return Frame(width, height, low, high, longest)


def _ribbon(points: Sequence[CurvePoint], frame: Frame) -> Markup:
    if len(points) < 2:
        return Markup()
    above = [f"{frame.x(p.days):.1f} {frame.y(p.high):.1f}" for p in points]
    below = [f"{frame.x(p.days):.1f} {frame.y(p.low):.1f}" for p in reversed(points)]
    return Markup(f'<path class="rib" d="M{"L".join([*above, *below])}z"/>')


def _line(points: Sequence[CurvePoint], frame: Frame) -> Markup:
    places = [(frame.x(p.days), frame.y(p.value)) for p in points]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    dots = [f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="2.2"/>' for x, y in places]
    return Markup(f'<path class="ln" d="M{path}"/>' + "".join(dots)) if places else Markup()


def _axes(frame: Frame) -> Markup:
    zero, foot = frame.y(0.0), frame.height - _FOOT
    line = f'<line class="zero" x1="{_LEFT}" x2="{frame.width - _RIGHT}"'
    lines = f'{line} y1="{zero:.1f}" y2="{zero:.1f}"/>'
    ends = Markup(
        '<text class="ax" x="{}" y="{}">{} days before</text>'
        '<text class="ax end" x="{}" y="{}">loss</text>'
    ).format(_LEFT, foot + 15, frame.days, frame.width - _RIGHT, foot + 15)
    marks = [
        Markup('<text class="ax end" x="{}" y="{:.1f}">{}</text>').format(
            _LEFT - 4, frame.y(value) + 3.5, f"{value:+.1f}".replace("-", MINUS)
        )
        for value in (frame.low, frame.high)
        if abs(value) >= 0.05
    ]
    return Markup(lines) + ends + Markup().join(marks)
