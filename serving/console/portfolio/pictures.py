"""The pictures of the first page: revenue by band, the map, expected loss by month."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from models.score import Band
from serving import format
from serving.charts.calendar import SHORT
from serving.charts.portfolio import ORDER, Month, Part, months, strip
from serving.charts.scatter import Dot, Panel, scatter
from serving.store.portfolio_records import BandSum, MapPoint, PortfolioSummary, RenewalMonth

WIDE, HALF, NARROW = 1152, 552, 358
ANY_TIER = "all"
MOST_TIERS = 6
UNITS = ((1e9, "billion"), (1e6, "million"), (1e3, "thousand"), (1.0, ""))
Pair = tuple[Markup, Markup]


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of a portfolio; None where there is nothing to draw."""

    strip: Pair | None
    map: Pair | None
    months: tuple[Pair, str] | None


def both(draw: Callable[[int], Markup], wide: int = WIDE) -> Pair:
    """A picture for a wide and for a narrow page."""
    return draw(wide), draw(NARROW)


def by_band(found: Mapping[Band, BandSum], currency: str) -> Pair | None:
    """Revenue by band; None where no revenue is known."""
    whole = sum((of.arr or Decimal(0) for of in found.values()), Decimal(0))
    if whole <= 0:
        return None
    parts = [_part(band, found[band], whole, currency) for band in ORDER if found[band].accounts]
    title = "ARR by band: " + "; ".join(f"{p.band.value} {p.words}" for p in parts)
    return both(lambda width: strip(parts, width, title))


def _part(band: Band, of: BandSum, whole: Decimal, currency: str) -> Part:
    arr = of.arr or Decimal(0)
    share = format.percent(float(arr / whole))
    accounts = format.counted(of.accounts, "account")
    return Part(band, float(arr), format.money(arr, currency), f"{share} of ARR, {accounts}")


def risk_map(
    points: Sequence[MapPoint],
    summary: PortfolioSummary,
    thresholds: Mapping[str, Any],
    named: Collection[str],
    symbol: str,
) -> Pair | None:
    """Revenue against risk, a panel for each tier; None where nothing is known.

    Args:
        points: the accounts that are drawn.
        summary: tells how many there are.
        thresholds: of the champion, by tier.
        named: ids of the accounts whose names are printed.
        symbol: of the currency.
    """
    counts = {tier.tier: tier.bands for tier in summary.tiers}
    tiers = sorted({p.tier for p in points}, key=lambda t: -_mean_arr(points, t))[:MOST_TIERS]
    panels = [
        _panel(tier, [p for p in points if p.tier == tier], counts[tier], thresholds, named)
        for tier in tiers
        if tier in counts
    ]
    if not panels:
        return None
    title = "Map of ARR against the chance to leave, by tier: each mark is one account"
    return both(lambda width: scatter(panels, width, symbol, title))


def _mean_arr(points: Sequence[MapPoint], tier: str) -> float:
    mine = [float(point.arr) for point in points if point.tier == tier]
    return sum(mine) / len(mine)


def _panel(
    tier: str,
    points: Sequence[MapPoint],
    bands: Mapping[Band, BandSum],
    thresholds: Mapping[str, Any],
    named: Collection[str],
) -> Panel:
    of = thresholds.get(tier) or thresholds.get(ANY_TIER) or {}
    accounts = sum(each.accounts for each in bands.values())
    shown = f", {format.count(len(points))} shown" if len(points) < accounts else ""
    red = format.count(bands[Band.RED].accounts)
    dots = [
        Dot(float(p.arr), p.risk, p.band, p.name if p.account_id in named else "") for p in points
    ]
    return Panel(
        tier or "all accounts",
        f"{format.counted(accounts, 'account')}{shown}, {red} red",
        dots,
        of.get("red_from"),
        of.get("green_below"),
    )


def loss_by_month(found: Sequence[RenewalMonth], currency: str) -> tuple[Pair, str] | None:
    """Expected loss by renewal month with the unit of its figures; None where it is not known."""
    values = [float(month.expected_loss or 0) for month in found]
    most = max(values, default=0.0)
    if most <= 0:
        return None
    size, unit = next((size, unit) for size, unit in UNITS if most >= size or size == 1.0)
    drawn = [_month(month, found[0], currency) for month in found]
    title = "Expected loss of ARR by renewal month: " + ", ".join(m.title for m in drawn)
    return both(lambda width: months(drawn, width, size, title), HALF), unit


def _month(month: RenewalMonth, first: RenewalMonth, currency: str) -> Month:
    name = SHORT[month.month.month - 1]
    starts = month is first or month.month.month == 1
    loss = month.expected_loss or Decimal(0)
    shares = ", ".join(
        f"{band.value} {format.money(month.by_band.get(band), currency)}"
        for band in ORDER
        if month.by_band.get(band)
    )
    title = (
        f"{name} {month.month.year}: {format.money(loss, currency)}"
        f"{f' ({shares})' if shares else ''}, {month.at_risk} of {month.accounts} at risk"
    )
    parts = [(band, float(month.by_band.get(band) or 0)) for band in ORDER]
    return Month(name, str(month.month.year) if starts else "", float(loss), title, parts)
