"""The charts of the console's pages; the marks of the bands are shared with the report."""

from collections.abc import Sequence

from markupsafe import Markup

from serving.charts.marks import LETTERS, bar, mark, shape
from serving.format import day, health
from serving.store import HistoryPoint

__all__ = ["LETTERS", "bar", "history", "mark", "shape"]

HISTORY_HEIGHT = 150
_MARGIN_LEFT, _MARGIN, _FOOT = 30.0, 12.0, 22.0


def history(points: Sequence[HistoryPoint], width: int) -> Markup:
    """Health over time, 0 to 100, each point in its band's shape; gaps where unknown."""
    first, last = points[0].as_of.toordinal(), points[-1].as_of.toordinal()
    right = width - _MARGIN

    def x(point: HistoryPoint) -> float:
        share = (point.as_of.toordinal() - first) / ((last - first) or 1)
        return right if first == last else _MARGIN_LEFT + _MARGIN + share * (right - 42)

    parts = [_grid(width), _line(points, [x(point) for point in points])]
    parts += [_point(point, x(point)) for point in points]
    parts.append(_dates(points, x(points[0]), right))
    label = f"Health over time, now {health(points[-1].health_score)}; 100 is healthy"
    return Markup(
        f'<svg class="c" width="{width}" height="{HISTORY_HEIGHT}" role="img"'
        f' viewBox="0 0 {width} {HISTORY_HEIGHT}" aria-label="{label}">{{}}</svg>'
    ).format(Markup().join(parts))


def _y(score: float) -> float:
    return _MARGIN + (1 - score / 100) * (HISTORY_HEIGHT - _MARGIN - _FOOT)


def _grid(width: int) -> Markup:
    lines = "".join(
        f'<line class="grid" x1="{_MARGIN_LEFT}" x2="{width}" y1="{_y(at):.1f}" y2="{_y(at):.1f}"/>'
        f'<text class="ax end" x="{_MARGIN_LEFT - 6}" y="{_y(at) + 4:.1f}">{at}</text>'
        for at in (0, 50, 100)
    )
    return Markup(lines)


def _line(points: Sequence[HistoryPoint], xs: Sequence[float]) -> Markup:
    path, pen_down = "", False
    for point, x in zip(points, xs, strict=True):
        if point.health_score is not None:
            path += f"{'L' if pen_down else 'M'}{x:.1f} {_y(point.health_score):.1f}"
        pen_down = point.health_score is not None
    return Markup(f'<path class="ln" d="{path}"/>') if path else Markup()


def _point(point: HistoryPoint, x: float) -> Markup:
    at = 0.0 if point.health_score is None else point.health_score
    title = f"{day(point.as_of)}: {point.band.value}, health {health(point.health_score)}"
    return Markup("<g><title>{}</title>{}</g>").format(title, shape(point.band, x, _y(at), 4.2))


def _dates(points: Sequence[HistoryPoint], left: float, right: float) -> Markup:
    y = HISTORY_HEIGHT - 4
    last = Markup('<text class="ax end" x="{:.1f}" y="{}">{}</text>').format(
        right, y, day(points[-1].as_of)
    )
    if len(points) == 1:
        return last
    first = Markup('<text class="ax" x="{:.1f}" y="{}">{}</text>').format(
        left - _MARGIN, y, day(points[0].as_of)
    )
    return first + last
