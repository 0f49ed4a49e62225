"""Calibration of hazards: how much correction the evidence allows.

One family serves all methods. With p the raw probability, the calibrated log-odds are
`a ln p - b ln(1 - p) + c` (Kull et al. 2017, beta calibration). With a = b it is Platt
scaling of the log-odds; with c = 0 as well it is a temperature.

Only the slope is learnt from out-of-time predictions, within dates: the shift between
dates says how seasons differ and how little the first models had seen, and the final
model, fitted on all of those dates, has absorbed it. The calibrator therefore keeps the
mean probability where the final model put it (docs/adr/0004).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Method = Literal["none", "temperature", "platt", "beta"]

FEWEST_EVENTS = 10
PLATT_FROM = 50
BETA_FROM = 300
USUAL_STRETCH = 0.15
"""Standard deviation of the slope's logarithm before any evidence (experiments/quality/gap.md)."""
SMALLEST_MEAN = 1e-9


@dataclass(frozen=True, slots=True)
class Calibrator:
    """A monotone correction of log-odds (a, b at least 0)."""

    a: float = 1.0
    b: float = 1.0
    c: float = 0.0
    method: Method = "none"
    events: int = 0

    def apply(self, log_odds: Vector) -> Vector:
        """Calibrated log-odds, shape (rows,)."""
        if self.a == self.b:
            return self.a * log_odds + self.c
        return self.a * log_p(log_odds) - self.b * log_p(-log_odds) + self.c

    def slope(self, log_odds: Vector) -> Vector:
        """How fast the calibrated log-odds rise with the raw ones, shape (rows,)."""
        p = np.exp(log_p(log_odds))
        return np.asarray(self.a * (1 - p) + self.b * p)


def log_p(log_odds: Vector) -> Vector:
    """Logarithm of the probability with these log-odds, without overflow."""
    return -np.logaddexp(0.0, -log_odds)


def choose_method(events: int) -> Method:
    """The method that a number of events (the rarer of losses and survivals) bears.

    Thresholds from a simulation of excess log loss by number of events: below 50 one
    parameter beats two, from 300 on three beat two.
    """
    if events < FEWEST_EVENTS:
        return "none"
    if events < PLATT_FROM:
        return "temperature"
    return "platt" if events < BETA_FROM else "beta"


def fit_calibrator(
    log_odds: Vector, lost: Vector, dates: npt.NDArray[np.int64], events: int
) -> Calibrator:
    """Fit the slope that the number of events bears, keeping the mean probability.

    Args:
        log_odds: out-of-time predictions, shape (rows,).
        lost: 0 or 1, shape (rows,).
        dates: each row's `as_of` as a day number.
        events: independent losses or survivals, whichever are fewer. One loss may be seen
            from several dates; the rows then count as much as the accounts behind them.
    """
    rare = min(float(lost.sum()), float(len(lost) - lost.sum()))
    method = choose_method(min(events, int(rare)))
    if method == "none":
        return Calibrator(events=events)
    _, group = np.unique(dates, return_inverse=True)
    evidence = _Evidence(log_odds, lost, group, min(1.0, events / rare))
    a, b = evidence.slopes(2 if method == "beta" else 1)
    bent = Calibrator(a, b).apply(log_odds)
    whole = np.zeros(len(lost), np.int64)
    mean = np.clip([np.mean(np.exp(log_p(log_odds)))], SMALLEST_MEAN, 1 - SMALLEST_MEAN)
    return Calibrator(a, b, float(_match(bent, mean, whole)[0]), method, events)


@dataclass(frozen=True)
class _Evidence:
    """Predictions with what happened; rows count `weight` of an independent one."""

    log_odds: Vector
    lost: Vector
    group: npt.NDArray[np.int64]
    weight: float

    def slopes(self, parameters: int) -> tuple[float, float]:
        """Maximum likelihood of a and b with a free shift for each date."""
        from scipy.optimize import minimize  # seconds that only training spends

        bounds = [(0.1, 3.0)] * parameters
        found = minimize(self._loss, [1.0] * parameters, bounds=bounds, method="L-BFGS-B")
        return float(found.x[0]), float(found.x[-1])

    def _loss(self, x: Vector) -> float:
        bent = Calibrator(float(x[0]), float(x[-1])).apply(self.log_odds)
        fitted = bent + _match(bent, self._rates, self.group)[self.group]
        misfit = float(np.sum(np.logaddexp(0.0, fitted) - self.lost * fitted))
        prior = float(np.sum(np.log(x) ** 2)) / (2 * USUAL_STRETCH**2)
        return (misfit * self.weight + prior) / len(self.lost)

    @cached_property
    def _rates(self) -> Vector:
        """Share lost at each date, kept off 0 and 1 by half an event."""
        count = np.bincount(self.group).astype(np.float64)
        return np.asarray(np.clip(_sums(self.lost, self.group), 0.5, count - 0.5) / count)


def _sums(values: Vector, group: npt.NDArray[np.int64]) -> Vector:
    return np.asarray(np.bincount(group, weights=values), dtype=np.float64)


def _match(log_odds: Vector, rates: Vector, group: npt.NDArray[np.int64]) -> Vector:
    """For each group the shift that brings its mean probability to the given rate.

    Newton's method, inside a bracket that always holds the answer: the shift that would
    do for the smallest, and the one for the greatest log-odds.
    """
    wanted, total = np.log(rates) - np.log1p(-rates), rates * np.bincount(group)
    low, high = np.full(len(rates), np.inf), np.full(len(rates), -np.inf)
    np.minimum.at(low, group, wanted[group] - log_odds)
    np.maximum.at(high, group, wanted[group] - log_odds)
    shift = np.clip(0.0, low, high)
    for _ in range(100):
        p = np.exp(log_p(log_odds + shift[group]))
        gap = total - _sums(p, group)
        low, high = np.where(gap > 0, shift, low), np.where(gap < 0, shift, high)
        newton = shift + gap / np.maximum(_sums(p * (1 - p), group), 1e-300)
        after = np.where((newton >= low) & (newton <= high), newton, (low + high) / 2)
        step, shift = np.max(np.abs(after - shift)), after
        if step < 1e-9:
            break
    return np.asarray(shift)
