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
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Vector = npt.NDArray[np.float64]
Method = Literal["none", "temperature", "platt", "beta"]

FEWEST_EVENTS = 10
PLATT_FROM = 50
BETA_FROM = 300
USUAL_STRETCH = 0.3
"""Standard deviation of the slope's logarithm before any evidence."""


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


def fit_calibrator(log_odds: Vector, lost: Vector, dates: npt.NDArray[np.int64]) -> Calibrator:
    """Fit the slope that the number of events bears, keeping the mean probability.

    Args:
        log_odds: out-of-time predictions, shape (rows,).
        lost: 0 or 1, shape (rows,).
        dates: each row's `as_of` as a day number.
    """
    events = int(min(lost.sum(), len(lost) - lost.sum()))
    method = choose_method(events)
    if method == "none":
        return Calibrator(events=events)
    _, group = np.unique(dates, return_inverse=True)
    a, b = _fit_slope(log_odds, lost, group, method)
    bent = Calibrator(a, b).apply(log_odds)
    whole = np.zeros(len(lost), np.int64)
    raw_mean = np.array([np.mean(np.exp(log_p(log_odds)))])
    return Calibrator(a, b, float(_match(bent, raw_mean, whole)[0]), method, events)


def _fit_slope(
    log_odds: Vector, lost: Vector, group: npt.NDArray[np.int64], method: Method
) -> tuple[float, float]:
    """Maximum likelihood of a and b with a free shift for each date."""

    def loss(x: Vector) -> float:
        bent = Calibrator(float(x[0]), float(x[-1])).apply(log_odds)
        fitted = bent + _match(bent, _rates(lost, group), group)[group]
        prior = float(np.sum(np.log(x) ** 2)) / (2 * USUAL_STRETCH**2)
        return (float(np.sum(np.logaddexp(0.0, fitted) - lost * fitted)) + prior) / len(lost)

    parameters = 2 if method == "beta" else 1
    bounds = [(0.1, 3.0)] * parameters
    found = minimize(loss, [1.0] * parameters, bounds=bounds, method="L-BFGS-B")
    return float(found.x[0]), float(found.x[-1])


def _sums(values: Vector, group: npt.NDArray[np.int64]) -> Vector:
    return np.asarray(np.bincount(group, weights=values), dtype=np.float64)


def _rates(lost: Vector, group: npt.NDArray[np.int64]) -> Vector:
    """Share lost in each group, kept off 0 and 1 by half an event."""
    count = np.bincount(group).astype(np.float64)
    rates: Vector = np.clip(_sums(lost, group), 0.5, count - 0.5) / count
    return rates


def _match(log_odds: Vector, rates: Vector, group: npt.NDArray[np.int64]) -> Vector:
    """For each group the shift that brings its mean probability to the given rate."""
    shift = np.zeros(len(rates))
    for _ in range(25):  # Newton's method; the mean rises steadily with the shift
        p = np.exp(log_p(log_odds + shift[group]))
        slope = np.maximum(_sums(p * (1 - p), group), 1e-9)
        step = (rates * np.bincount(group) - _sums(p, group)) / slope
        shift += np.clip(step, -1.0, 1.0)
        if np.max(np.abs(step)) < 1e-9:
            break
    return shift
