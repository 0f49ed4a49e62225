"""The first page made ready to print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from models.score import Band
from serving import format
from serving.console.accounts.query import ListQuery
from serving.console.dates import day_of
from serving.console.frame import Console
from serving.console.portfolio import calls, moves, pictures
from serving.console.portfolio.album import Album
from serving.store import Sort
from serving.store.portfolio import PortfolioRepository
from serving.store.portfolio_records import BandSum, Before, Moves, PortfolioSummary
from serving.store.question import Question

MONTH, WEEK, SOON = 30, 7, 90
MOST_MOVED = 8
ON_THE_MAP = 1500
MOST_RENEWING = 50


@dataclass(frozen=True, slots=True)
class Tile:
    """A key figure.

    Attributes:
        beside: in small print behind the figure.
        change: the figure's change, in bold; `note` follows it.
    """

    name: str
    figure: str
    beside: str
    change: str
    note: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class OfRun:
    """What does not change while a run is the newest."""

    calls: tuple[calls.Call, ...]
    tiles: tuple[Tile, ...]
    drawn: pictures.Pictures


class FirstPage:
    """The first page over one store, with what was made of the newest run."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._sums = PortfolioRepository(console.engine)
        self._album: Album[OfRun] = Album()

    def context(self, owner: str | None) -> dict[str, Any] | None:
        """What the template takes; None where nothing was published.

        Args:
            owner: whose accounts alone are shown; None for everybody's.
        """
        summary = self._sums.summary(owner)
        if summary is None:
            return None
        return _context(self._console, self._sums, self._made(summary, owner), summary, owner)

    def prepare(self) -> None:
        """Draw everybody's pictures of the newest run, so that nobody has to wait for them."""
        summary = self._sums.summary(None)
        if summary is not None:
            self._made(summary, None)

    def _made(self, summary: PortfolioSummary, owner: str | None) -> OfRun:
        champion = self._console.versions.champion()
        key = (summary.run.digest, repr(owner), champion.digest if champion else "")
        bands = champion.bands if champion else {}
        return self._album.of(
            key, lambda: _of_run(self._console, self._sums, summary, bands, owner)
        )


def _context(
    console: Console,
    sums: PortfolioRepository,
    made: OfRun,
    summary: PortfolioSummary,
    owner: str | None,
) -> dict[str, Any]:
    currency = console.presentation.currency
    month = sums.moves(MONTH, owner)
    return {
        "run": summary.run,
        "everybody": owner is None,
        "calls": made.calls,
        "tiles": made.tiles,
        "drawn": made.drawn,
        "tiers": _tiers(summary),
        "arr": format.money(_arr(summary.bands), currency),
        "moved": moves.moved_rows(
            sums.moved(MONTH, MOST_MOVED, owner), summary.run.as_of, currency
        ),
        "groups": moves.groups(month, currency),
        "grey": moves.grey(month),
        "all_moved": ListQuery(moved=MONTH, sort=Sort.CHANGE).link(),
        "at_risk": ListQuery(band=[Band.RED, Band.YELLOW]).link(),
        "symbol": format.SYMBOLS.get(currency, currency),
    }


def _of_run(
    console: Console,
    sums: PortfolioRepository,
    summary: PortfolioSummary,
    bands: Mapping[str, Any],
    owner: str | None,
) -> OfRun:
    currency = console.presentation.currency
    symbol = format.SYMBOLS.get(currency, "")
    first = sums.call_first(calls.FIRST, owner)
    named = {each.card.account_id for each in first}
    points = sums.map(ON_THE_MAP, owner)
    return OfRun(
        calls.calls(first, console.close_up, console.presentation),
        _tiles(console, summary, sums.moves(WEEK, owner), owner),
        pictures.Pictures(
            pictures.by_band(summary.bands, currency),
            pictures.risk_map(points, summary, bands, named, symbol),
            pictures.loss_by_month(sums.renewals(12, owner), currency),
        ),
    )


def _tiers(summary: PortfolioSummary) -> tuple[tuple[str, str, str], ...]:
    """Name, number of accounts and list of each tier."""
    return tuple(
        (
            each.tier,
            format.count(sum(of.accounts for of in each.bands.values())),
            ListQuery(tier=[each.tier]).link(),
        )
        for each in summary.tiers
        if each.tier
    )


def _tiles(
    console: Console, summary: PortfolioSummary, week: Sequence[Moves], owner: str | None
) -> tuple[Tile, ...]:
    before = summary.before.get(MONTH)
    return (
        _accounts(summary, before),
        _loss(summary, before, console.presentation.currency),
        _renewing(console, owner),
        _moves(week),
    )


def _accounts(summary: PortfolioSummary, before: Before | None) -> Tile:
    now = _count(summary.bands)
    then = _count(before.bands) if before else None
    change = "" if then is None else _signed(now - then)
    return Tile(
        "Accounts", format.count(now), "active", change, _since(summary, before), ListQuery().link()
    )


def _loss(summary: PortfolioSummary, before: Before | None, currency: str) -> Tile:
    now, then = _sum_loss(summary.bands), _sum_loss(before.bands) if before else None
    arr = format.money(_arr(summary.bands), currency)
    change = ""
    if now is not None and then is not None:
        moved = now - then
        sign = "+" if moved > 0 else ""
        change = f"{sign}{format.money(moved, currency)}"
    note = f"{_since(summary, before)}; lower is better" if change else "lower is better"
    name = f"Expected loss in {summary.run.primary_horizon} days"
    return Tile(name, format.money(now, currency), f"of {arr} ARR", change, note)


def _renewing(console: Console, owner: str | None) -> Tile:
    """Red accounts that renew soon: how many, and what they pay."""
    query = ListQuery(band=[Band.RED], renews=SOON, sort=Sort.RENEWAL)
    asked = Question(bands=(Band.RED,), renews_from=0, renews_to=SOON)
    page = console.scores.latest(asked, sort=Sort.RENEWAL, limit=MOST_RENEWING, owner=owner)
    known = [each.card.arr for each in page.items if each.card.arr is not None]
    arr = format.money(sum(known, Decimal(0)), console.presentation.currency) if known else ""
    noun = "account" if page.total == 1 else "accounts"
    beside = f"{noun}, {arr}" if known and page.total <= MOST_RENEWING else noun
    note = ""
    if page.items and page.items[0].card.renews_at:
        found = page.items[0]
        day = day_of(page.items[0].card.renews_at, found.score.as_of)
        note = f"next: {found.card.name or found.card.account_id}, {day}"
    name = f"Red and renewing in {SOON} days"
    return Tile(name, format.count(page.total), beside, "", note, query.link())


def _moves(week: Sequence[Moves]) -> Tile:
    down, up, red = moves.counted(week)
    beside = f"worse, {format.count(up)} better"
    note = "turned red" if red else "nobody turned red"
    link = ListQuery(moved=WEEK, sort=Sort.CHANGE).link()
    return Tile(
        f"Moves in {WEEK} days", format.count(down), beside, format.count(red) if red else "",
        note, link,
    )  # fmt: skip


def _since(summary: PortfolioSummary, before: Before | None) -> str:
    if before is None:
        return "no earlier run to compare with"
    return f"since {day_of(before.as_of, summary.run.as_of)}"


def _count(bands: Mapping[Band, BandSum]) -> int:
    return sum(of.accounts for of in bands.values())


def _arr(bands: Mapping[Band, BandSum]) -> Decimal | None:
    known = [of.arr for of in bands.values() if of.arr is not None]
    return sum(known, Decimal(0)) if known else None


def _sum_loss(bands: Mapping[Band, BandSum]) -> Decimal | None:
    known = [of.expected_loss for of in bands.values() if of.expected_loss is not None]
    return sum(known, Decimal(0)) if known else None


def _signed(number: int) -> str:
    sign = "+" if number > 0 else format.MINUS if number < 0 else ""
    return f"{sign}{format.count(abs(number))}"
