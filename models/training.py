"""Training: from a dataset to a calibrated churn model, with the evidence for it.

Every flavour and every baseline goes through the same walk forward. The flavour with the
lowest out-of-time log loss is refitted on all rows that have matured.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.bands import decide, outcomes
from models.bands.rows import BandRows
from models.base_rates import base_rates
from models.baselines import rivals
from models.churn_model import ChurnModel
from models.competition import Competition, compete
from models.dataset import Dataset
from models.details import flavours_of, weighed
from models.encoding import learn_schema
from models.evaluation import TestSet, calibrators
from models.explain.learn import learn_reference
from models.fitting import band_rows, importance, missing, refit, reports
from models.honesty import Honesty, Winner, examine, guarded
from models.material import Material
from models.reach import beaten, without
from models.sufficiency import TOO_LITTLE, Level, NoEvidence, Sufficiency, sufficiency
from models.trained import Provenance, Trained, TrainingPlan
from models.verdict import Verdict, judge
from models.walkforward import WalkForward

Progress = Callable[[str], None]
TUNED_AWAY = " Tuning keeps the earlier half of the dates to itself: train without it."


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
    if (courses := material.dataset.courses) is not None:
        close = courses.data
        say(f"hazards learn from {len(close.frame)} snapshots at {len(close.dates)} dates")
    if seen.level is Level.NONE:
        raise NoEvidence(f"{TOO_LITTLE} {seen.words}.")
    competing = seen.flavours(plan.flavours)
    wished, plan = plan, weighed(material, competing, plan, say)
    if plan is not wished:
        material = replace(material, flavours=flavours_of(plan, material.schema))
    found = compete(material, competing, plan, say)
    if found is not None:
        return _checked(_fitted(material, found, plan, origin, say), found, seen, plan, say)
    if plan.report_from:
        raise NoEvidence(TOO_LITTLE + TUNED_AWAY)
    return _untested(material, plan, origin, seen)


@dataclass(frozen=True)
class _Fitted:
    """The winner, refitted on all rows that have matured.

    Attributes:
        rows: the chances and outcomes on which its bands were decided.
    """

    model: ChurnModel
    material: Material
    rows: BandRows


def _fitted(
    material: Material,
    found: Competition,
    plan: TrainingPlan,
    origin: Provenance,
    say: Progress,
) -> _Fitted:
    """The winner with its calibrators, bands, and what explanations are held against."""
    dataset, walk, tests = material.dataset, found.walks[found.best], found.tests[found.best]
    hazards = refit(material, found.plain, calibrators(dataset, walk), say)
    hazards = found.shift.refitted(found.best, hazards, found.walks) if found.shift else hazards
    horizons = tuple(h.interval.end for h in hazards if h.interval.end in plan.horizons)
    primary = _primary(_after(dataset.lead, horizons), tests, plan.primary_horizon)
    rows = band_rows(material, plan.since, walk, hazards, primary)
    policy = decide(plan.bands, rows.present(), rows.past())
    model = ChurnModel(
        origin.version, found.best, origin.outcome, material.schema, hazards, primary, policy,
        origin.fingerprint, origin.followed, dataset.data_as_of, plan.horizons, dataset.lead,
    )  # fmt: skip
    if plan.explained:
        reference = learn_reference(material, found.plain, model.chain(), say)
        model = replace(model, reference=reference)
    return _Fitted(model, material, rows)


def _checked(
    fitted: _Fitted, found: Competition, seen: Sufficiency, plan: TrainingPlan, say: Progress
) -> Trained:
    """The model with its figures beside simpler scores, and with what may be wrong with it."""
    model, material, rows = fitted.model, fitted.material, fitted.rows
    reached = model.horizons
    tests, walk = found.tests[found.best], found.walks[found.best]
    beside = rivals(material, plan.baselines, tests)
    checked = reports(material, tests, beside, say)
    empty = beaten(model, checked)
    model = without(model, empty)
    folds = ", and for what random folds would have claimed" if plan.contrasted else ""
    say(f"looking for leaks{folds}")
    winner = Winner(found.plain, walk, tests, found.deciding, plan.contrasted)
    honesty = replace(examine(material, winner, plan.trusted), chosen_among=len(found.losses))
    return Trained(
        model=model,
        reports=checked,
        tests=dict(tests),
        flavours=found.losses,
        bands=outcomes(model.policy, rows.past()),
        band_rows=rows,
        missing={**missing(material.dataset, plan.horizons, reached), **empty},
        verdict=guarded(judge(checked[found.deciding]), honesty.leaks),
        rows=len(material.dataset.frame),
        importance=importance(model, material),
        enough=seen,
        honesty=honesty,
        beside=beside,
        walked=found.figures,
        plan=plan,
        walk=walk,
        plain_walk=found.walks[found.plain],
    )


def _untested(
    material: Material, plan: TrainingPlan, origin: Provenance, seen: Sufficiency
) -> Trained:
    """The base rate by segment, with every band grey, where no model can be checked."""
    dataset = material.dataset
    schema, hazards, policy = base_rates(material, plan.segments, plan.primary_horizon)
    horizons = tuple(h.interval.end for h in hazards if h.interval.end in plan.horizons)
    if not horizons:
        raise NoEvidence(f"{TOO_LITTLE} {seen.words}.")
    primary = _primary(_after(dataset.lead, horizons), {}, plan.primary_horizon)
    model = ChurnModel(
        origin.version, "segments", origin.outcome, schema, hazards, primary, policy,
        origin.fingerprint, origin.followed, dataset.data_as_of, plan.horizons, dataset.lead,
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

    Of few losses nothing is learnt from courses, and nothing is handed on between intervals: the
    flavours for those hold back for a reason.

    Raises:
        NoEvidence: no column tells any account from another.
    """
    declared = plan.directions, plan.details, plan.seasons
    schema = learn_schema(dataset.frame, columns, *declared)
    if not schema.columns:
        raise NoEvidence(
            f"all {len(columns)} signals hold the same value for every account at every date, "
            "so nothing can be told apart: connect more sources, or a longer history."
        )
    plenty = sufficiency(dataset).level is Level.ENOUGH
    if not plenty:
        dataset = replace(dataset, courses=None)
    inputs = schema.encode(dataset.frame)
    if dataset.courses is not None:
        dataset.courses.share(dataset.frame, schema, inputs)
    how = WalkForward(plan.intervals, plan.blocks, plan.seed, plan.embargo, plenty)
    return Material(dataset, inputs, schema, how, flavours_of(plan, schema))


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


def version_of(day: date, digest: str) -> str:
    """A version that names the data's date and what it was trained from."""
    return f"{day.isoformat()}-{digest[:8]}"
