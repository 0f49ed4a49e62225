"""Bars one below the other, each with its name before it and its figures behind it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from models.score import Band
from serving.charts.marks import LETTERS, shape

ROW_HEIGHT = 24
LABEL_WIDTH, TEXT_WIDTH = 84, 128
_BASELINE, _THICKNESS = 16, 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes:
        label: its name, printed before it.
        value: its length, at least 0, in the unit of all; None where it is not known.
        text: the figures printed behind it.
        band: gives it the band's colour and shape; ink where there is none.
    """

    label: str
    value: float | None
    text: str
    band: Band | None = None


def bars(rows: Sequence[Bar], width: int, title: str, text_width: int = TEXT_WIDTH) -> Markup:
    """The bars from zero on one common scale; one that is not known is a dashed line.

    Args:
        rows: from top to bottom.
        width: of the drawing, in pixels.
        title: says what is drawn, for those who cannot see it.
        text_width: room for the figures at the right, in pixels.
    """
    longest = max((row.value or 0.0 for row in rows), default=0.0) or 1.0
    room = width - LABEL_WIDTH - text_width
    height = ROW_HEIGHT * len(rows)
    drawn = [_row(row, n, room / longest, room, width) for n, row in enumerate(rows)]
    return Markup(
        f'<svg class="c" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        ' role="img" aria-label="{}">{}</svg>'
    ).format(title, Markup().join(drawn))


def _row(row: Bar, number: int, unit: float, room: int, width: int) -> Markup:
    y = ROW_HEIGHT * number
    mark = shape(row.band, 7, y + _BASELINE - 4, 5.5) if row.band else Markup()
    label = Markup('<text class="lb" x="{}" y="{}">{}</text>').format(
        20 if row.band else 0, y + _BASELINE, row.label
    )
    figures = Markup('<text class="fg end" x="{}" y="{}">{}</text>').format(
        width, y + _BASELINE, row.text
    )
    return mark + label + _bar(row, y, unit, room) + figures


def _bar(row: Bar, y: int, unit: float, room: int) -> Markup:
    if row.value is None:
        middle = y + ROW_HEIGHT / 2
        return Markup(
            f'<line class="unk" x1="{LABEL_WIDTH}" x2="{LABEL_WIDTH + room}"'
            f' y1="{middle}" y2="{middle}"/>'
        )
    css = f"m{LETTERS[row.band]}" if row.band else "up"
    return Markup(
        f'<rect class="{css}" x="{LABEL_WIDTH}" y="{y + (ROW_HEIGHT - _THICKNESS) / 2}"'
        f' width="{max(row.value * unit, 0.5):.1f}" height="{_THICKNESS}"/>'
    )
