"""Charts of a whole portfolio: revenue by band, and expected loss by month."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from models.score import Band
from serving.charts import svg
from serving.charts.marks import LETTERS, shape

NARROW = 500
ORDER = (Band.RED, Band.YELLOW, Band.GREEN, Band.GREY)


@dataclass(frozen=True, slots=True)
class Part:
    """A band's part of a whole: its size, and two lines of words."""

    band: Band
    size: float
    words: str
    detail: str


def strip(parts: Sequence[Part], width: int, title: str) -> Markup:
    """One bar divided by band, each part with its words below it."""
    whole = sum(part.size for part in parts)
    if whole <= 0:
        return Markup()
    drawn, x = [], 0.0
    free = 0.0
    gap = 92.0 if width < NARROW else 168.0
    for part in parts:
        wide = part.size / whole * width
        drawn.append(svg.rect(x + 0.5, 4, max(wide - 1.5, 0.5), 16, f"f{LETTERS[part.band]}"))
        last = part is parts[-1]
        at = width - gap + 4 if last and len(parts) == len(ORDER) else max(x, free)
        at = min(at, width - gap + 4)
        free = at + gap
        drawn += _named(part, at, width < NARROW)
        x += wide
    return svg.drawing(width, 60, title, drawn)


def _named(part: Part, x: float, narrow: bool) -> list[Markup]:
    name = part.band.value.capitalize()
    first = name if narrow else f"{name} {part.words}"
    return [
        shape(part.band, x + 5, 37, 5),
        svg.text(x + 14, 41, first, f"x{LETTERS[part.band]} b"),
        svg.text(x + 14, 56, part.words if narrow else part.detail, "ax"),
    ]


@dataclass(frozen=True, slots=True)
class Month:
    """One month.

    Attributes:
        name: short; its first letter has to do on a narrow drawing.
        year: printed below it; empty for none.
        value: at least 0.
        title: said when its bar is pointed at.
        parts: what it is made of by band, from the bottom; one plain bar where there are none.
    """

    name: str
    year: str
    value: float
    title: str
    parts: Sequence[tuple[Band, float]] = ()


def months(found: Sequence[Month], width: int, unit: float, title: str) -> Markup:
    """Bars by month; nothing where all are zero.

    Args:
        found: in order.
        width: of the drawing, in pixels.
        unit: figures are printed divided by this, e.g. 1000 for thousands.
        title: says what is drawn, for those who cannot see it.
    """
    most = max((month.value for month in found), default=0.0)
    if most <= 0:
        return Markup()
    frame = _Bars(width, most * 1.1, len(found))
    drawn = [frame.grid(unit)]
    drawn += [_month(month, frame, number, unit) for number, month in enumerate(found)]
    return svg.drawing(width, frame.height, title, drawn)


@dataclass(frozen=True, slots=True)
class _Bars:
    width: int
    most: float
    count: int
    height: int = 230
    left: int = 40
    top: int = 18
    foot: int = 34

    def x(self, number: float) -> float:
        return self.left + number * (self.width - self.left - 6) / self.count

    def y(self, value: float) -> float:
        return self.top + (1 - value / self.most) * (self.height - self.top - self.foot)

    def grid(self, unit: float) -> Markup:
        every = _round_step(self.most / 4)
        parts = []
        for n in range(int(self.most / every) + 1):
            y = self.y(n * every)
            parts.append(svg.line((self.left, y), (self.width - 6, y), "grid" if n else "axis"))
            parts.append(svg.text(self.left - 6, y + 4, _figure(n * every / unit), "ax end"))
        return Markup().join(parts)


def _month(month: Month, frame: _Bars, number: int, unit: float) -> Markup:
    left, wide = frame.x(number + 0.18), frame.x(0.64) - frame.x(0)
    middle, top = frame.x(number + 0.5), frame.y(month.value)
    foot = frame.height - frame.foot + 15
    narrow = frame.width < NARROW
    parts = [svg.text(middle, foot, month.name[:1] if narrow else month.name, "ax mid")]
    if month.year:
        parts.append(svg.text(middle, foot + 15, month.year, "ax mid"))
    if month.value > 0:
        parts += _stack(month, frame, left, wide)
        parts.append(svg.text(middle, top - 5, _figure(month.value / unit), "ax mid"))
    return svg.titled(month.title, Markup().join(parts))


def _stack(month: Month, frame: _Bars, left: float, wide: float) -> list[Markup]:
    drawn, at = [], 0.0
    named = [(f"f{LETTERS[band]}", size) for band, size in month.parts if size > 0]
    for css, size in named or [("up", month.value)]:
        bottom, at = frame.y(at), at + size
        drawn.append(svg.rect(left, frame.y(at), wide, bottom - frame.y(at), css))
    return drawn


def _round_step(rough: float) -> float:
    size = 1.0
    while size * 10 <= rough:
        size *= 10
    while size > rough:
        size /= 10
    return next(each * size for each in (1, 2, 5, 10) if each * size >= rough)


def _figure(value: float) -> str:
    return f"{value:.1f}" if 0 < value < 10 else f"{value:.0f}"
