"""Figures with their ranges, one below the other on a common axis."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from models.score import Band
from serving.charts.marks import shape

ROW_HEIGHT = 42
_FOOT, _MARGIN = 22, 8
_TEXT, _LINE = 14, 27


@dataclass(frozen=True, slots=True)
class Range:
    """One figure.

    Attributes:
        label: its name.
        value: where its mark is.
        low, high: ends of its range; the value itself where there is none.
        text: the figures in words, printed at the right.
        band: its mark is the band's shape; a filled or hollow dot where there is none.
        hollow: an unfilled dot, for what is only compared with.
    """

    label: str
    value: float
    low: float
    high: float
    text: str
    band: Band | None = None
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """The common scale; `reference` draws a line across all rows."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    reference: float | None = None


def ranges(rows: Sequence[Range], axis: Axis, width: int, title: str) -> Markup:
    """Marks on lines: the mark is the figure, the line its range.

    Args:
        rows: from top to bottom; what lies outside the axis is drawn at its end.
        axis: the scale.
        width: of the drawing, in pixels.
        title: says what is drawn, for those who cannot see it.
    """
    bottom = ROW_HEIGHT * len(rows)
    height = bottom + _FOOT
    parts = [_grid(axis, width, bottom)]
    parts += [_row(row, ROW_HEIGHT * n, axis, width) for n, row in enumerate(rows)]
    return Markup(
        f'<svg class="c" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        ' role="img" aria-label="{}">{}</svg>'
    ).format(title, Markup().join(parts))


def _x(value: float, axis: Axis, width: int) -> float:
    share = (value - axis.low) / (axis.high - axis.low)
    return _MARGIN + min(max(share, 0.0), 1.0) * (width - 2 * _MARGIN)


def _grid(axis: Axis, width: int, bottom: int) -> Markup:
    lines = [_vertical("grid", _x(at, axis, width), bottom) for at, _ in axis.ticks]
    if axis.reference is not None:
        lines.append(_vertical("ref", _x(axis.reference, axis, width), bottom))
    last = len(axis.ticks) - 1
    words = [
        Markup('<text class="ax {}" x="{:.1f}" y="{}">{}</text>').format(
            "mid" if 0 < n < last else "end" if n else "",
            _x(at, axis, width) + (_MARGIN if n == last else 0 if n else -_MARGIN),
            bottom + _FOOT - 6,
            word,
        )
        for n, (at, word) in enumerate(axis.ticks)
    ]
    return Markup().join([*lines, *words])


def _vertical(css: str, x: float, bottom: int) -> Markup:
    return Markup(f'<line class="{css}" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{bottom}"/>')


def _row(row: Range, top: int, axis: Axis, width: int) -> Markup:
    y = top + _LINE
    low, high = _x(row.low, axis, width), _x(row.high, axis, width)
    line = Markup(f'<line class="rg" x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}"/>')
    words = Markup(
        '<text class="lb halo" x="0" y="{0}">{2}</text>'
        '<text class="fg halo end" x="{1}" y="{0}">{3}</text>'
    ).format(top + _TEXT, width, row.label, row.text)
    return words + line + _mark(row, _x(row.value, axis, width), y)


def _mark(row: Range, x: float, y: int) -> Markup:
    if row.band is not None:
        return shape(row.band, x, y, 5.5)
    css = "hol" if row.hollow else "dot"
    return Markup(f'<circle class="{css}" cx="{x:.1f}" cy="{y}" r="4"/>')
