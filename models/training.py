"""Training: from a dataset to a calibrated churn model, with the evidence for it.

Every flavour and every baseline goes through the same walk forward. The flavour with the
lowest out-of-time log loss is refitted on all rows that have matured.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from models.bands import BandOutcome, BandPlan, decide, outcomes
from models.bands.rows import BandRows
from models.base_rates import base_rates, first_usable
from models.baselines import rivals
from models.churn_model import ChurnModel
from models.dataset import Dataset
from models.encoding import learn_schema
from models.evaluation import HorizonReport, TestSet, calibrators, log_loss_and_auc, test_sets
from models.explain.learn import learn_reference
from models.fitting import band_rows, importance, missing, refit, reports
from models.flavours import FLAVOURS, SHIFTED
from models.flavours.blend import PARTS
from models.flavours.settings import with_settings
from models.flavours.space import Setting
from models.honesty import Honesty, Winner, examine, guarded
from models.intervals import INTERVALS, Interval
from models.material import Material
from models.metrics import Vector, log_loss
from models.score import HORIZONS
from models.segment_shift import earns, shift_by
from models.sufficiency import TOO_LITTLE, Level, NoEvidence, Sufficiency, sufficiency
from models.verdict import Verdict, judge
from models.walkforward import OutOfTime, WalkForward, blended

Progress = Callable[[str], None]


TUNED_AWAY = " Tuning keeps the earlier half of the dates to itself: train without it."


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
        horizons: days that are shown and reported; the chain passes through all up to the last.
        directions: by column 1 where a higher value is healthier, -1 where it is worse.
        settings: by flavour, where they were tuned; the others keep their defaults.
        report_from: the first date reported; None for all. Earlier ones were tuned on.
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
    horizons: tuple[int, ...] = HORIZONS
    directions: dict[str, int] = field(default_factory=dict)
    settings: dict[str, Setting] = field(default_factory=dict)
    report_from: date | None = None

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """The intervals up to the longest horizon."""
        return tuple(k for k in INTERVALS if k.end <= max(self.horizons))

    @property
    def since(self) -> int:
        """Day number from which on rows are reported."""
        return self.report_from.toordinal() if self.report_from else 0


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
        band_rows: the chances and outcomes on which bands were decided.
        missing: why each horizon without evidence is left empty.
        enough: how many losses were seen, and what they allow.
        honesty: leaks, random folds, known and new accounts.
        plan: what was asked for, with settings as tuned.
        walk: what the winning flavour foretold out of time, before calibration.
        plain_walk: the out-of-time log-odds of the winning flavour, before any shift by segment.
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
    band_rows: BandRows | None = None
    walked: dict[str, dict[int, dict[str, float]]] = field(default_factory=dict)
    plan: TrainingPlan | None = None
    walk: OutOfTime | None = None
    plain_walk: OutOfTime | None = None


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
    tests = {name: _tests(dataset, walk, plan) for name, walk in walks.items()}
    if not any(tests.values()):
        if plan.report_from:
            raise NoEvidence(TOO_LITTLE + TUNED_AWAY)
        return _untested(material, plan, origin, seen)
    deciding = _deciding_horizon(tests, plan.primary_horizon)
    losses = {name: _loss(sets[deciding]) for name, sets in tests.items() if deciding in sets}
    part = min((name for name in losses if SHIFTED not in name), key=lambda name: losses[name])
    best = _with_segments(material, part, tests, deciding)
    say(f"{best} has the lowest log loss out of time ({losses[best]:.4f} at {deciding} days)")
    hazards = refit(material, part, calibrators(dataset, walks[best]), say)
    hazards = shift.refitted(best, hazards, walks) if shift else hazards
    horizons = tuple(h.interval.end for h in hazards if h.interval.end in plan.horizons)
    primary = _primary(_after(dataset.lead, horizons), tests[best], plan.primary_horizon)
    rows = band_rows(material, plan.since, walks[best], hazards, primary)
    policy = decide(plan.bands, rows.present(), rows.past())
    beside = rivals(material, plan.baselines, tests[best])
    checked = reports(material, tests[best], beside, say)
    say("looking for leaks, and for what random folds would have claimed")
    honesty = examine(material, Winner(part, walks[best], tests[best], deciding), plan.trusted)
    model = ChurnModel(
        origin.version, best, origin.outcome, material.schema, hazards, primary, policy,
        origin.fingerprint, origin.events, dataset.data_as_of, plan.horizons, dataset.lead,
    )  # fmt: skip
    model = replace(model, reference=learn_reference(material, part, model.chain(), say))
    return Trained(
        model=model,
        reports=checked,
        tests=tests[best],
        flavours=losses,
        bands=outcomes(policy, rows.past()),
        band_rows=rows,
        missing=missing(dataset, plan.horizons, horizons),
        verdict=guarded(judge(checked[deciding]), honesty.leaks),
        rows=len(dataset.frame),
        importance=importance(model, material),
        enough=seen,
        honesty=honesty,
        beside=beside,
        walked={name: _figures(sets) for name, sets in tests.items()},
        plan=plan,
        walk=walks[best],
        plain_walk=walks[part],
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
    primary = _primary(_after(dataset.lead, horizons), {}, plan.primary_horizon)
    model = ChurnModel(
        origin.version, "segments", origin.outcome, schema, hazards, primary, policy,
        origin.fingerprint, origin.events, dataset.data_as_of, lead=dataset.lead,
    )  # fmt: skip
    sentences = (f"no model could be checked on later dates: {TOO_LITTLE}", seen.words)
    return Trained(
        model=model,
        reports={},
        tests={},
        flavours={},
        bands=[],
        missing=missing(dataset, plan.horizons, horizons),
        verdict=Verdict(False, primary, sentences),
        rows=len(dataset.frame),
        importance={},
        enough=seen,
        honesty=Honesty(),
    )


def material_of(dataset: Dataset, columns: Sequence[str], plan: TrainingPlan) -> Material:
    """The dataset with its inputs, and the flavours with their settings.

    Raises:
        NoEvidence: no column tells any account from another.
    """
    schema = learn_schema(dataset.frame, columns, plan.directions)
    if not schema.columns:
        raise NoEvidence(
            f"all {len(columns)} signals hold the same value for every account at every date, "
            "so nothing can be told apart: connect more sources, or a longer history."
        )
    how = WalkForward(plan.intervals, plan.blocks, plan.seed, plan.embargo)
    flavours = with_settings(FLAVOURS, plan.settings)
    return Material(dataset, schema.encode(dataset.frame), schema, how, flavours)


def _tests(dataset: Dataset, walk: OutOfTime, plan: TrainingPlan) -> dict[int, TestSet]:
    """The test rows of the horizons that are shown."""
    found = test_sets(dataset, walk, plan.since)
    return {horizon: test for horizon, test in found.items() if horizon in plan.horizons}


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
    return max((h for h in tested if h <= wished), default=tested[0])


def _after(lead: int, horizons: Sequence[int]) -> list[int]:
    """The horizons that lie beyond the minimum lead time.

    Raises:
        NoEvidence: none does, so that nothing can be said of what is to be foretold.
    """
    found = [horizon for horizon in horizons if horizon > lead]
    if not found:
        raise NoEvidence(
            f"no horizon beyond the minimum lead time of {lead} days has evidence: bring a longer "
            "history, or lower minimum_lead_days in [models]."
        )
    return found


def _primary(horizons: Sequence[int], tested: Mapping[int, TestSet], wished: int) -> int:
    """The longest horizon up to the one wished for that the model reaches and was tested at."""
    usable = [h for h in horizons if h <= wished]
    return max((h for h in usable if h in tested), default=max(usable, default=horizons[0]))


def _with_segments(
    material: Material, part: str, tests: Mapping[str, Mapping[int, TestSet]], horizon: int
) -> str:
    """The flavour's name, shifted by segment where that earns its place."""
    shifted = tests.get(f"{part}{SHIFTED}", {}).get(horizon)
    plain, seed = tests[part][horizon], material.how.seed
    taken = shifted is not None and earns(material.dataset, plain, shifted, seed)
    return f"{part}{SHIFTED}" if taken else part


def _figures(tests: Mapping[int, TestSet]) -> dict[int, dict[str, float]]:
    return {horizon: log_loss_and_auc(test, test.chance) for horizon, test in tests.items()}


def _loss(test: TestSet) -> float:
    return log_loss(test.lost, test.chance, np.ones(len(test.lost)))


def version_of(day: date, digest: str) -> str:
    """A version that names the data's date and what it was trained from."""
    return f"{day.isoformat()}-{digest[:8]}"
