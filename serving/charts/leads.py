"""How early did we know? Shares of leavers by how long they had been red."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from serving.charts.svg import drawing, rect, text
from serving.format import percent

_ROW, _THICK, _ROOM = 44, 12, 52


@dataclass(frozen=True, slots=True)
class LeadBar:
    """One class of leavers.

    Attributes:
        label: in words.
        share: of all leavers, 0 to 1.
        in_time: whether there was time to act.
    """

    label: str
    share: float
    in_time: bool


def leads(bars: Sequence[LeadBar], width: int) -> Markup:
    """One bar each, dark where there was time to act; at least one."""
    longest = max(bar.share for bar in bars) or 1.0
    parts = []
    for number, bar in enumerate(bars):
        top, length = _ROW * number + 14, bar.share / longest * (width - _ROOM)
        parts.append(text(0, top, bar.label))
        parts.append(rect(0, top + 6, max(length, 1), _THICK, "up" if bar.in_time else "soft"))
        words = f"{100 * bar.share:.0f}\u202f%"
        parts.append(text(max(length, 1) + 6, top + 16, words, "b" if bar.in_time else ""))
    label = "; ".join(f"{bar.label} {percent(bar.share)}" for bar in bars)
    return drawing(width, _ROW * len(bars) + 8, f"How early leavers were red: {label}", parts)
