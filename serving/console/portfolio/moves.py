"""What moved between the bands, and why."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from models.score import Band
from serving import format
from serving.charts import svg
from serving.console.dates import day_of
from serving.console.links import account_link
from serving.store.portfolio_records import Moved, Moves

WORSE = (Band.GREEN, Band.YELLOW, Band.RED)
ROWS = tuple(
    (WORSE[before], WORSE[after])
    for before, after in ((0, 1), (1, 2), (0, 2), (1, 0), (2, 1), (2, 0))
)
NOT_TOLD = "not told"


@dataclass(frozen=True, slots=True)
class MovedRow:
    """One account that moved."""

    name: str
    link: str
    tier: str
    arr: str
    before: Band
    after: Band
    chance: tuple[str, str]
    cause: str
    day: str


@dataclass(frozen=True, slots=True)
class MoveRow:
    """All that moved one way."""

    before: Band
    after: Band
    bar: Markup
    accounts: str
    arr: str
    causes: str


@dataclass(frozen=True, slots=True)
class MoveGroup:
    """Moves to worse, or to better."""

    title: str
    rows: tuple[MoveRow, ...]


def worse(before: Band, after: Band) -> bool | None:
    """Whether a move is to worse; None into grey and out of it."""
    if Band.GREY in (before, after):
        return None
    return WORSE.index(after) > WORSE.index(before)


def counted(found: Sequence[Moves]) -> tuple[int, int, int]:
    """How many accounts moved to worse, to better, and into red."""
    down = sum(m.accounts for m in found if worse(m.from_band, m.to_band))
    up = sum(m.accounts for m in found if worse(m.from_band, m.to_band) is False)
    return down, up, sum(m.accounts for m in found if m.to_band is Band.RED)


def moved_rows(found: Sequence[Moved], now: date, currency: str) -> tuple[MovedRow, ...]:
    """The accounts that moved, as they are printed."""
    return tuple(
        MovedRow(
            name=each.name or each.transition.account_id,
            link=account_link(each.transition.account_id),
            tier=each.tier,
            arr=format.money(each.arr, currency),
            before=each.transition.from_band,
            after=each.transition.to_band,
            chance=(
                format.percent(each.transition.from_risk),
                format.percent(each.transition.to_risk),
            ),
            cause=each.transition.cause.capitalize() or NOT_TOLD,
            day=day_of(each.transition.as_of, now),
        )
        for each in found
    )


def groups(found: Sequence[Moves], currency: str) -> tuple[MoveGroup, ...]:
    """Moves to worse and to better with their causes; ways that nobody went are left out."""
    ways: dict[tuple[Band, Band], list[Moves]] = defaultdict(list)
    for each in found:
        ways[each.from_band, each.to_band].append(each)
    most = max((sum(m.accounts for m in ways[way]) for way in ROWS if way in ways), default=1)
    out = []
    for title, rows in (("Worse", ROWS[:3]), ("Better", ROWS[3:])):
        there = [way for way in rows if way in ways]
        count = sum(m.accounts for way in there for m in ways[way])
        shown = tuple(_row(way, ways[way], most, currency) for way in there)
        out.append(MoveGroup(f"{title}: {format.counted(count, 'account')}", shown))
    return tuple(out)


def _row(way: tuple[Band, Band], found: Sequence[Moves], most: int, currency: str) -> MoveRow:
    before, after = way
    count = sum(each.accounts for each in found)
    known = [each.arr for each in found if each.arr is not None]
    css = "up" if worse(before, after) else "down"
    told = sorted((m for m in found if m.cause), key=lambda m: -m.accounts)
    return MoveRow(
        before,
        after,
        svg.stretched(svg.rect(2, 28, 960 * count / most, 44, css)),
        format.count(count),
        format.money(sum(known, Decimal(0)) if known else None, currency),
        ", ".join(f"{format.count(m.accounts)} {m.cause}" for m in told),
    )


def grey(found: Sequence[Moves]) -> str:
    """A sentence about grey; empty where nothing went into it or out of it."""
    into = sum(m.accounts for m in found if m.to_band is Band.GREY)
    out = sum(m.accounts for m in found if m.from_band is Band.GREY)
    if not into and not out:
        return ""
    return f"Data: {format.count(into)} became grey, {format.count(out)} came back"
