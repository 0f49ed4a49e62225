"""Learning by which cause accounts are lost, and checking it on later dates."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.causes.leaning import By, Losses, odds_between
from models.causes.learnt import BASE, LearntCauses
from models.causes.shares import CAUSES, CHURN, CONTRACTION, Causes, Share, by_cause
from models.causes.tilt import Tilt
from models.dataset import Dataset, Mask
from models.enough import FEWEST_TRAINING_EVENTS
from models.evaluation import (
    DRAWS,
    FEWEST_TEST_EVENTS,
    HorizonReport,
    TestSet,
    calibrated_in_time,
    independent_events,
    report,
    test_sets,
)
from models.flavours import Fitted
from models.flavours.base import sigmoid
from models.intervals import Interval
from models.material import Material
from models.metrics import Estimate, Resamples, log_loss
from models.walkforward import OutOfTime

Vector = npt.NDArray[np.float64]
CANDIDATES = ("shrunken", "logistic")
BASE_SHARE = "base share"
TOO_FEW = f"{{}} accounts lost so on later dates; {FEWEST_TEST_EVENTS} are needed"


@dataclass(frozen=True)
class Told:
    """Losses with their causes.

    Attributes:
        material: what a model of any loss is trained from.
        contracted: rows whose first loss is a contraction, shape (rows,).
        walk: what the winning flavour foretold of any loss.
    """

    material: Material
    contracted: Mask
    walk: OutOfTime

    @cached_property
    def data(self) -> Dataset:
        """The rows; chances by cause are counted from `as_of` on, whatever the lead time."""
        return replace(self.material.dataset, lead=0)

    @cached_property
    def losses(self) -> Losses:
        """The same with the log-odds of loss as they stood in time."""
        odds = odds_between(calibrated_in_time(self.data, self.walk))
        return Losses(self.data, self.contracted, self.walk, odds)

    def fit(self, flavour: str, interval: Interval, rows: Mask) -> tuple[str, Fitted]:
        """How the cause of a loss in an interval is told, learnt from the lost among `rows`.

        The base share where a cause has too few accounts.
        """
        lost = rows & self.data.lost_within(interval.end)
        cause = self.contracted[lost].astype(np.float64)
        if independent_events(self.data, lost, cause) < FEWEST_TRAINING_EVENTS:
            flavour = BASE
        how, inputs = self.material, self.material.inputs[lost]
        return flavour, how.flavours[flavour].fit(inputs, cause, how.schema, how.how.seed)

    def walked(self, flavour: str) -> tuple[By, bool]:
        """Log-odds of contraction out of time, and whether the flavour was ever fitted.

        Without any tilt.
        """
        data, found, ever = self.data, {}, False
        for interval in self.walk.log_odds:
            found[interval] = np.full(len(data.ordinals), np.nan)
            for block, rows in self._blocks():
                certain = type(data.data_as_of).fromordinal(block) - timedelta(self.walk.embargo)
                used, model = self.fit(flavour, interval, data.at_risk(interval, certain))
                found[interval][rows] = model.log_odds(self.material.inputs[rows])
                ever |= used == flavour
        return found, ever

    def _blocks(self) -> Iterator[tuple[int, Mask]]:
        for block in np.unique(self.walk.block_of[self.walk.block_of > 0]):
            yield int(block), np.asarray(self.walk.block_of == block)


def learn(
    told: Told, ends: int, revenue: Mapping[str, float], since: int, say: Callable[[str], None]
) -> LearntCauses:
    """Learn the share of each cause; signals have a say where that saves log loss beyond doubt.

    Args:
        told: losses with their causes.
        ends: the last day that the model of any loss reaches.
        revenue: the mean share of recurring revenue that each cause takes, where known.
        since: day number from which on rows are reported.
        say: told about each step.
    """
    base, _ = told.walked(BASE)
    chosen = _chosen(told, base)
    data, tilts = told.data, told.losses.tilts(chosen.flat)
    shares = []
    for interval in [k for k in told.material.how.intervals if k.end <= ends]:
        rows = data.at_risk(interval, data.data_as_of)
        used, model = told.fit(chosen.flavour, interval, rows)
        shares.append(Share(interval, used, model, tilts.get(interval, Tilt())))
    found = LearntCauses(
        Causes(tuple(shares), revenue), chosen.flavour, _accounts(told), chosen.gain
    )
    say(found.words)
    reports, missing = _checked(told, chosen.tilted, base, since)
    return replace(found, reports=reports, missing=missing)


@dataclass(frozen=True)
class _Way:
    """A way to tell causes apart.

    Attributes:
        flat: its out-of-time log-odds of contraction, without any tilt.
        tilted: the same with it.
        gain: log loss that it saves beside the base share, both tilted.
    """

    flavour: str
    flat: By
    tilted: By
    gain: Estimate | None = None


def _chosen(told: Told, base: By) -> _Way:
    """The way to tell causes apart that saves most log loss, if it does so beyond doubt."""
    plain = _Way(BASE, base, told.losses.tilted(base))
    tried: list[tuple[float, _Way]] = []
    for flavour in CANDIDATES:
        flat, ever = told.walked(flavour)
        tilted = told.losses.tilted(flat) if ever else flat
        gain = _gain(told, plain.tilted, tilted) if ever else None
        if gain is not None:
            tried.append((gain.value, _Way(flavour, flat, tilted, gain)))
    if not tried:
        return plain
    _, best = max(tried, key=lambda each: each[0])
    sure = best.gain is not None and best.gain.low > 0
    return best if sure else replace(plain, gain=best.gain)


def _gain(told: Told, base: By, other: By) -> Estimate | None:
    """How much log loss of the cause of later losses `other` saves beside `base`."""
    data, rows, of = told.data, [], []
    for interval in base:
        risk = data.at_risk(interval, data.data_as_of) & data.lost_within(interval.end)
        lost = np.flatnonzero(risk & (told.walk.block_of > 0))
        rows.append(lost)
        of += [(sigmoid(base[interval][lost]), sigmoid(other[interval][lost]))]
    every = np.concatenate(rows)
    cause = told.contracted[every].astype(np.float64)
    if independent_events(data, every, cause) < FEWEST_TEST_EVENTS:
        return None
    ours, theirs = (np.concatenate(part) for part in zip(*of, strict=True))
    accounts = data.frame["account_id"].to_numpy(object)[every]
    draws = Resamples.of(accounts, DRAWS, told.material.how.seed)
    return draws.interval(lambda w: log_loss(cause, ours, w) - log_loss(cause, theirs, w))


def _accounts(told: Told) -> dict[str, int]:
    data = told.data
    lost, accounts = data.lost_within(10**6), data.frame["account_id"]
    rows = {CHURN: lost & ~told.contracted, CONTRACTION: lost & told.contracted}
    return {cause: int(accounts[mine].nunique()) for cause, mine in rows.items()}


def _checked(
    told: Told, best: By, base: By, since: int
) -> tuple[dict[str, dict[int, HorizonReport]], dict[str, dict[int, str]]]:
    """Figures of each cause on the rows of every tested horizon, or why there are none."""
    data, seed = told.data, told.material.how.seed
    reached = calibrated_in_time(data, told.walk)
    reports: dict[str, dict[int, HorizonReport]] = {cause: {} for cause in CAUSES}
    missing: dict[str, dict[int, str]] = {cause: {} for cause in CAUSES}
    for horizon, test in test_sets(data, told.walk, since).items():
        chances, plain = (_at(reached, shares, horizon) for shares in (best, base))
        for cause in CAUSES:
            mine = told.contracted[test.rows] == (cause == CONTRACTION)
            lost = test.lost * mine
            events = independent_events(data, test.rows, lost)
            if events < FEWEST_TEST_EVENTS:
                missing[cause][horizon] = TOO_FEW.format(events)
                continue
            check = TestSet(test.rows, lost, chances[cause][test.rows], test.block)
            beside = {BASE_SHARE: plain[cause][test.rows]}
            reports[cause][horizon] = report(data, horizon, check, beside, seed)
    return reports, missing


def _at(reached: Mapping[int, Vector], shares: By, horizon: int) -> dict[str, Vector]:
    """Chance of each cause within one horizon, shape (rows,) each."""
    chain = {k: sigmoid(share) for k, share in shares.items() if k.end <= horizon}
    return {cause: of[horizon] for cause, of in by_cause(reached, chain, [horizon]).items()}
