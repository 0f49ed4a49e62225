"""One scoring run in figures: accounts and revenue by band, what matters most, renewals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from models.score import HORIZONS, Band, Score
from serving.store import AccountScore

ZERO = Decimal(0)
MONTHS = 12


@dataclass(frozen=True, slots=True)
class BandTotal:
    """The accounts of one band.

    Attributes:
        arr: recurring revenue per year of those whose revenue is known.
        expected: the part of it that is expected to be lost.
    """

    band: Band
    accounts: int
    arr: Decimal
    expected: Decimal


@dataclass(frozen=True, slots=True)
class Renewals:
    """What renews in one calendar month.

    Attributes:
        month: its first day.
        expected: sum of ARR times the chance of loss by the renewal, where that is known.
        unknown: ARR of the accounts whose chance so far ahead is not known.
        red: how many of the accounts are red.
    """

    month: date
    accounts: int
    arr: Decimal
    expected: Decimal
    unknown: Decimal
    red: int


@dataclass(frozen=True)
class Portfolio:
    """All accounts of one run, the one with the most at stake first.

    Attributes:
        as_of: the day the scores describe.
        horizon: days that chances and bands rest on.
        accounts: ordered by what is at stake.
    """

    as_of: date
    horizon: int
    accounts: tuple[AccountScore, ...]

    @property
    def valued(self) -> bool:
        """Whether any account's revenue is known."""
        return any(each.card.arr for each in self.accounts)

    @property
    def scored(self) -> tuple[AccountScore, ...]:
        """The accounts that have a chance of loss."""
        return tuple(each for each in self.accounts if each.risk is not None)

    @property
    def arr(self) -> Decimal:
        """Recurring revenue per year of all accounts."""
        return sum((each.card.arr or ZERO for each in self.accounts), ZERO)

    @property
    def expected(self) -> Decimal:
        """Revenue expected to be lost: the sum of ARR times chance."""
        return sum((expected_loss(each) or ZERO for each in self.accounts), ZERO)

    @property
    def expected_accounts(self) -> float:
        """How many accounts are expected to be lost: the sum of chances."""
        return sum(self._chance(each) or 0.0 for each in self.accounts)

    def _chance(self, each: AccountScore) -> float | None:
        """From the run's day on, whatever minimum lead time the band was given with."""
        return each.score.p_loss.get(self.horizon, each.risk)

    @property
    def half(self) -> int:
        """In how few accounts half of what is at stake sits."""
        stakes = [stake(each, self.valued) for each in self.accounts]
        total, reached = sum(stakes, ZERO), ZERO
        for number, each in enumerate(stakes, start=1):
            reached += each
            if total and 2 * reached >= total:
                return number
        return 0

    def total(self, band: Band) -> BandTotal:
        """The accounts of one band in figures."""
        mine = [each for each in self.accounts if each.score.band is band]
        arr = sum((each.card.arr or ZERO for each in mine), ZERO)
        expected = sum((expected_loss(each) or ZERO for each in mine), ZERO)
        return BandTotal(band, len(mine), arr, expected)

    def renewals(self) -> tuple[Renewals, ...]:
        """The next twelve months in which anything renews, this one included."""
        months = [_month_after(self.as_of, n) for n in range(MONTHS + 1)]
        ahead = [
            each
            for each in self.accounts
            if each.card.renews_at is not None
            and self.as_of < each.card.renews_at < _year_after(self.as_of)
        ]
        found = [_renewals(month, ahead, self.as_of) for month in months]
        return tuple(each for each in found if each.accounts)


def portfolio(as_of: date, horizon: int, found: Iterable[AccountScore]) -> Portfolio:
    """The accounts of a run in the order of what is at stake."""
    accounts = tuple(found)
    valued = any(each.card.arr for each in accounts)

    def order(each: AccountScore) -> tuple[Decimal, float, str]:
        return (-stake(each, valued), -(each.risk or 0.0), each.card.account_id)

    return Portfolio(as_of, horizon, tuple(sorted(accounts, key=order)))


def expected_loss(each: AccountScore) -> Decimal | None:
    """Revenue expected to be lost: ARR times chance, and the part of it that a loss takes.

    None where revenue or the chance is not known; all of it where the model does not tell what a
    loss takes.
    """
    if each.score.outlook.revenue_lost is not None:
        return each.expected_loss
    if each.card.arr is None or each.risk is None:
        return None
    return each.card.arr * _exact(each.risk)


def stake(each: AccountScore, valued: bool) -> Decimal:
    """What an account puts at stake: expected loss, or its chance where nothing is valued."""
    if valued:
        return expected_loss(each) or ZERO
    return _exact(each.risk or 0.0)


def chance_by(score: Score, days: int) -> float | None:
    """The chance of loss within the shortest horizon that covers `days`, if there is one."""
    covering = (score.p_loss.get(horizon) for horizon in HORIZONS if horizon >= days)
    return next((chance for chance in covering if chance is not None), None)


def _exact(chance: float) -> Decimal:
    return Decimal(repr(float(chance)))


def _renewals(month: date, ahead: Sequence[AccountScore], as_of: date) -> Renewals:
    mine = [each for each in ahead if _first(each.card.renews_at) == month]
    expected = unknown = ZERO
    for each in mine:
        assert each.card.renews_at is not None
        chance = chance_by(each.score, (each.card.renews_at - as_of).days)
        arr = each.card.arr or ZERO
        taken = _taken(each)
        expected += arr * _exact(chance * taken) if chance is not None else ZERO
        unknown += arr if chance is None else ZERO
    return Renewals(
        month=month,
        accounts=len(mine),
        arr=sum((each.card.arr or ZERO for each in mine), ZERO),
        expected=expected,
        unknown=unknown,
        red=sum(each.score.band is Band.RED for each in mine),
    )


def _taken(each: AccountScore) -> float:
    """The share of revenue that a loss takes, as within the primary horizon; 1 where not told."""
    lost, chance = each.score.outlook.revenue_lost, each.score.p_loss.get(each.primary_horizon)
    return lost / chance if lost is not None and chance else 1.0


def _first(day: date | None) -> date | None:
    return None if day is None else day.replace(day=1)


def _month_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _year_after(day: date) -> date:
    return _month_after(day, MONTHS).replace(day=min(day.day, 28))
