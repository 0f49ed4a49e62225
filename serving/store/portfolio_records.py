"""What the sums over a portfolio look like; money is per year in the company's currency."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import RowMapping

from models.score import Band
from serving.store.records import RunInfo, Transition
from serving.store.rows import transition
from serving.store.tables import TRANSITION


@dataclass(frozen=True, slots=True)
class Sum:
    """The accounts of a tier in a band, and their money; None where it is known of none."""

    tier: str
    band: Band
    accounts: int
    arr: Decimal | None
    expected_loss: Decimal | None


@dataclass(frozen=True, slots=True)
class BandSum:
    """The accounts of one band.

    Attributes:
        arr: of the accounts whose revenue is known; None where it is of none.
        expected_loss: within the primary horizon, likewise.
    """

    accounts: int
    arr: Decimal | None
    expected_loss: Decimal | None

    @classmethod
    def of(cls, sums: Sequence[Sum]) -> "BandSum":
        """The sum of sums."""
        return cls(
            sum(each.accounts for each in sums),
            _known(each.arr for each in sums),
            _known(each.expected_loss for each in sums),
        )


def _known(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


@dataclass(frozen=True, slots=True)
class TierSum:
    """The accounts of one tier by band; the empty tier is of accounts without one."""

    tier: str
    bands: Mapping[Band, BandSum]


@dataclass(frozen=True, slots=True)
class Before:
    """The bands of an earlier run.

    Attributes:
        as_of: its date, which need not be exactly so many days before.
        bands: revenue is None where that run did not keep it.
    """

    as_of: date
    bands: Mapping[Band, BandSum]


@dataclass(frozen=True, slots=True)
class PortfolioSummary:
    """A portfolio at the newest run.

    Attributes:
        bands: all four, whether or not there are accounts.
        tiers: by name.
        before: by 7 and 30 days, where a run lies near; see `run_before`.
    """

    run: RunInfo
    bands: Mapping[Band, BandSum]
    tiers: tuple[TierSum, ...]
    before: Mapping[int, Before]


@dataclass(frozen=True, slots=True)
class Moves:
    """Changes of band that went the same way for the same cause.

    Attributes:
        cause: a code; empty where it is not told.
        arr: present revenue of the accounts.
    """

    from_band: Band
    to_band: Band
    cause: str
    accounts: int
    arr: Decimal | None


@dataclass(frozen=True, slots=True)
class Moved:
    """One change of band, with what the account is recognised by."""

    transition: Transition
    name: str
    csm: str
    tier: str
    arr: Decimal | None

    @classmethod
    def of(cls, row: RowMapping) -> "Moved":
        """A row of `transition` joined with its account."""
        change = {column.name: row[column.name] for column in TRANSITION.c}
        return cls(transition(change), row["name"], row["csm"], row["tier"], row["arr"])


@dataclass(frozen=True, slots=True)
class RenewalMonth:
    """What renews in one month.

    Attributes:
        month: its first day.
        at_risk: how many of the accounts are red or yellow.
        arr_at_risk: their revenue.
        expected_loss: of all that renew in the month, within the primary horizon.
        by_band: the same of each band's accounts.
    """

    month: date
    accounts: int
    arr: Decimal | None
    at_risk: int
    arr_at_risk: Decimal | None
    expected_loss: Decimal | None
    by_band: Mapping[Band, Decimal | None]


@dataclass(frozen=True, slots=True)
class MapPoint:
    """One account on the map of revenue against risk.

    Attributes:
        risk: chance of loss (0 to 1) within the primary horizon.
    """

    account_id: str
    name: str
    band: Band
    tier: str
    arr: Decimal
    risk: float
    expected_loss: Decimal | None
    renews_at: date | None
