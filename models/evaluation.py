"""What the out-of-time predictions say: figures by horizon, baselines, and the verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.calibration import FEWEST_EVENTS, Calibrator, fit_calibrator
from models.dataset import Dataset
from models.hazards import p_loss
from models.intervals import Interval
from models.metrics import (
    METRICS,
    Estimate,
    Metric,
    Resamples,
    Vector,
    auc,
    calibration_line,
    log_loss,
)
from models.walkforward import OutOfTime

DRAWS = 200
FEWEST_TEST_EVENTS = 20
"""Accounts lost, and accounts that stayed: rows of one account say little beside each other."""


@dataclass(frozen=True)
class TestSet:
    """Predictions of rows that neither model nor calibrator had seen.

    Attributes:
        rows: positions of the rows in the dataset.
        lost: 0 or 1 within the horizon.
        chance: calibrated chance of loss within the horizon.
        block: the first day of each row's block as a day number; its model and calibrator
            learnt from what was certain by then.
    """

    __test__ = False  # not a test case, whatever pytest may think of the name

    rows: npt.NDArray[np.int64]
    lost: Vector
    chance: Vector
    block: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


@dataclass(frozen=True)
class HorizonReport:
    """The figures of one horizon on its test rows.

    Attributes:
        dates: first and last test date, ISO 8601.
        metrics: each metric with its interval over accounts.
        intercept, slope: of the calibration line.
        gains: by baseline, how much log loss it has more than the model (above 0: the
            model is better), with its interval.
        rank_gains: by baseline, how much less AUC it has than the model, likewise.
        baselines: each baseline's log loss and AUC.
    """

    horizon: int
    rows: int
    accounts: int
    events: int
    dates: tuple[str, str]
    metrics: dict[str, Estimate]
    intercept: float
    slope: float
    gains: dict[str, Estimate]
    rank_gains: dict[str, Estimate]
    baselines: dict[str, dict[str, float]]


def calibrators(
    dataset: Dataset, predicted: OutOfTime, before: int | None = None
) -> dict[Interval, Calibrator]:
    """Calibrators from the rows whose outcome was certain by the day number `before`.

    Without `before`, from all rows that had matured when the outcomes were read. Losses that are
    recorded late are waited for, in either case.
    """
    at = dataset.told_until(predicted.embargo)
    if before is not None:
        at = type(at).fromordinal(before - predicted.embargo)
    found = {}
    for interval, log_odds in predicted.log_odds.items():
        rows = dataset.at_risk(interval, at) & ~np.isnan(log_odds)
        if before is not None:
            rows &= predicted.block_of < before
        lost = dataset.lost_within(interval.end)[rows].astype(np.float64)
        events = independent_events(dataset, rows, lost)
        if events < FEWEST_EVENTS:
            continue
        days = dataset.ordinals[rows]
        found[interval] = fit_calibrator(log_odds[rows], lost, days, events)
    return found


def independent_events(
    dataset: Dataset, rows: npt.NDArray[np.bool_] | npt.NDArray[np.int64], lost: Vector
) -> int:
    """Accounts lost, or accounts with a row that stayed, whichever are fewer.

    A loss is seen from every date within the horizon before it, so counting rows would
    take one loss for many.
    """
    accounts = dataset.frame["account_id"].to_numpy(object)[rows]
    return min(len(set(accounts[lost > 0])), len(set(accounts[lost == 0])))


def calibrated_in_time(dataset: Dataset, predicted: OutOfTime) -> dict[int, Vector]:
    """Chance of loss by horizon, calibrated block by block with what was known before it.

    With a minimum lead time, of those still there when it has passed.

    Shape (rows,) each; NaN where no model existed in time. Where nothing had matured to
    calibrate with yet, the model's own log-odds stand, as they would have stood then.
    """
    out: dict[int, Vector] = {}
    for block in np.unique(predicted.block_of[predicted.block_of > 0]):
        rows = predicted.block_of == block
        ready = calibrators(dataset, predicted, int(block))
        raw = {k: v[rows] for k, v in predicted.log_odds.items() if not np.isnan(v[rows]).any()}
        odds = {k: ready.get(k, Calibrator()).apply(v) for k, v in raw.items()}
        if not odds:
            continue
        for horizon, chance in p_loss(odds, [k.end for k in odds], dataset.lead).items():
            out.setdefault(horizon, np.full(len(rows), np.nan))[rows] = chance
    return out


def test_sets(dataset: Dataset, predicted: OutOfTime, since: int = 0) -> dict[int, TestSet]:  # noqa: PT028
    """The test rows of each horizon: calibrated in time and matured since.

    Only rows of blocks from the day number `since` on: earlier ones may have been chosen by.
    """
    found = {}
    for horizon, chance in calibrated_in_time(dataset, predicted).items():
        usable = ~np.isnan(chance)
        usable &= dataset.matured(horizon, dataset.told_until(predicted.embargo))
        usable &= predicted.block_of >= since
        rows = np.flatnonzero(usable & dataset.followed(horizon))
        lost = dataset.lost_within(horizon)[rows].astype(np.float64)
        if independent_events(dataset, rows, lost) >= FEWEST_TEST_EVENTS:
            found[horizon] = TestSet(rows, lost, chance[rows], predicted.block_of[rows])
    return found


def report(
    dataset: Dataset, horizon: int, test: TestSet, baselines: Mapping[str, Vector], seed: int
) -> HorizonReport:
    """All figures of one horizon, beside each baseline's chances on the same rows."""
    frame = dataset.frame.iloc[test.rows]
    draws = Resamples.of(frame["account_id"].to_numpy(object), DRAWS, seed)
    figures = {
        name: draws.interval(lambda w, m=metric: m(test.lost, test.chance, w))  # type: ignore[misc]
        for name, metric in METRICS.items()
    }
    intercept, slope = calibration_line(test.lost, test.chance)
    return HorizonReport(
        horizon=horizon,
        rows=len(test.rows),
        accounts=int(frame["account_id"].nunique()),
        events=int(test.lost.sum()),
        dates=(frame["as_of"].min().isoformat(), frame["as_of"].max().isoformat()),
        metrics=figures,
        intercept=intercept,
        slope=slope,
        gains={name: _gain(draws, test, other, log_loss, -1) for name, other in baselines.items()},
        rank_gains={name: _gain(draws, test, other, auc, 1) for name, other in baselines.items()},
        baselines={name: log_loss_and_auc(test, other) for name, other in baselines.items()},
    )


def _gain(draws: Resamples, test: TestSet, other: Vector, metric: Metric, sign: int) -> Estimate:
    """How much better the model is by a metric; `sign` is 1 where more is better."""

    def more(weight: Vector) -> float:
        ours, theirs = (metric(test.lost, chance, weight) for chance in (test.chance, other))
        return sign * (ours - theirs)

    return draws.interval(more)


def log_loss_and_auc(test: TestSet, chance: Vector) -> dict[str, float]:
    """What chances of the test rows are worth, by name."""
    ones = np.ones(len(test.lost))
    return {name: METRICS[name](test.lost, chance, ones) for name in ("log_loss", "auc")}
