"""Tuning before training: the plan with the settings found on earlier dates."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from models.dataset import Dataset
from models.flavours.blend import PARTS
from models.trained import TrainingPlan
from models.training import material_of
from pipelines.config import Config
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from models.tuning import Tuned

Progress = Callable[[str], None]


def tuned(
    workspace: Workspace,
    config: Config,
    dataset: Dataset,
    columns: Sequence[str],
    plan: TrainingPlan,
    name: str,
    say: Progress,
) -> "tuple[TrainingPlan, tuple[Tuned, ...]]":
    """The plan with tuned settings that reports later dates only, and what was found.

    Without a budget, or with too short a history to divide, the plan stays as it is.

    Args:
        workspace: keeps the studies.
        config: says what tuning may cost.
        dataset: what is trained on.
        columns: snapshot columns that a model may read.
        plan: with the defaults.
        name: names the data and the plan, so that studies of others never mix with these.
        say: told about each step.
    """
    wished = config.models
    if not (wished.tune_seconds or wished.tune_trials):
        return plan, ()
    from models.study import Budget  # Optuna takes a second that only tuning spends
    from models.tuning import report_begins, tune

    address, free = workspace.tuning_address, wished.monotone == "auto"
    budget = Budget(wished.tune_seconds, wished.tune_trials, address, free)
    material = material_of(dataset, columns, plan)
    found = tuple(tune(material, _parts(plan.flavours), budget, name, say))
    for one in found:
        say(one.sentence)
    if not any(one.tried for one in found):
        return plan, found
    settings = {one.flavour: one.setting for one in found if one.used != "defaults"}
    begins = report_begins(material)
    return replace(plan, settings=settings, report_from=begins), found


def with_tuning(config: Config, seconds: float | None) -> Config:
    """The configuration with other seconds for tuning, where any were given."""
    if seconds is None:
        return config
    models = config.models.model_copy(update={"tune_seconds": seconds})
    changed = config.model_copy(update={"models": models})
    return changed.bound(config.folder, config.environment)


def _parts(flavours: Sequence[str]) -> list[str]:
    """The flavours to tune: a blend is tuned in its parts."""
    parts = [part for f in flavours for part in (PARTS if f == "blend" else (f,))]
    return list(dict.fromkeys(parts))
