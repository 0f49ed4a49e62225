"""Two groups of accounts compared as if they were alike: doubly robust, and how fragile it is."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from models.dataset import Mask
from models.encoding import Matrix
from models.insights.logit import fit_logit
from models.metrics.bootstrap import Vector

FOLDS = 5
OVERLAP = 0.025
"""Chances to belong to either group are held this far from 0 and 1."""
LEAST = 10
"""Accounts, or losses, below which nothing is said of a group."""
LEAST_EXPECTED = 5
"""Losses that a group must lead one to expect, where it is no better than the other."""
CLEAR = 1.96
WEAKEST = 0.1


@dataclass(frozen=True)
class Effect:
    """How much more often accounts of one group stay, alike in what was adjusted for.

    Attributes:
        accounts: in both groups.
        doing: in the group looked at.
        stay: share that would stay if all were like the group, and if none were.
        raw: the plain difference of shares, not adjusted.
        value: difference of the shares that stay, and its 95 % interval `low` to `high`.
        p: two-sided p-value of no difference.
        risk: ratio of the chances of loss, group over others, with its 95 % interval.
        e_value: how strongly something not adjusted for would have to go with both behaviour
            and loss (as ratios of chances) to explain all of the difference away; `e_limit`
            for the end of the interval nearer to nothing, 1 where it holds nothing.
        apart: share of accounts whose group was all but certain from the profile alone.
    """

    accounts: int
    doing: int
    stay: tuple[float, float]
    raw: float
    value: float
    low: float
    high: float
    p: float
    risk: tuple[float, float, float]
    e_value: float
    e_limit: float
    apart: float


def effect_of(doing: Mask, stayed: Vector, covariates: Matrix, seed: int) -> Effect | None:
    """Compare by augmented inverse probability weighting, cross-fitted.

    Right if either the chance to be in the group or the chance to stay is modelled rightly
    (Robins, Rotnitzky and Zhao, JASA 1994); folds keep a fit from judging its own rows
    (Chernozhukov and others, Econometrics Journal 2018). None where there are too few.

    Args:
        doing: who is in the group, shape (accounts,).
        stayed: 1 where the account stayed, likewise.
        covariates: what is adjusted for, complete, of about unit size.
        seed: of the folds.
    """
    group, lost = doing.astype(float), 1 - stayed
    smaller = min(group.sum(), (1 - group).sum())
    if min(smaller, lost.sum(), stayed.sum()) < LEAST or smaller * lost.mean() < LEAST_EXPECTED:
        return None
    chance, with_it, without = _cross_fitted(group, stayed, covariates, seed)
    held = np.clip(chance, OVERLAP, 1 - OVERLAP)
    one = with_it + group * (stayed - with_it) / held
    none = without + (1 - group) * (stayed - without) / (1 - held)
    score = score_test(group - held, stayed, covariates)
    return _summed_up(group, stayed, (one, none), score, float(np.mean(held != chance)))


def score_test(rest: Vector, stayed: Vector, covariates: Matrix) -> float:
    """How far the group goes with staying, in standard errors as they are where it does not.

    The errors of the weighted difference are read off the losses of each group. Where a small
    group happens to have none they come out far too small; those of this test do not (Rao,
    Proc. Cambridge Phil. Soc. 1948).

    Args:
        rest: what the covariates leave of being in the group, shape (accounts,).
        stayed: 1 where the account stayed, likewise.
        covariates: what is adjusted for.
    """
    foretold = fit_logit(covariates, stayed).chance(covariates)
    spread = float((rest**2 * foretold * (1 - foretold)).sum())
    return float(rest @ (stayed - foretold)) / math.sqrt(spread) if spread > 0 else 0.0


def _cross_fitted(
    group: Vector, stayed: Vector, covariates: Matrix, seed: int
) -> tuple[Vector, Vector, Vector]:
    """For each account, fitted on others: chance of the group, and to stay in and out of it."""
    fold = np.random.default_rng(seed).permutation(len(group)) % FOLDS
    out = np.empty((3, len(group)))
    for n in range(FOLDS):
        own, others = fold == n, fold != n
        out[0, own] = fit_logit(covariates[others], group[others]).chance(covariates[own])
        for place, inside in ((1, group > 0), (2, group == 0)):
            rows = others & inside
            out[place, own] = fit_logit(covariates[rows], stayed[rows]).chance(covariates[own])
    return out[0], out[1], out[2]


def _summed_up(
    group: Vector, stayed: Vector, parts: tuple[Vector, Vector], score: float, apart: float
) -> Effect:
    one, none = parts
    shares = float(one.mean()), float(none.mean())
    value = shares[0] - shares[1]
    error = float((one - none).std(ddof=1)) / math.sqrt(len(group))
    wider = _wider(value, error, score)
    half = float(norm.ppf(0.975)) * error * wider
    risk = _risk(one, none, wider)
    return Effect(
        accounts=len(group),
        doing=int(group.sum()),
        stay=(min(max(shares[0], 0.0), 1.0), min(max(shares[1], 0.0), 1.0)),
        raw=float(stayed[group > 0].mean() - stayed[group == 0].mean()),
        value=value,
        low=max(value - half, -1.0),
        high=min(value + half, 1.0),
        p=float(2 * norm.sf(abs(value) / (error * wider))) if error > 0 else float("nan"),
        risk=risk,
        e_value=e_value(risk[0]),
        e_limit=_e_limit(*risk),
        apart=apart,
    )


def _wider(value: float, error: float, score: float) -> float:
    """By what a clear difference's error is widened so that it is no clearer than the test.

    Intervals that agree with a test: Miettinen, American Journal of Epidemiology 1976.
    """
    z = abs(value) / error if error > 0 else 0.0
    agreeing = max(score if value > 0 else -score, WEAKEST)
    return max(1.0, z / agreeing) if z > CLEAR else 1.0


def _risk(one: Vector, none: Vector, wider: float) -> tuple[float, float, float]:
    """Ratio of the chances of loss with its interval, by the delta method on its logarithm."""
    lost, kept = 1 - float(one.mean()), 1 - float(none.mean())
    if lost <= 0 or kept <= 0:
        return float("nan"), float("nan"), float("nan")
    pull = -(one - one.mean()) / lost + (none - none.mean()) / kept
    half = float(norm.ppf(0.975)) * wider * float(pull.std(ddof=1)) / math.sqrt(len(one))
    log, most = math.log(lost / kept), 20.0
    return math.exp(log), math.exp(max(log - half, -most)), math.exp(min(log + half, most))


def e_value(ratio: float) -> float:
    """The E-value of a ratio of chances (VanderWeele and Ding, Annals of Internal Medicine 2017).

    At least 1; NaN where there is no ratio.
    """
    if not math.isfinite(ratio) or ratio <= 0:
        return float("nan")
    above = max(ratio, 1 / ratio)
    return above + math.sqrt(above * (above - 1))


def _e_limit(ratio: float, low: float, high: float) -> float:
    if not math.isfinite(ratio):
        return float("nan")
    if low <= 1 <= high:
        return 1.0
    return e_value(high if ratio < 1 else low)
