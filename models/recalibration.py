"""The level of a model in service, learnt from outcomes that have matured since it was trained.

The first interval's losses are certain long before those of any other, so they tell first
whether the company's level has moved. What they tell is one shift of the log-odds: the mode
under a normal prior around nothing, so that few losses hardly move it (empirical Bayes;
Efron and Morris 1975). Older months count less, since a level may move again. Slope and order
stay what training made of them. How much this helps where the level drifts, and what it
costs where it does not, is in docs/adr/0015.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.churn_model import ChurnModel
from models.dataset import Dataset
from models.encoding import Matrix
from models.flavours.base import sigmoid
from models.intervals import Interval
from models.metrics import Estimate, Resamples, Sample, Vector
from models.metrics.chances import drawn_expected_over_observed, drawn_log_loss
from models.metrics.reliability import drawn_intercept, drawn_slope, log_odds

FEWEST_EVENTS = 10
"""Accounts lost since training; with fewer the level stays where it is."""
USUAL_MOVE = 0.2
"""Standard deviation of a shift before any evidence, in log-odds."""
HALF_LIFE_DAYS = 180
"""After so many days an outcome counts half."""
DRAWS, SEED = 200, 11
NEAREST = 25
"""Rows that tell how chances near a threshold have moved."""
Days = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Matured:
    """What the model said of an interval since it was trained, and what came of it.

    Attributes:
        log_odds: as training would have it, without any adjustment, shape (rows,).
        lost: 0 or 1 within the interval.
        days: each row's `as_of` as a day number.
        certain: the day number on which each row's outcome was certain.
        accounts: each row's account.
    """

    log_odds: Vector
    lost: Vector
    days: Days
    certain: Days
    accounts: npt.NDArray[np.object_]

    @classmethod
    def of(
        cls, dataset: Dataset, interval: Interval, log_odds: Vector, embargo: int = 0
    ) -> "Matured":
        """The rows of a dataset whose outcome is certain.

        Args:
            dataset: snapshots since training, with outcomes.
            interval: the first of the model.
            log_odds: of every row of the dataset.
            embargo: days that losses take to be recorded, which are waited for.
        """
        rows = dataset.at_risk(interval, dataset.told_until(embargo))
        days = dataset.ordinals[rows]
        return cls(
            log_odds[rows],
            dataset.lost_within(interval.end)[rows].astype(np.float64),
            days,
            days + interval.end + dataset.lag_days + embargo,
            dataset.frame["account_id"].to_numpy(object)[rows],
        )

    @property
    def events(self) -> int:
        """Accounts lost, each counted once."""
        return len(set(self.accounts[self.lost > 0]))

    def take(self, rows: npt.NDArray[np.bool_]) -> "Matured":
        """Some of the rows."""
        return Matured(
            self.log_odds[rows], self.lost[rows], self.days[rows], self.certain[rows],
            self.accounts[rows],
        )  # fmt: skip


@dataclass(frozen=True)
class Move:
    """By how much the log-odds of the primary chance differ between two levels of a model.

    That is the chance which bands are made of: after the minimum lead time, where there is one.
    The same move of the hazards moves high chances less, and those of later days.

    Attributes:
        odds: of some rows at the first level, shape (rows,).
        change: by how much each differs at the second.
    """

    odds: Vector
    change: Vector

    @classmethod
    def of(cls, before: ChurnModel, after: ChurnModel, inputs: Matrix) -> "Move":
        """Of rows of shape (rows, columns)."""
        then, now = (log_odds(model.primary_chance(inputs)) for model in (before, after))
        return cls(then, now - then)

    def near(self, chance: float) -> float:
        """The median change of the rows whose chance was nearest."""
        away = np.abs(self.odds - log_odds(np.array([chance])))
        return float(np.median(self.change[np.argsort(away, kind="stable")[:NEAREST]]))


@dataclass(frozen=True, slots=True)
class Line:
    """How chances of an interval compare with what came, with intervals over accounts."""

    expected_over_observed: Estimate
    slope: Estimate
    intercept: Estimate
    log_loss: Estimate


@dataclass(frozen=True)
class Recalibration:
    """What matured outcomes say of a model's level.

    Attributes:
        shift: to be added to the log-odds of training, with its 95 % interval.
        rows, accounts, events: what it rests on; `events` are accounts lost.
        before: of the chances as training would have them.
        after: the same had the level been set at every date by what was certain then, so
            that no row helped to set its own level.
    """

    shift: Estimate
    rows: int
    accounts: int
    events: int
    before: Line
    after: Line


def recalibrate(matured: Matured, at: int) -> Recalibration:
    """The shift that outcomes certain on the day number `at` call for.

    Raises ValueError with fewer than `FEWEST_EVENTS` accounts lost, or stayed.
    """
    stayed = len(set(matured.accounts[matured.lost == 0]))
    if min(matured.events, stayed) < FEWEST_EVENTS:
        raise ValueError(f"{matured.events} accounts lost, {FEWEST_EVENTS} needed")
    return Recalibration(
        shift=shift_of(matured, at),
        rows=len(matured.lost),
        accounts=len(set(matured.accounts)),
        events=matured.events,
        before=_line(matured, np.zeros(len(matured.lost))),
        after=_line(matured, in_time(matured)),
    )


def shift_of(matured: Matured, at: int) -> Estimate:
    """Mode of the shift with its interval, by Newton's method.

    A loss seen from several dates counts once: rows are weighed down by as much.
    """
    weight = 0.5 ** ((at - matured.certain) / HALF_LIFE_DAYS) * _share(matured)
    shift, curve = 0.0, 1.0
    for _ in range(50):
        p = sigmoid(matured.log_odds + shift)
        slope = float(np.sum(weight * (matured.lost - p))) - shift / USUAL_MOVE**2
        curve = float(np.sum(weight * p * (1 - p))) + 1 / USUAL_MOVE**2
        step = float(np.clip(slope / curve, -1.0, 1.0))
        shift += step
        if abs(step) < 1e-10:
            break
    half = 1.96 / np.sqrt(curve)
    return Estimate(shift, shift - half, shift + half)


def in_time(matured: Matured) -> Vector:
    """The shift of each row had it been learnt at the row's date from what was certain then."""
    found = np.zeros(len(matured.lost))
    for day in np.unique(matured.days):
        known = matured.take(matured.certain <= day)
        if known.events >= FEWEST_EVENTS:
            found[matured.days == day] = shift_of(known, int(day)).value
    return found


def _share(matured: Matured) -> float:
    """Accounts lost over rows lost: 1 where no loss was seen twice."""
    lost = float(matured.lost.sum())
    return min(1.0, matured.events / lost) if lost else 1.0


def _line(matured: Matured, shift: Vector) -> Line:
    draws = Resamples.of(matured.accounts, DRAWS, SEED)
    nothing = np.full(len(matured.lost), np.nan)
    sample = Sample(
        lost=matured.lost,
        chance=sigmoid(matured.log_odds + shift),
        arr=nothing,
        day=matured.days,
        chosen=nothing,
        lead=nothing,
        window=matured.days,
    )
    figures = (drawn_expected_over_observed, drawn_slope, drawn_intercept, drawn_log_loss)
    return Line(*(Estimate.of(figure(sample, draws)) for figure in figures))
