"""Moving the level of the model that serves by what has come true since it was trained."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from models import bundle
from models.adjustment import Adjustment, Step
from models.bands import BandPolicy, Capacity, TierPlan, Value
from models.bands.policy import Thresholds
from models.bands.rows import FILE as BAND_ROWS
from models.churn_model import ChurnModel
from models.dataset import Dataset
from models.evidence import save as save_evidence
from models.metrics import Estimate
from models.metrics.reliability import log_odds as log_odds_of
from models.recalibration import FEWEST_EVENTS, Matured, Recalibration
from models.recalibration import recalibrate as learn
from models.run_record import BUNDLE, EVIDENCE, Registered, RunRecord
from models.signature import signature_of
from pipelines.company import band_plan_of
from pipelines.config import Config
from pipelines.later import since_training
from pipelines.promotion import put_in_service, who
from pipelines.score import NoModel
from pipelines.versions import evidence
from pipelines.workspace import Workspace
from serving.store import Cause, ModelAction, ModelRecord, ModelVersionRepository, open_store
from serving.store.columns import finite

if TYPE_CHECKING:
    from models.registry import Registry

Progress = Callable[[str], None]
LEAST_MOVE = 0.02
"""Moves of the log-odds by less would change no chance by 2 %: not worth another version."""


@dataclass(frozen=True)
class Recalibrated:
    """What a recalibration did, or why it did nothing.

    Attributes:
        before: the version that served.
        now: the version that serves now; the same where nothing was done.
        why_not: empty where the level was moved.
        found: what the outcomes said; None where they were too few.
    """

    before: str
    now: str
    as_of: date
    why_not: str = ""
    found: Recalibration | None = None

    @property
    def done(self) -> bool:
        """Whether another version serves now."""
        return self.before != self.now

    def summary(self) -> dict[str, Any]:
        """Everything worth telling, as plain JSON values."""
        body = {"done": self.done, **asdict(self), "as_of": self.as_of.isoformat()}
        return dict(finite(body))

    def text(self) -> str:
        """The same for people."""
        if not self.done:
            return f"The level of {self.before} was left where it is: {self.why_not}"
        head = f"Model {self.now} serves now; before it {self.before} did."
        return "\n".join([head, *(f"  {line}" for line in sentences(self.found))])


def recalibrate(
    workspace: Workspace, config: Config, as_of: date, say: Progress = lambda _: None
) -> Recalibrated:
    """Move the champion's level to where the outcomes that are certain at `as_of` call for.

    Raises:
        NoModel: no model serves.
        InputError: nothing is loaded, or definitions have changed since it was trained.
        BrokenBundle, BrokenEvidence: its files were changed.
    """
    registry = workspace.registry()
    champion = registry.champion()
    if champion is None:
        raise NoModel("no model serves yet: run `forewarn train`.")
    model = bundle.load(champion.bundle, champion.digest)
    nothing = Recalibrated(model.version, model.version, as_of)
    if model.data_as_of >= as_of:
        seen = f"it has learnt from data up to {model.data_as_of}, and {as_of} is asked for."
        return replace(nothing, why_not=seen)
    later = since_training(workspace, config, model, as_of, say)
    raw = model.moved(0.0).hazards[0].log_odds(model.schema.encode(later.frame))
    matured = Matured.of(later, model.hazards[0].interval, raw)
    try:
        found = learn(matured, as_of.toordinal())
    except ValueError:
        return replace(nothing, why_not=_too_few(model, matured))
    now = model.adjustment.shift if model.adjustment else 0.0
    if abs(found.shift.value - now) < LEAST_MOVE:
        return replace(nothing, why_not=_in_place(found, now), found=found)
    adjusted = _adjusted(model, champion, later, found, config)
    say(f"recording {adjusted.version}")
    put_aside = _Adjusted(workspace, registry, champion, adjusted, found)
    put_aside.serve()
    return Recalibrated(model.version, adjusted.version, as_of, found=found)


def due(model: ChurnModel, versions: Sequence[str], as_of: date) -> bool:
    """Whether the level has not been looked at this month, and outcomes may have matured.

    Args:
        model: the one that serves.
        versions: all that are registered; one that was rolled back counts as well.
        as_of: the day stood on.
    """
    base = model.adjustment.base if model.adjustment else model.version
    this_month = f"{base}+{as_of:%Y-%m}"
    first = model.hazards[0].interval.end
    old_enough = (as_of - model.trained_on).days >= first
    return old_enough and not any(name.startswith(this_month) for name in versions)


def sentences(found: Recalibration | None) -> list[str]:
    """What was found, for the audit trail and for people."""
    if found is None:
        return []
    before, after = found.before, found.after
    return [
        f"log-odds of the first interval moved by {_signed(found.shift)} from where training put "
        f"them, learnt from {found.rows} rows of {found.accounts} accounts, {found.events} lost",
        f"expected/observed {_range(before.expected_over_observed)} without any move; "
        f"{_range(after.expected_over_observed)} had it been moved at every date by what was "
        "certain then",
        f"log loss {before.log_loss.value:.4f} and {after.log_loss.value:.4f}; slope "
        f"{_range(before.slope)} and {_range(after.slope)}; intercept {_range(before.intercept)} "
        f"and {_range(after.intercept)}",
    ]


def _too_few(model: ChurnModel, matured: Matured) -> str:
    return (
        f"of the accounts seen since {model.trained_on} {matured.events} were lost within "
        f"{model.hazards[0].interval.end} days for certain, and {FEWEST_EVENTS} are needed."
    )


def _in_place(found: Recalibration, now: float) -> str:
    return (
        f"{found.events} accounts lost since training call for {_signed(found.shift)} on the "
        f"log-odds, and {now:+.3f} holds: a difference below {LEAST_MOVE:g} is left alone."
    )


def _adjusted(
    model: ChurnModel, champion: Registered, later: Dataset, found: Recalibration, config: Config
) -> ChurnModel:
    step = Step(later.data_as_of, found.shift.value)
    first = Adjustment(model.version, champion.digest, model.data_as_of, ())
    adjustment = (model.adjustment or first).then(step)
    moved = model.moved(step.shift)
    newest = later.take(later.ordinals == later.ordinals.max())
    inputs = model.schema.encode(newest.frame)
    horizon = model.primary_horizon
    change = log_odds_of(moved.chances(inputs)[horizon]) - log_odds_of(
        model.chances(inputs)[horizon]
    )
    policy = moved_policy(model.policy, config, float(np.median(change)))
    return model.adjusted(adjustment, policy)


def moved_policy(policy: BandPolicy, config: Config, change: float) -> BandPolicy:
    """Thresholds for chances whose log-odds have moved by so much.

    Where red is what the team can answer, its threshold moves along, so that no more accounts
    are red than before; thresholds that are chances or money in themselves stay, and so does
    green, whose promise is about chances that come true.
    """
    plan = band_plan_of(config)
    tiers = {
        name: _moved(own, plan.tiers.get(name, plan.default), change)
        for name, own in policy.tiers.items()
    }
    return replace(policy, default=_moved(policy.default, plan.default, change), tiers=tiers)


def _moved(own: Thresholds, plan: TierPlan, change: float) -> Thresholds:
    if not isinstance(plan.red, Capacity | Value) or not 0 < own.red_from < 1:
        return own
    odds = np.log(own.red_from / (1 - own.red_from)) + change
    red_from = float(1 / (1 + np.exp(-odds)))
    green = own.green_below if own.worth_from is not None else min(own.green_below, red_from)
    return replace(own, red_from=red_from, green_below=green)


@dataclass(frozen=True)
class _Adjusted:
    """An adjusted model on its way into service, with everything its base kept."""

    workspace: Workspace
    registry: "Registry"
    champion: Registered
    model: ChurnModel
    found: Recalibration

    def serve(self) -> None:
        """Record it as a version of its own, and let it serve, with the reason written down."""
        folder = self.workspace.runs / self.model.version
        shutil.rmtree(folder, ignore_errors=True)
        digest = bundle.save_adjusted(
            self.champion.bundle, self.champion.digest, self.model, folder / BUNDLE
        )
        record = self._record(digest)
        kept = self._keep(record, folder)
        run = RunRecord(
            version=self.model.version,
            digest=digest,
            parameters=self._parameters(),
            metrics=self._metrics(),
            folder=folder,
            evidence=kept,
            signature=signature_of(self.model),
        )
        run_id = self.registry.record(run, challenges=False)
        shutil.rmtree(folder)
        registered = self.registry.version(self.model.version)
        if registered is None or registered.run_id != run_id:
            raise LookupError(f"run {run_id} has no registered model")
        said = sentences(self.found)
        reason = "outcomes that have matured since it was trained"
        cause = Cause(ModelAction.RECALIBRATED, datetime.now(UTC), who(), reason, tuple(said))
        put_in_service(self.workspace, registered, record, cause)

    def _keep(self, record: ModelRecord, folder: Any) -> str:
        """The rows its base was tested on, and those its bands were decided on."""
        rows = self.registry.file(self.champion.run_id, BAND_ROWS)
        if rows is not None:
            shutil.copy(rows, folder / BAND_ROWS)
        if not self.champion.evidence:
            return ""
        base = evidence(self.registry, self.champion)
        kept = {
            **asdict(record),
            "created_at": record.created_at.isoformat(),
            "data_as_of": record.data_as_of.isoformat(),
        }
        notes = {**base.notes, "record": finite(kept)}
        mine = replace(base, version=record.version, bundle=record.digest, notes=notes)
        return save_evidence(mine, folder / EVIDENCE)

    def _record(self, digest: str) -> ModelRecord:
        engine = open_store(self.workspace.store_address)
        base = ModelVersionRepository(engine).get(self.champion.version)
        engine.dispose()
        if base is None:
            raise NoModel(
                f"the store does not know {self.champion.version}, which serves: promote it again."
            )
        bands = self.model.policy.as_dict()
        return replace(
            base,
            version=self.model.version,
            created_at=datetime.now(UTC),
            metrics={**base.metrics, "recalibration": finite(asdict(self.found))},
            bands={"all": bands["default"], **bands["tiers"]},
            data_as_of=self.model.data_as_of,
            digest=digest,
        )

    def _parameters(self) -> dict[str, str]:
        return {
            "recalibrates": self.champion.version,
            "flavour": self.model.flavour,
            "outcome": self.model.outcome,
            "data_as_of": self.model.data_as_of.isoformat(),
            "fingerprint": self.model.fingerprint,
        }

    def _metrics(self) -> dict[str, float]:
        found = {"recalibration_shift": self.found.shift.value}
        for name, line in {"before": self.found.before, "after": self.found.after}.items():
            for figure, estimate in asdict(line).items():
                found[f"recalibration_{figure}_{name}"] = estimate["value"]
        return {name: value for name, value in found.items() if np.isfinite(value)}


def _signed(found: Estimate) -> str:
    return f"{found.value:+.3f} ({found.low:+.3f} to {found.high:+.3f})"


def _range(found: Estimate) -> str:
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"
