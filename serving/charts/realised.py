"""What came of each band, month by month, beside what was said."""

from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from models.score import Band
from models.track_record import Month
from serving.charts.marks import LETTERS, shape
from serving.charts.svg import drawing, line, rect, text
from serving.format import percent

_LEFT, _RIGHT, _TOP, _FOOT, _HEIGHT = 36, 8, 22, 34, 210
TOPS = (0.02, 0.04, 0.06, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
_LETTERS = "JFMAMJJASOND"


class _Frame:
    """Places of months and shares; each band has a scale of its own."""

    def __init__(self, months: Sequence[str], mine: Sequence[Month], width: int) -> None:
        highest = max((max(m.came.high, m.said) for m in mine), default=0.0)
        self.top = next((top for top in TOPS if top >= highest), 1.0)
        self.months, self.width = list(months), width

    def x(self, place: float) -> float:
        room = self.width - _LEFT - _RIGHT
        return _LEFT + (place + 0.5) / len(self.months) * room

    def y(self, share: float) -> float:
        room = _HEIGHT - _TOP - _FOOT
        return _TOP + (1 - min(share, self.top) / self.top) * room


def realised(
    band: Band, found: Sequence[Month], months: Sequence[str], known: int, width: int
) -> Markup:
    """The band's share of leavers by month of the score: mark, range, and what was said.

    Args:
        band: whose accounts.
        found: months of any band; those of others are passed over.
        months: every month of the axis, `2026-06`, oldest first; at least one.
        known: how many of them, from the first, have outcomes; the others stay empty.
        width: of the drawing, in pixels.
    """
    mine = [month for month in found if month.band is band]
    at = _Frame(months, mine, width)
    parts = [*_axes(at), *_unknown(at, known)]
    for month in mine:
        parts += _month(month, band, at)
    parts += [*_letters(at), shape(band, _LEFT + 5, 8, 4.5)]
    name = band.value.capitalize()
    parts.append(text(_LEFT + 14, 12, name, f"x{LETTERS[band]} b"))
    return drawing(width, _HEIGHT, _label(name, mine), parts)


def _axes(at: _Frame) -> list[Markup]:
    found = []
    for share in (at.top * quarter / 4 for quarter in range(5)):
        y = at.y(share)
        found.append(line((_LEFT, y), (at.width - _RIGHT, y), "grid" if share else "axis"))
        found.append(text(_LEFT - 6, y + 4, f"{100 * share:.3g}", "ax end"))
    return found


def _unknown(at: _Frame, known: int) -> list[Markup]:
    if known >= len(at.months):
        return []
    left, right = at.x(known - 0.5), at.width - _RIGHT
    parts = [rect(left, _TOP, right - left, _HEIGHT - _TOP - _FOOT, "tX")]
    if right - left < 50:
        return parts
    middle = (left + right) / 2
    return [
        *parts,
        *(text(middle, _TOP + y, w, "ax mid") for y, w in ((16, "not known"), (29, "yet"))),
    ]


def _month(month: Month, band: Band, at: _Frame) -> list[Markup]:
    x = at.x(at.months.index(month.month))
    low, high = at.y(month.came.low), at.y(month.came.high)
    half = min(6.0, (at.x(1) - at.x(0)) / 2.4)
    said = line((x - half, at.y(month.said)), (x + half, at.y(month.said)), "base")
    span = line((x, low), (x, high), f"s{LETTERS[band]} span")
    left, wanted = percent(month.came.value), percent(month.said)
    words = f"{month.month}: {left} of {month.rows} left, {wanted} said"
    inner = Markup().join([span, said, shape(band, x, at.y(month.came.value), 3.8)])
    return [Markup("<g><title>{}</title>{}</g>").format(words, inner)]


def _letters(at: _Frame) -> list[Markup]:
    """The months' first letters, and the year below where one begins."""
    found = [
        text(at.x(n), _HEIGHT - _FOOT + 15, _LETTERS[int(month[5:]) - 1], "ax mid")
        for n, month in enumerate(at.months)
    ]
    begins = [0, *(n + 1 for n, (a, b) in enumerate(pairwise(at.months)) if a[:4] != b[:4])]
    kept = [n for n, m in zip(begins, [*begins[1:], len(at.months)], strict=True) if m - n > 1]
    return [*found, *(text(at.x(n) - 4, _HEIGHT - 4, at.months[n][:4], "ax") for n in kept)]


def _label(name: str, mine: Sequence[Month]) -> str:
    if not mine:
        return f"Realised churn of {name} accounts: no month with enough of them"
    shares = [month.came.value for month in mine]
    held = sum(m.came.low <= m.said <= m.came.high for m in mine)
    return (
        f"Realised churn of {name} accounts by month of the score: {percent(min(shares))} to"
        f" {percent(max(shares))}; in {held} of {len(mine)} months as said, within the range"
    )
