"""The report as it is printed: headline, charts and rows, every value text or SVG."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from models.bands import BandOutcome
from models.score import OTHERS, Band, Reason
from pipelines.report.evidence import Evidence
from pipelines.report.outcome import OutcomeWords
from pipelines.report.portfolio import Portfolio, Renewals, expected_loss
from pipelines.report.quality import Quality
from pipelines.words import Words
from serving.charts.bars import Bar, bars
from serving.charts.ranges import Axis, Range, ranges
from serving.format import NARROW_SPACE, UNKNOWN, count, day, money, percent
from serving.store import AccountScore

HALF, WIDE, NARROW = 327, 690, 327
ACCOUNTS_SHOWN, REASONS_SHOWN = 10, 2
STEPS = (0.01, 0.02, 0.05, 0.10, 0.20, 0.50)


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One of the accounts that matter most."""

    name: str
    note: str
    band: Band
    arr: str
    chance: str
    expected: str
    renews: str
    reasons: tuple[str, ...]


def headline(portfolio: Portfolio, words: OutcomeWords, currency: str) -> str:
    """What a leader must know in two sentences."""
    if not portfolio.scored:
        return f"No account could be scored as of {day(portfolio.as_of)}."
    within = f"within {portfolio.horizon} days"
    if portfolio.valued:
        lost, total = (money(m, currency) for m in (portfolio.expected, portfolio.arr))
        first = f"We expect accounts worth {lost} of {total} ARR to {words.verb} {within}."
    else:
        first = (
            f"We expect {count(round(portfolio.expected_accounts))} of "
            f"{count(len(portfolio.accounts))} accounts to {words.verb} {within}."
        )
    return f"{first} Half of that sits in {_number_of_accounts(portfolio.half)}."


def band_chart(portfolio: Portfolio, currency: str) -> Markup:
    """Accounts, or their revenue where it is known, by band."""
    found = [portfolio.total(band) for band in Band]
    rows = [
        Bar(
            label=each.band.value.capitalize(),
            value=float(each.arr) if portfolio.valued else each.accounts,
            text=_band_text(each.accounts, each.arr, currency, portfolio.valued),
            band=each.band,
        )
        for each in found
        if each.accounts
    ]
    return bars(rows, HALF, "Accounts by band", text_width=136)


def _band_text(accounts: int, arr: Decimal, currency: str, valued: bool) -> str:
    number = _number_of_accounts(accounts)
    return f"{money(arr, currency)}, {number}" if valued else number


def realised_chart(found: Evidence) -> Markup:
    """What share of each band's accounts was really lost, with 95 % ranges."""
    rows = [
        Range(
            label=each.band.value.capitalize(),
            value=each.lost,
            low=each.low,
            high=each.high,
            text=realised_text(each),
            band=each.band,
        )
        for each in found.bands
    ]
    axis = percent_axis(max((each.high for each in found.bands), default=1.0))
    return ranges(rows, axis, HALF, "Realised loss by band")


def realised_text(each: BandOutcome) -> str:
    """`46 % lost (38 to 54 %)`."""
    decimals = 1 if each.high < 0.0995 else 0
    low, high = f"{100 * each.low:.{decimals}f}", f"{100 * each.high:.{decimals}f}"
    return f"{percent(each.lost)} lost ({low} to {high}{NARROW_SPACE}%)"


def percent_axis(highest: float) -> Axis:
    """A scale from 0 to a round number at or above `highest`, a share from 0 to 1."""
    step = next((step for step in STEPS if 5 * step >= highest), STEPS[-1])
    ticks = [step * n for n in range(6) if n == 0 or step * (n - 1) < highest]
    ticks = [tick for tick in ticks if tick <= 1.0]
    words = tuple((tick, f"{100 * tick:.0f}{NARROW_SPACE}%") for tick in ticks)
    return Axis(0.0, ticks[-1], words)


def pairs_chart(found: Quality) -> Markup:
    """How many of 100 pairs the model and each baseline rank right."""
    rows = []
    if found.pairs:
        rows.append(
            Range(
                label="Our model",
                value=found.pairs.value,
                low=found.pairs.low,
                high=found.pairs.high,
                text=f"{found.pairs.value:.0f} ({found.pairs.low:.0f} to {found.pairs.high:.0f})",
            )
        )
    rows += [
        Range(each.name.capitalize(), each.pairs, each.pairs, each.pairs, f"{each.pairs:.0f}",
              hollow=True)
        for each in found.rivals
        if each.pairs is not None
    ]  # fmt: skip
    lowest = min([50.0, *(row.low for row in rows)])
    first = 10 * int(lowest // 10)
    ticks = tuple((float(at), str(at)) for at in range(first, 101, 10))
    axis = Axis(float(first), 100.0, ticks, reference=50.0)
    return ranges(rows, axis, HALF, "Pairs ranked right, of 100")


def renewals_chart(found: tuple[Renewals, ...], currency: str, width: int) -> Markup:
    """Expected loss by month of renewal, beside everything that renews then."""
    valued, wide = any(each.arr for each in found), width >= WIDE
    rows = [_month(each, currency, valued, wide) for each in found]
    title = "Expected loss by month of renewal" if valued else "Renewals by month"
    return bars(rows, width, title, text_width=width // 2 - 20)


def _month(each: Renewals, currency: str, valued: bool, wide: bool) -> Bar:
    """A month; a narrow drawing has room for money only."""
    name = f"{each.month:%b %Y}"
    number = _number_of_accounts(each.accounts) + (f", {each.red} red" if each.red else "")
    if not valued:
        return Bar(name, float(each.accounts), number)
    total, behind = money(each.arr, currency), f", {number}" if wide else ""
    if each.unknown == each.arr:
        return Bar(name, None, f"not known, of {total}{behind}")
    text = f"{money(each.expected, currency)} of {total}{behind}"
    return Bar(name, float(each.expected), text)


def account_rows(portfolio: Portfolio, words: Words, currency: str) -> tuple[AccountRow, ...]:
    """The accounts with the most at stake, with the reasons that speak for leaving."""
    chosen = portfolio.scored[:ACCOUNTS_SHOWN]
    return tuple(_account(each, words, currency) for each in chosen)


def _account(each: AccountScore, words: Words, currency: str) -> AccountRow:
    card = each.card
    notes = [card.tier, card.csm]
    return AccountRow(
        name=card.name or card.account_id,
        note=", ".join(note for note in notes if note),
        band=each.score.band,
        arr=money(card.arr, currency),
        chance=percent(each.risk),
        expected=money(expected_loss(each), currency),
        renews=_short_day(card.renews_at),
        reasons=tuple(_shorter(words(reason)) for reason in leading(each.score.reasons)),
    )


def _shorter(sentence: str) -> str:
    """The sentence without what the head of the column says already."""
    return sentence.removesuffix("; raises the risk.")


def leading(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """The largest reasons that speak for leaving; the largest of all where none does."""
    named = [reason for reason in reasons if reason.signal != OTHERS]
    against = [reason for reason in named if reason.contribution > 0]
    return tuple((against or named)[:REASONS_SHOWN])


def _short_day(when: date | None) -> str:
    return UNKNOWN if when is None else f"{when.day} {when:%b %Y}"


def _number_of_accounts(number: int) -> str:
    return "1 account" if number == 1 else f"{count(number)} accounts"
