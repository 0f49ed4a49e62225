"""Training: from a dataset to a calibrated churn model, with the evidence for it.

Every flavour and every baseline goes through the same walk forward. The flavour with the
lowest out-of-time log loss is refitted on all rows that have matured.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from models.bands import BandOutcome, BandPlan, BandPolicy, Past, decide, outcomes
from models.calibration import Calibrator
from models.churn_model import ChurnModel
from models.dataset import Dataset
from models.encoding import InputSchema, Matrix, learn_schema
from models.evaluation import (
    HorizonReport,
    TestSet,
    calibrated_in_time,
    calibrators,
    report,
    test_sets,
)
from models.flavours import FLAVOURS
from models.hazards import Hazard, p_loss
from models.intervals import INTERVALS, Interval
from models.metrics import Estimate, Vector, log_loss
from models.walkforward import OutOfTime, WalkForward, enough, out_of_time

Progress = Callable[[str], None]


class NoEvidence(Exception):
    """Too little has happened for any model to be fitted and checked."""


@dataclass(frozen=True)
class TrainingPlan:
    """What to train.

    Attributes:
        flavours: names of the flavours that compete.
        primary_horizon: the horizon wished for; a shorter one serves without evidence.
        baselines: for each simple baseline the columns it may read.
        bands: what the company asks of its bands.
    """

    flavours: tuple[str, ...]
    primary_horizon: int
    baselines: dict[str, tuple[str, ...]]
    bands: BandPlan = field(default_factory=BandPlan)
    blocks: int = 6
    seed: int = 1


@dataclass(frozen=True)
class Provenance:
    """Where a model comes from."""

    version: str
    outcome: str
    fingerprint: str
    events: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """Whether the model is fit to use, and why (not)."""

    fit: bool
    horizon: int
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Trained:
    """A model with the evidence for it.

    Attributes:
        reports: figures by horizon, on rows that neither model nor calibrator had seen.
        tests: those rows.
        flavours: each flavour's log loss at the horizon that decided.
        bands: what happened to the accounts of each band.
        missing: why each horizon without evidence is left empty.
    """

    model: ChurnModel
    reports: dict[int, HorizonReport]
    tests: dict[int, TestSet]
    flavours: dict[str, float]
    bands: list[BandOutcome]
    missing: dict[int, str]
    verdict: Verdict
    rows: int
    importance: dict[str, float]


@dataclass(frozen=True)
class _Material:
    """What all the steps of training share."""

    dataset: Dataset
    inputs: Matrix
    schema: InputSchema
    plan: TrainingPlan
    say: Progress

    def walk(self, flavour: str, columns: Sequence[str] | None = None) -> OutOfTime:
        schema = self.schema if columns is None else self.schema.select(columns)
        names = self.schema.names
        inputs = self.inputs[:, [names.index(n) for n in schema.names]]
        how = WalkForward(INTERVALS, self.plan.blocks, self.plan.seed)
        return out_of_time(self.dataset, inputs, schema, FLAVOURS[flavour], how)


def train(
    dataset: Dataset,
    columns: Sequence[str],
    plan: TrainingPlan,
    origin: Provenance,
    say: Progress = lambda _: None,
) -> Trained:
    """Train, calibrate, test and judge a churn model.

    Args:
        dataset: snapshots with outcomes read at the date the model is trained on.
        columns: snapshot columns that the model may read.
        plan: what to train.
        origin: where the model comes from.
        say: told about each step.

    Raises:
        NoEvidence: no flavour could be fitted and checked on later dates.
    """
    schema = learn_schema(dataset.frame, columns)
    work = _Material(dataset, schema.encode(dataset.frame), schema, plan, say)
    walks = {name: _walked(work, name) for name in plan.flavours}
    tests = {name: test_sets(dataset, walk) for name, walk in walks.items()}
    deciding = _deciding_horizon(tests, plan.primary_horizon)
    losses = {name: _loss(sets[deciding]) for name, sets in tests.items() if deciding in sets}
    best = min(losses, key=lambda name: losses[name])
    say(f"{best} has the lowest log loss out of time ({losses[best]:.4f} at {deciding} days)")
    ready = calibrators(dataset, walks[best])
    hazards = _refit(work, best, ready)
    horizons = tuple(h.interval.end for h in hazards)
    primary = max((h for h in horizons if h <= plan.primary_horizon), default=horizons[0])
    policy, seen = _bands(work, walks[best], hazards, primary)
    reports = _reports(work, tests[best])
    model = ChurnModel(
        origin.version, best, origin.outcome, schema, hazards, primary, policy,
        origin.fingerprint, origin.events, dataset.data_as_of,
    )  # fmt: skip
    return Trained(
        model=model,
        reports=reports,
        tests=tests[best],
        flavours=losses,
        bands=seen,
        missing=_missing(dataset, horizons),
        verdict=judge(reports[deciding]),
        rows=len(dataset.frame),
        importance=_importance(model, work),
    )


def _walked(work: _Material, name: str) -> OutOfTime:
    work.say(f"walking {name} forward through {len(work.dataset.dates)} dates")
    return work.walk(name)


def _deciding_horizon(tests: dict[str, dict[int, TestSet]], wished: int) -> int:
    """The longest tested horizon up to the one wished for, else the shortest tested."""
    tested = sorted({h for sets in tests.values() for h in sets})
    if not tested:
        raise NoEvidence(
            "too few losses have been seen, on too few dates, to fit a model on some and check "
            "it on later ones: bring a longer history, or wait until more outcomes are certain."
        )
    return max((h for h in tested if h <= wished), default=tested[0])


def _loss(test: TestSet) -> float:
    return log_loss(test.lost, test.chance, np.ones(len(test.lost)))


def _refit(work: _Material, flavour: str, ready: dict[Interval, Calibrator]) -> tuple[Hazard, ...]:
    """Fit each calibrated interval on all its matured rows, as far as the chain reaches."""
    hazards, data = [], work.dataset
    for interval in INTERVALS:
        risk = data.at_risk(interval, data.data_as_of)
        lost = data.lost_within(interval.end)[risk].astype(np.float64)
        if interval not in ready or not enough(lost, len(np.unique(data.ordinals[risk]))):
            break
        work.say(f"fitting days {interval.name} on {len(lost)} rows, {int(lost.sum())} lost")
        fitted = FLAVOURS[flavour].fit(work.inputs[risk], lost, work.schema, work.plan.seed)
        hazards.append(Hazard(interval, fitted, ready[interval]))
    return tuple(hazards)


def _bands(
    work: _Material, walk: OutOfTime, hazards: tuple[Hazard, ...], horizon: int
) -> tuple[BandPolicy, list[BandOutcome]]:
    """Thresholds from today's accounts and from the out-of-time rows that have matured."""
    data, chain = work.dataset, [h for h in hazards if h.interval.end <= horizon]
    known = np.all([~np.isnan(walk.log_odds[h.interval]) for h in chain], axis=0)
    usable = known & data.matured(horizon, data.data_as_of) & data.followed(horizon)
    odds = {h.interval: h.calibrator.apply(walk.log_odds[h.interval][usable]) for h in chain}
    past = Past(
        p_loss(odds, [horizon])[horizon],
        data.lost_within(horizon)[usable].astype(np.float64),
        data.frame["account_id"].to_numpy(object)[usable],
    )
    newest = work.inputs[data.ordinals == data.ordinals.max()]
    present = p_loss({h.interval: h.log_odds(newest) for h in chain}, [horizon])[horizon]
    policy = decide(work.plan.bands, present, past)
    return policy, outcomes(policy, past)


def _reports(work: _Material, tests: dict[int, TestSet]) -> dict[int, HorizonReport]:
    """Figures of every tested horizon beside the baselines on the same rows."""
    known = {name: baseline_chances(work, columns) for name, columns in work.plan.baselines.items()}
    reports = {}
    for horizon, test in tests.items():
        work.say(f"checking {horizon} days on {len(test.rows)} rows not seen in training")
        others = {
            name: chances[horizon][test.rows]
            for name, chances in known.items()
            if horizon in chances and not np.isnan(chances[horizon][test.rows]).any()
        }
        reports[horizon] = report(work.dataset, horizon, test, others, work.plan.seed)
    return reports


def baseline_chances(work: _Material, columns: tuple[str, ...]) -> dict[int, Vector]:
    """A baseline's chances by horizon, calibrated in time like the model's own."""
    usable = [c for c in columns if c in work.schema.names]
    flavour = "logistic" if usable else "constant"
    return calibrated_in_time(work.dataset, work.walk(flavour, usable))


def judge(found: HorizonReport) -> Verdict:
    """Whether the signals foretell losses, beyond what age and base rate already say.

    The model must beat every blind baseline in log loss with its whole 95 % interval over
    accounts: a model that cannot do that has learnt nothing about behaviour.
    """
    blind = {n: g for n, g in found.gains.items() if n in ("base rate", "age alone")}
    failed = [n for n, g in blind.items() if g.low <= 0]
    figures = found.metrics
    sentences = [
        f"out of time at {found.horizon} days: AUC {_range(figures['auc'])}, "
        f"log loss {_range(figures['log_loss'])}, "
        f"on {found.events} losses of {found.accounts} accounts"
    ]
    for name in failed:
        gain = blind[name]
        sentences.append(
            f"no usable signal: against {name} the model saves {gain.value:.4f} of log loss "
            f"({gain.low:.4f} to {gain.high:.4f}), which may be nothing"
        )
    return Verdict(not failed, found.horizon, tuple(sentences))


def _range(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _missing(dataset: Dataset, horizons: tuple[int, ...]) -> dict[int, str]:
    """Why each further horizon is left empty."""
    reasons = {}
    for interval in INTERVALS:
        if interval.end in horizons:
            continue
        matured = dataset.matured(interval.end, dataset.data_as_of)
        days = len(np.unique(dataset.ordinals[matured]))
        reasons[interval.end] = (
            f"{days} dates have a certain outcome {interval.end} days later; too few to fit "
            "on some and calibrate on later ones"
        )
    return reasons


def _importance(model: ChurnModel, work: _Material) -> dict[str, float]:
    """Mean absolute share of the log-odds by column on the latest date, largest first."""
    newest: npt.NDArray[np.bool_] = work.dataset.ordinals == work.dataset.ordinals.max()
    shares, _ = model.explain(work.inputs[newest])
    size = np.abs(shares).mean(axis=0)
    order = np.argsort(-size, kind="stable")
    return {work.schema.names[i]: float(size[i]) for i in order}


def version_of(day: date, digest: str) -> str:
    """A version that names the data's date and what it was trained from."""
    return f"{day.isoformat()}-{digest[:8]}"
