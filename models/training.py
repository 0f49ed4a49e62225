"""Training: from a dataset to a calibrated churn model, with the evidence for it.

Every flavour and every baseline goes through the same walk forward. The flavour with the
lowest out-of-time log loss is refitted on all rows that have matured.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from models.bands import BandOutcome, BandPlan, BandPolicy, Past, decide, outcomes
from models.base_rates import base_rates, first_usable
from models.baselines import rivals
from models.calibration import Calibrator
from models.churn_model import ChurnModel
from models.dataset import Dataset
from models.encoding import learn_schema
from models.evaluation import (
    HorizonReport,
    TestSet,
    calibrators,
    log_loss_and_auc,
    report,
    test_sets,
)
from models.flavours import FLAVOURS, SHIFTED
from models.flavours.blend import PARTS
from models.hazards import Hazard, p_loss
from models.honesty import Honesty, Winner, examine, guarded
from models.intervals import INTERVALS, Interval
from models.material import Material
from models.metrics import Vector, log_loss
from models.segment_shift import shift_by
from models.sufficiency import Level, Sufficiency, sufficiency
from models.verdict import Verdict, judge
from models.walkforward import OutOfTime, WalkForward, blended, enough

Progress = Callable[[str], None]


class NoEvidence(Exception):
    """Too little has happened for any model to be fitted and checked."""


TOO_LITTLE = (
    "too few losses have been seen, on too few dates, to fit a model on some and check it on "
    "later ones: bring a longer history, or wait until more outcomes are certain."
)


@dataclass(frozen=True)
class TrainingPlan:
    """What to train.

    Attributes:
        flavours: names of the flavours that compete.
        primary_horizon: the horizon wished for; a shorter one serves without evidence.
        baselines: for each simple baseline the columns it may read.
        bands: what the company asks of its bands.
        segments: word columns of which the first that varies gives base rates by segment.
        embargo: days that outcomes take to be recorded.
        trusted: columns whose past values the company vouches for (see `models.leaks`).
    """

    flavours: tuple[str, ...]
    primary_horizon: int
    baselines: dict[str, tuple[str, ...]]
    bands: BandPlan = field(default_factory=BandPlan)
    blocks: int = 6
    seed: int = 1
    segments: tuple[str, ...] = ()
    embargo: int = 0
    trusted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Provenance:
    """Where a model comes from."""

    version: str
    outcome: str
    fingerprint: str
    events: tuple[str, ...]


@dataclass(frozen=True)
class Trained:
    """A model with the evidence for it.

    Attributes:
        reports: figures by horizon, on rows that neither model nor calibrator had seen.
        tests: those rows.
        beside: by horizon, what each baseline said of those rows.
        flavours: each flavour's log loss at the horizon that decided.
        walked: each flavour's log loss and AUC by horizon.
        bands: what happened to the accounts of each band.
        missing: why each horizon without evidence is left empty.
        enough: how many losses were seen, and what they allow.
        honesty: leaks, random folds, known and new accounts.
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
    enough: Sufficiency
    honesty: Honesty
    beside: dict[int, dict[str, Vector]] = field(default_factory=dict)
    walked: dict[str, dict[int, dict[str, float]]] = field(default_factory=dict)


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
    material = material_of(dataset, columns, plan)
    seen = sufficiency(dataset)
    say(seen.words)
    if seen.level is Level.NONE:
        raise NoEvidence(f"{TOO_LITTLE} {seen.words}.")
    walks = _walks(material, seen.flavours(plan.flavours), say)
    shift = shift_by(material, first_usable(material.schema, plan.segments))
    walks = shift.all_walked(walks) if shift else walks
    tests = {name: test_sets(dataset, walk) for name, walk in walks.items()}
    if not any(tests.values()):
        return _untested(material, plan, origin, seen)
    deciding = _deciding_horizon(tests, plan.primary_horizon)
    losses = {name: _loss(sets[deciding]) for name, sets in tests.items() if deciding in sets}
    best = min(losses, key=lambda name: losses[name])
    say(f"{best} has the lowest log loss out of time ({losses[best]:.4f} at {deciding} days)")
    part = best.removesuffix(SHIFTED)
    hazards = _refit(material, part, calibrators(dataset, walks[best]), say)
    hazards = shift.refitted(best, hazards, walks) if shift else hazards
    horizons = tuple(h.interval.end for h in hazards)
    primary = _primary(horizons, tests[best], plan.primary_horizon)
    policy, banded = _bands(material, plan.bands, walks[best], hazards, primary)
    beside = rivals(material, plan.baselines, tests[best])
    reports = _reports(material, tests[best], beside, say)
    say("looking for leaks, and for what random folds would have claimed")
    honesty = examine(material, Winner(part, walks[best], tests[best], deciding), plan.trusted)
    model = ChurnModel(
        origin.version, best, origin.outcome, material.schema, hazards, primary, policy,
        origin.fingerprint, origin.events, dataset.data_as_of,
    )  # fmt: skip
    return Trained(
        model=model,
        reports=reports,
        tests=tests[best],
        flavours=losses,
        bands=banded,
        missing=_missing(dataset, horizons),
        verdict=guarded(judge(reports[deciding]), honesty.leaks),
        rows=len(dataset.frame),
        importance=_importance(model, material),
        enough=seen,
        honesty=honesty,
        beside=beside,
        walked={name: _figures(sets) for name, sets in tests.items()},
    )


def _untested(
    material: Material, plan: TrainingPlan, origin: Provenance, seen: Sufficiency
) -> Trained:
    """The base rate by segment, with every band grey, where no model can be checked."""
    dataset = material.dataset
    schema, hazards, policy = base_rates(material, plan.segments, plan.primary_horizon)
    horizons = tuple(h.interval.end for h in hazards)
    if not horizons:
        raise NoEvidence(f"{TOO_LITTLE} {seen.words}.")
    primary = _primary(horizons, {}, plan.primary_horizon)
    model = ChurnModel(
        origin.version, "segments", origin.outcome, schema, hazards, primary, policy,
        origin.fingerprint, origin.events, dataset.data_as_of,
    )  # fmt: skip
    sentences = (f"no model could be checked on later dates: {TOO_LITTLE}", seen.words)
    return Trained(
        model=model,
        reports={},
        tests={},
        flavours={},
        bands=[],
        missing=_missing(dataset, horizons),
        verdict=Verdict(False, primary, sentences),
        rows=len(dataset.frame),
        importance={},
        enough=seen,
        honesty=Honesty(),
    )


def material_of(dataset: Dataset, columns: Sequence[str], plan: TrainingPlan) -> Material:
    """The dataset with its inputs, and how it is walked forward.

    Raises:
        NoEvidence: no column tells any account from another.
    """
    schema = learn_schema(dataset.frame, columns)
    if not schema.columns:
        raise NoEvidence(
            f"all {len(columns)} signals hold the same value for every account at every date, "
            "so nothing can be told apart: connect more sources, or a longer history."
        )
    how = WalkForward(INTERVALS, plan.blocks, plan.seed, plan.embargo)
    return Material(dataset, schema.encode(dataset.frame), schema, how)


def _walks(material: Material, flavours: Sequence[str], say: Progress) -> dict[str, OutOfTime]:
    """Every flavour's out-of-time predictions; a blend of two that were walked is their mean."""
    walks: dict[str, OutOfTime] = {}
    for name in sorted(flavours, key=lambda flavour: flavour == "blend"):
        if name == "blend" and set(PARTS) <= set(walks):
            walks[name] = blended(*(walks[part] for part in PARTS))
            continue
        say(f"walking {name} forward through {len(material.dataset.dates)} dates")
        walks[name] = material.walk(name)
    return walks


def _deciding_horizon(tests: Mapping[str, Mapping[int, TestSet]], wished: int) -> int:
    """The longest tested horizon up to the one wished for, else the shortest tested."""
    tested = sorted({h for sets in tests.values() for h in sets})
    if not tested:
        raise NoEvidence(TOO_LITTLE)
    return max((h for h in tested if h <= wished), default=tested[0])


def _primary(horizons: Sequence[int], tested: Mapping[int, TestSet], wished: int) -> int:
    """The longest horizon up to the one wished for that the model reaches and was tested at."""
    usable = [h for h in horizons if h <= wished]
    return max((h for h in usable if h in tested), default=max(usable, default=horizons[0]))


def _figures(tests: Mapping[int, TestSet]) -> dict[int, dict[str, float]]:
    return {horizon: log_loss_and_auc(test, test.chance) for horizon, test in tests.items()}


def _loss(test: TestSet) -> float:
    return log_loss(test.lost, test.chance, np.ones(len(test.lost)))


def _refit(
    material: Material, flavour: str, ready: Mapping[Interval, Calibrator], say: Progress
) -> tuple[Hazard, ...]:
    """Fit each calibrated interval on all its matured rows, as far as the chain reaches."""
    hazards, data = [], material.dataset
    for interval in INTERVALS:
        risk = data.at_risk(interval, data.data_as_of)
        lost = data.lost_within(interval.end)[risk].astype(np.float64)
        if interval not in ready or not enough(lost, len(np.unique(data.ordinals[risk]))):
            break
        say(f"fitting days {interval.name} on {len(lost)} rows, {int(lost.sum())} lost")
        inputs, seed = material.inputs[risk], material.how.seed
        fitted = FLAVOURS[flavour].fit(inputs, lost, material.schema, seed)
        hazards.append(Hazard(interval, fitted, ready[interval]))
    if not hazards:
        raise NoEvidence(TOO_LITTLE)
    return tuple(hazards)


def _bands(
    material: Material,
    plan: BandPlan,
    walk: OutOfTime,
    hazards: Sequence[Hazard],
    horizon: int,
) -> tuple[BandPolicy, list[BandOutcome]]:
    """Thresholds from today's accounts and from the out-of-time rows that have matured."""
    data, chain = material.dataset, [h for h in hazards if h.interval.end <= horizon]
    known = np.all([~np.isnan(walk.log_odds[h.interval]) for h in chain], axis=0)
    usable = known & data.matured(horizon, data.data_as_of) & data.followed(horizon)
    odds = {h.interval: h.calibrator.apply(walk.log_odds[h.interval][usable]) for h in chain}
    past = Past(
        p_loss(odds, [horizon])[horizon],
        data.lost_within(horizon)[usable].astype(np.float64),
        data.frame["account_id"].to_numpy(object)[usable],
    )
    newest = material.inputs[material.newest]
    present = p_loss({h.interval: h.log_odds(newest) for h in chain}, [horizon])[horizon]
    policy = decide(plan, present, past)
    return policy, outcomes(policy, past)


def _reports(
    material: Material,
    tests: Mapping[int, TestSet],
    beside: Mapping[int, Mapping[str, Vector]],
    say: Progress,
) -> dict[int, HorizonReport]:
    """Figures of every tested horizon beside the baselines on the same rows."""
    reports = {}
    for horizon, test in tests.items():
        say(f"checking {horizon} days on {len(test.rows)} rows not seen in training")
        seed = material.how.seed
        reports[horizon] = report(material.dataset, horizon, test, beside[horizon], seed)
    return reports


def _missing(dataset: Dataset, horizons: Sequence[int]) -> dict[int, str]:
    """Why each further horizon is left empty."""
    reasons = {}
    for interval in INTERVALS:
        if interval.end in horizons:
            continue
        matured = dataset.matured(interval.end, dataset.data_as_of)
        dates = len(np.unique(dataset.ordinals[matured]))
        lost = dataset.frame["account_id"][matured & dataset.lost_within(interval.end)].nunique()
        reasons[interval.end] = (
            f"{dates} dates have a certain outcome {interval.end} days later, with {lost} accounts "
            "lost; too few to fit on some and calibrate on later ones"
        )
    return reasons


def _importance(model: ChurnModel, material: Material) -> dict[str, float]:
    """Mean absolute share of the log-odds by column on the latest date, largest first."""
    shares, _ = model.explain(material.inputs[material.newest])
    size = np.abs(shares).mean(axis=0)
    order = np.argsort(-size, kind="stable")
    return {material.schema.names[i]: float(size[i]) for i in order}


def version_of(day: date, digest: str) -> str:
    """A version that names the data's date and what it was trained from."""
    return f"{day.isoformat()}-{digest[:8]}"
