"""Moving the level of the model that serves by what has come true since it was trained."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from models import bundle
from models.adjustment import Adjustment, Step
from models.churn_model import ChurnModel
from models.dataset import Dataset
from models.metrics import Estimate
from models.recalibration import FEWEST_EVENTS, Matured, Move, Recalibration
from models.recalibration import recalibrate as learn
from models.run_record import Registered
from pipelines.adjusted import AdjustedModel, moved_policy
from pipelines.config import Config
from pipelines.errors import NoModel
from pipelines.later import since_training
from pipelines.refusal import no_model
from pipelines.workspace import Workspace
from serving.store.columns import finite

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
        raise NoModel(no_model(workspace))
    model = bundle.load(champion.bundle, champion.digest)
    nothing = Recalibrated(model.version, model.version, as_of)
    if model.data_as_of >= as_of:
        seen = f"it has learnt from data up to {model.data_as_of}, and {as_of} is asked for."
        return replace(nothing, why_not=seen)
    later = since_training(workspace, config, model, as_of, say)
    raw = model.moved(0.0).hazards[0].log_odds(model.schema.encode(later.frame))
    first, embargo = model.hazards[0].interval, config.models.embargo_days
    matured = Matured.of(later, first, raw, embargo)
    try:
        found = learn(matured, as_of.toordinal())
    except ValueError:
        return replace(nothing, why_not=_too_few(model, matured))
    now = model.adjustment.shift if model.adjustment else 0.0
    if abs(found.shift.value - now) < LEAST_MOVE:
        return replace(nothing, why_not=_in_place(found, now), found=found)
    adjusted = _adjusted(model, champion, later, found, config)
    say(f"recording {adjusted.version}")
    AdjustedModel(workspace, registry, champion, adjusted, found).serve(sentences(found))
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
    change = Move.of(model, moved, model.schema.encode(newest.frame))
    policy = moved_policy(model.policy, config, change.near)
    return model.adjusted(adjustment, policy)


def _signed(found: Estimate) -> str:
    return f"{found.value:+.3f} ({found.low:+.3f} to {found.high:+.3f})"


def _range(found: Estimate) -> str:
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"
