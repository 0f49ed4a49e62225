"""Charts within a row of a table: own past, place among peers, an effect with its range."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from models.score import Band
from serving.charts import svg
from serving.charts.marks import shape
from serving.charts.svg import Point

Values = Sequence[float | None]
WIDTH, HEIGHT = 112, 28
TREND_WIDTH, TREND_HEIGHT = 76, 26
TREND_LOW, TREND_HIGH = 30.0, 100.0
"""The fixed scale of health in lists, so that rows compare."""
PEERS_HEIGHT = 20


@dataclass(frozen=True, slots=True)
class PeerStrip:
    """Places from worst to best among peers, 0 to 1: right is always healthier."""

    p10: float
    p25: float
    p50: float
    p75: float
    p90: float
    own: float


def spark(values: Values, usual: tuple[float, float] | None, title: str) -> Markup:
    """A signal against its own past; the scale is its own, so two rows never compare.

    Args:
        values: oldest first, the last is now; None leaves a gap.
        usual: the range shaded behind the line.
        title: says what is drawn, for those who cannot see it.
    """
    known = [value for value in values if value is not None]
    if not known:
        return Markup()
    low = float(min([*known, *(usual or ())]))
    high = float(max([*known, *(usual or ())]))
    span: float = (high - low) or 1.0

    def y(value: float) -> float:
        if high == low:
            return HEIGHT / 2
        return HEIGHT - 4 - (value - low) / span * (HEIGHT - 8)

    places = [_x(n, len(values), WIDTH) for n in range(len(values))]
    parts = []
    if usual is not None:
        top = y(usual[1])
        parts.append(svg.rect(0, top, WIDTH - 4, max(y(usual[0]) - top, 2.0), "ribbon"))
    parts += _runs(places, [None if v is None else y(v) for v in values])
    if values[-1] is not None:
        parts.append(svg.circle(places[-1], y(values[-1]), 2.6))
    return svg.small(WIDTH, HEIGHT, title, parts)


def trend(values: Values, band: Band) -> Markup:
    """Health over time on a scale common to all rows, 30 to 100; the mark is the band's."""
    if sum(value is not None for value in values) < 2:
        return Markup('<span class="q">no trend</span>')

    def y(value: float) -> float:
        held = min(max(value, TREND_LOW), TREND_HIGH)
        return 4 + (TREND_HIGH - held) / (TREND_HIGH - TREND_LOW) * (TREND_HEIGHT - 7)

    places = [_x(n, len(values), TREND_WIDTH) for n in range(len(values))]
    parts = [svg.line((0, TREND_HEIGHT - 2), (TREND_WIDTH - 6, TREND_HEIGHT - 2))]
    parts += _runs(places, [None if v is None else y(v) for v in values])
    if values[-1] is not None:
        parts.append(shape(band, places[-1], y(values[-1]), 3.8))
    shown = "unknown" if values[-1] is None else f"{values[-1]:.0f}"
    return svg.small(TREND_WIDTH, TREND_HEIGHT, f"Health over time, now {shown}", parts)


def peers(found: PeerStrip, title: str) -> Markup:
    """Where an account lies among its peers: line p10 to p90, box quartiles, tick the median."""
    middle = PEERS_HEIGHT / 2

    def x(place: float) -> float:
        return 5 + min(max(place, 0.0), 1.0) * (WIDTH - 10)

    box = svg.rect(x(found.p25), middle - 3, x(found.p75) - x(found.p25), 6, "ribbon")
    parts = [
        svg.line((x(found.p10), middle), (x(found.p90), middle), "axis"),
        box,
        svg.line((x(found.p50), middle - 5), (x(found.p50), middle + 5), "base"),
        svg.circle(x(found.own), middle, 4, "dot rim"),
    ]
    return svg.small(WIDTH, PEERS_HEIGHT, title, parts)


def _x(number: int, count: int, width: int) -> float:
    return 2 + number * (width - 10) / max(count - 1, 1)


def _runs(xs: Sequence[float], ys: Values) -> list[Markup]:
    """Lines through what is known, broken where something is missing."""
    runs: list[list[Point]] = [[]]
    for x, y in zip(xs, ys, strict=True):
        if y is None:
            runs.append([])
        else:
            runs[-1].append((x, y))
    alone = [svg.circle(*run[0], 1.2) for run in runs if len(run) == 1]
    return [svg.path(run, "ln thin") for run in runs] + alone
