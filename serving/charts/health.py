"""Health over months before the bands of its day, with what happened below."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from models.score import Band
from serving.charts import svg
from serving.charts.calendar import Days
from serving.charts.lanes import LANE, Lane, lanes
from serving.charts.marks import LETTERS, shape

NARROW = 500
_LEFT, _TOP = 30, 18
_EVERY = 20


@dataclass(frozen=True, slots=True)
class Point:
    """Health at a day, 0 to 100; None where unknown."""

    day: date
    band: Band
    health: float | None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Bands from a day on: red below one health, green from another."""

    since: date
    red_below: float
    green_from: float


@dataclass(frozen=True, slots=True)
class Likely:
    """The range in which the health of a day is likely to lie."""

    day: date
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Story:
    """What is drawn.

    Attributes:
        points: oldest first; the last is now.
        first: where the axis begins.
        thresholds: oldest first; none where they are not known.
        models: days from which another model scored, with its name.
        lanes: what happened.
        renewal: where the axis ends, if it is ahead; None for none.
        notice: the last day to give notice before it; None for none.
        likely: ranges about some of the points, oldest first.
    """

    points: Sequence[Point]
    first: date
    thresholds: Sequence[Thresholds] = ()
    models: Sequence[tuple[date, str]] = ()
    lanes: Sequence[Lane] = ()
    renewal: date | None = None
    notice: date | None = None
    likely: Sequence[Likely] = ()


def history(story: Story, width: int, title: str) -> Markup:
    """Health over time; nothing where there is no point at all."""
    if not story.points:
        return Markup()
    frame = _frame(story, width)
    parts = [_bands(story, frame), _axes(frame), _models(story, frame), _renewal(story, frame)]
    parts += [_notice(story, frame), _ranges(story.likely, frame)]
    parts += _line(story.points, frame)
    parts.append(_now(story.points, frame))
    foot = frame.foot + 34
    if story.lanes:
        parts.append(lanes(story.lanes, frame.days, foot, frame.narrow))
    height = foot + LANE * len(story.lanes) - (8 if story.lanes else 14)
    return svg.drawing(width, height, title, parts)


def lowest(story: Story) -> float:
    """Where the scale begins: a round number below all that is drawn."""
    known = [point.health for point in story.points if point.health is not None]
    edges = [each.red_below for each in story.thresholds]
    least = min([*known, *edges, 80.0])
    return max(0.0, _EVERY * ((least - 8) // _EVERY))


@dataclass(frozen=True, slots=True)
class _Frame:
    days: Days
    now: date
    low: float
    foot: float
    narrow: bool

    def y(self, health: float) -> float:
        share = (100 - max(health, self.low)) / (100 - self.low)
        return _TOP + share * (self.foot - _TOP)


def _frame(story: Story, width: int) -> _Frame:
    narrow = width < NARROW
    now = story.points[-1].day
    last = max(now, story.renewal or now)
    days = Days(story.first, last, _LEFT, width - (12 if narrow else 92))
    return _Frame(days, now, lowest(story), _TOP + (170 if narrow else 200), narrow)


def _bands(story: Story, frame: _Frame) -> Markup:
    """Tints under the thresholds of that day; a grey field before the first score and ahead."""
    days, first = frame.days, story.points[0].day
    height = frame.foot - _TOP
    parts = [
        svg.rect(days.left, _TOP, days.x(first) - days.left, height, "tX"),
        svg.rect(days.x(frame.now), _TOP, days.right - days.x(frame.now), height, "tX"),
    ]
    ends = [*(each.since for each in story.thresholds[1:]), frame.now]
    for each, until in zip(story.thresholds, ends, strict=False):
        left, right = days.x(max(each.since, first)), days.x(until)
        edges = (100.0, each.green_from, each.red_below, frame.low)
        for css, top, bottom in zip("GYR", edges, edges[1:], strict=False):
            high = frame.y(bottom) - frame.y(top)
            parts.append(svg.rect(left, frame.y(top), right - left, high, f"t{css}"))
    if story.thresholds and not frame.narrow:
        parts += _band_names(story.thresholds[-1], frame)
    return Markup().join(parts)


def _band_names(found: Thresholds, frame: _Frame) -> list[Markup]:
    spans = (
        (Band.GREEN, 100.0, found.green_from, f"{found.green_from:.0f} and up"),
        (Band.YELLOW, found.green_from, found.red_below, f"from {found.red_below:.0f}"),
        (Band.RED, found.red_below, frame.low, f"below {found.red_below:.0f}"),
    )
    x, parts, free = frame.days.right + 10, [], 0.0
    for band, top, bottom, words in spans:
        y = max((frame.y(top) + frame.y(bottom)) / 2 - 4, free)
        free = y + 30
        parts.append(shape(band, x, y, 4.8))
        parts.append(svg.text(x + 10, y + 4, band.value.capitalize(), f"x{LETTERS[band]} b"))
        parts.append(svg.text(x + 10, y + 17, words, "ax"))
    return parts


def _axes(frame: _Frame) -> Markup:
    parts = [svg.line((frame.days.left, frame.foot), (frame.days.right, frame.foot), "axis")]
    for value in range(int(frame.low), 101, _EVERY):
        parts.append(svg.text(frame.days.left - 6, frame.y(value) + 4, str(value), "ax end"))
    months = (frame.days.last - frame.days.first).days / 30
    every = 6 if frame.narrow and months > 13 else 3
    for day, name in frame.days.quarters(every):
        x = frame.days.x(day)
        parts.append(svg.line((x, frame.foot), (x, frame.foot + 5), "axis"))
        if x < frame.days.right - 24:
            parts.append(svg.text(x + 4, frame.foot + 14, name, "ax"))
    return Markup().join(parts)


def _models(story: Story, frame: _Frame) -> Markup:
    parts = []
    for day, name in story.models:
        x = frame.days.x(day)
        mark = svg.line((x, _TOP), (x, frame.foot), "axis dash")
        if not frame.narrow:
            mark += svg.text(x - 4, frame.foot - 6, "new model", "ax end")
        parts.append(svg.titled(f"scored by model {name} from here on", mark))
    return Markup().join(parts)


def _renewal(story: Story, frame: _Frame) -> Markup:
    if story.renewal is None or story.renewal <= frame.now:
        return Markup()
    x = frame.days.x(story.renewal)
    words = f"renewal {story.renewal.day} {story.renewal:%b}"
    line = svg.line((x, _TOP), (x, frame.foot), "base")
    return line + svg.text(x + 2, _TOP - 5, words, "b end")


def _notice(story: Story, frame: _Frame) -> Markup:
    if story.notice is None or not frame.now < story.notice < frame.days.last:
        return Markup()
    x, words = frame.days.x(story.notice), f"notice by {story.notice.day} {story.notice:%b}"
    line = svg.line((x, _TOP + 18), (x, frame.foot), "base dots")
    name = Markup() if frame.narrow else svg.text(x, _TOP + 13, words, "ax mid halo")
    return svg.titled(words, line + name)


def _ranges(found: Sequence[Likely], frame: _Frame) -> Markup:
    """A ribbon about the line; about one point alone a stroke."""
    ends = [(frame.days.x(each.day), frame.y(each.high), frame.y(each.low)) for each in found]
    if len(ends) < 2:
        return Markup().join(svg.line((x, top), (x, foot), "rg") for x, top, foot in ends)
    way = [(x, top) for x, top, _ in ends] + [(x, foot) for x, _, foot in reversed(ends)]
    return svg.path(way, "range", closed=True)


def _line(points: Sequence[Point], frame: _Frame) -> list[Markup]:
    runs: list[list[svg.Point]] = [[]]
    marks = []
    for point in points:
        if point.health is None:
            runs.append([])
            continue
        x, y = frame.days.x(point.day), frame.y(point.health)
        runs[-1].append((x, y))
        title = f"{_day(point.day)}: {point.band.value}, health {point.health:.0f}"
        marks.append(svg.titled(title, svg.circle(x, y, 2.5)))
    return [svg.path(run, "ln") for run in runs] + marks


def _now(points: Sequence[Point], frame: _Frame) -> Markup:
    """The mark of now; its words lie on the side that the line does not come from."""
    point = points[-1]
    x = frame.days.x(point.day)
    if point.health is None:
        return svg.text(x - 8, frame.foot - 22, "not enough fresh data", "b end halo")
    y = frame.y(point.health)
    before = next((each.health for each in reversed(points[:-1]) if each.health is not None), 100)
    away = -12 if before < point.health else 20
    words = f"{point.health:.0f} on {_day(point.day)}"
    return shape(point.band, x, y, 6.5) + svg.text(x - 8, y + away, words, "b end halo")


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"
