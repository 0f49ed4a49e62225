"""How a score kept its word on its test rows: what people are shown of a model.

Everything comes from out-of-time predictions at the primary horizon and the model's own
thresholds, without the steps that keep bands from flapping. The thresholds were chosen on
these very rows, so the bands' shares are those the model was chosen for; chances were not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.bands.accounts import Accounts
from models.bands.codes import GREEN, NAMED, RED, YELLOW, Codes
from models.bands.past import realised
from models.bands.policy import BandPolicy
from models.evidence.rows import SEGMENT, asked_after
from models.metrics import Estimate, Resamples, Vector
from models.metrics.bootstrap import ratio
from models.metrics.lead import lead_days
from models.score import Band
from models.scorecard import SEED

DRAWS = 200
EDGES = (0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
"""Shares of rows, lowest chance first, at which reliability groups end: finer where it counts."""
CALLED = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
"""Shares of accounts called at a date at which leavers found are counted."""
EARLY = (180, 90, 30, 1)
"""Least days red before the loss of each class of lead, longest first."""
FEWEST_MONTH_ROWS = 5


@dataclass(frozen=True, slots=True)
class Group:
    """Rows with nearly the same chance: what was said, and what came with its 95 % range."""

    said: float
    came: Estimate
    rows: int


@dataclass(frozen=True, slots=True)
class Found:
    """The share of all leavers among the accounts called first at each date.

    Attributes:
        called: share of the accounts, 0 to 1, highest chance first.
        found: share of the leavers, with its 95 % range.
        rival: the same share, called in the order of the simple rule; None without one.
    """

    called: float
    found: Estimate
    rival: float | None


@dataclass(frozen=True, slots=True)
class Lead:
    """How leavers stood before they left.

    Attributes:
        least_days: red for at least so many days without a break; 0 where it was not red last.
        band: at the last date before the loss.
        leavers: how many.
    """

    least_days: int
    band: Band
    leavers: int


@dataclass(frozen=True, slots=True)
class Month:
    """A band's accounts scored in one month: what was said, and what came with its range."""

    month: str
    band: Band
    said: float
    came: Estimate
    rows: int


@dataclass(frozen=True)
class TrackRecord:
    """What became of what a model said.

    Attributes:
        horizon: days.
        dates: first and last test date, ISO 8601.
        lost: accounts that were lost on at least one row.
        rule: the simple rule beside it; empty where there is none.
    """

    horizon: int
    dates: tuple[str, str]
    rows: int
    accounts: int
    lost: int
    reliability: tuple[Group, ...]
    lift: tuple[Found, ...]
    rule: str
    lead: tuple[Lead, ...]
    months: tuple[Month, ...]


def track_record(rows: pd.DataFrame, policy: BandPolicy, rule: str = "") -> TrackRecord:
    """How a score kept its word.

    Args:
        rows: of an evidence table, one horizon.
        policy: the model's thresholds.
        rule: the column of `rows` with a simple rule's chances, by its name after `beside: `.
    """
    chance, lost = rows["chance"].to_numpy(float), rows["lost"].to_numpy(float)
    accounts = rows["account_id"].to_numpy(object)
    days = rows["as_of"].map(lambda day: day.toordinal()).to_numpy(np.int64)
    bands = policy.bands(chance, _about(rows))
    rival = rows[f"beside: {rule}"].to_numpy(float) if rule else None
    first, last = rows["as_of"].min(), rows["as_of"].max()
    return TrackRecord(
        horizon=int(rows["horizon"].iloc[0]),
        dates=(first.isoformat(), last.isoformat()),
        rows=len(rows),
        accounts=len(set(accounts)),
        lost=len(set(accounts[lost > 0])),
        reliability=groups(chance, lost, accounts),
        lift=leavers_found(days, lost, accounts, chance, rival),
        rule=rule,
        lead=leads(days, accounts, bands, rows["days_to_loss"].to_numpy(float), asked_after(rows)),
        months=by_month(rows, chance, lost, bands),
    )


def groups(chance: Vector, lost: Vector, accounts: npt.NDArray[np.object_]) -> tuple[Group, ...]:
    """Rows of nearly the same chance, lowest first; shape (rows,) each."""
    edges = np.unique(np.quantile(chance, EDGES))
    place = np.searchsorted(edges, chance, side="right")
    return tuple(
        Group(float(chance[mine].mean()), _came(lost[mine], accounts[mine]), int(mine.sum()))
        for mine in (place == each for each in np.unique(place))
    )


def leavers_found(
    days: npt.NDArray[np.int64],
    lost: Vector,
    accounts: npt.NDArray[np.object_],
    chance: Vector,
    rival: Vector | None,
) -> tuple[Found, ...]:
    """The share of leavers among those called first at each date; empty where none left.

    The range is that of a bootstrap over accounts, with the order of all of them held.
    """
    if not lost.sum():
        return ()
    draws = Resamples.of(accounts, DRAWS, SEED)
    ours = _shares(_Order.of(days, chance), lost, draws)
    theirs = None if rival is None else _shares(_Order.of(days, rival), lost, draws)[0]
    return tuple(
        Found(called, Estimate.of(ours[:, n]), None if theirs is None else float(theirs[n]))
        for n, called in enumerate(CALLED)
    )


def leads(
    days: npt.NDArray[np.int64],
    accounts: npt.NDArray[np.object_],
    bands: Codes,
    days_to_loss: Vector,
    after: int = 0,
) -> tuple[Lead, ...]:
    """Leavers by how long they had been red, then those that were yellow or green last.

    That is: at the last date on which their loss was asked about, `after` days before or more.
    """
    owner = pd.factorize(accounts)[0].astype(np.int64)
    lead = lead_days(owner, days, bands == RED, days_to_loss, after)
    known = ~np.isnan(lead)
    red, upper, found = known & (bands == RED), np.inf, list[Lead]()
    for least in EARLY:
        held = red & (np.nan_to_num(lead) >= least) & (np.nan_to_num(lead) < upper)
        found.append(Lead(least, Band.RED, int(held.sum())))
        upper = least
    at_last = red & (np.nan_to_num(lead) < EARLY[-1])
    found[-1] = Lead(EARLY[-1], Band.RED, found[-1].leavers + int(at_last.sum()))
    return (
        *found,
        *(Lead(0, NAMED[code], int((known & (bands == code)).sum())) for code in (YELLOW, GREEN)),
    )


def by_month(rows: pd.DataFrame, chance: Vector, lost: Vector, bands: Codes) -> tuple[Month, ...]:
    """Realised loss by band and month of the score; months with very few rows are left out."""
    months = rows["as_of"].map(lambda day: f"{day:%Y-%m}").to_numpy(object)
    accounts, found = rows["account_id"].to_numpy(object), list[Month]()
    for month in sorted(set(months)):
        for code in (RED, YELLOW, GREEN):
            mine = (months == month) & (bands == code)
            if mine.sum() < FEWEST_MONTH_ROWS:
                continue
            came = _came(lost[mine], accounts[mine])
            said = float(chance[mine].mean())
            found.append(Month(str(month), NAMED[code], said, came, int(mine.sum())))
    return tuple(found)


def _about(rows: pd.DataFrame) -> Accounts:
    tier = f"{SEGMENT}tier"
    words = rows[tier].to_numpy(object) if tier in rows else np.full(len(rows), "", object)
    return Accounts(words, rows["arr"].to_numpy(float))


def _came(lost: Vector, accounts: npt.NDArray[np.object_]) -> Estimate:
    return Estimate(*realised(lost, accounts))


@dataclass(frozen=True)
class _Order:
    """The share of its date's accounts called before each row, and with it and its equals."""

    before: Vector
    after: Vector

    @classmethod
    def of(cls, days: npt.NDArray[np.int64], score: Vector) -> "_Order":
        by_day = pd.Series(-score).groupby(days)
        size = by_day.transform("size").to_numpy(np.float64)
        first, last = (by_day.rank(method=way, na_option="bottom") for way in ("min", "max"))
        return cls((first.to_numpy(np.float64) - 1) / size, last.to_numpy(np.float64) / size)

    def called(self, share: float) -> Vector:
        """The chance of each row to be among the first `share`: of equals none is preferred."""
        part = (share - self.before) / (self.after - self.before)
        return np.clip(part, 0.0, 1.0)


def _shares(order: _Order, lost: Vector, draws: Resamples) -> npt.NDArray[np.float64]:
    """The share of leavers found by each of `CALLED`, shape (1 + draws, shares)."""
    sums = draws.sums(*(lost * order.called(share) for share in CALLED), lost)
    return np.column_stack([ratio(sums[:, n], sums[:, -1]) for n in range(len(CALLED))])


def read_back(kept: Mapping[str, Any]) -> TrackRecord | None:
    """A track record from the plain values that `dataclasses.asdict` gave; None of nothing."""
    if not kept:
        return None
    return TrackRecord(
        horizon=kept["horizon"],
        dates=tuple(kept["dates"]),
        rows=kept["rows"],
        accounts=kept["accounts"],
        lost=kept["lost"],
        reliability=tuple(
            Group(each["said"], _estimate(each["came"]), each["rows"])
            for each in kept["reliability"]
        ),
        lift=tuple(
            Found(each["called"], _estimate(each["found"]), each["rival"]) for each in kept["lift"]
        ),
        rule=kept["rule"],
        lead=tuple(
            Lead(each["least_days"], Band(each["band"]), each["leavers"]) for each in kept["lead"]
        ),
        months=tuple(
            Month(
                each["month"],
                Band(each["band"]),
                each["said"],
                _estimate(each["came"]),
                each["rows"],
            )
            for each in kept["months"]
        ),
    )


def _estimate(kept: Mapping[str, Any]) -> Estimate:
    return Estimate(kept["value"], kept["low"], kept["high"])
