"""What happened after a model was trained: snapshots since, with outcomes as they are known now."""

from collections.abc import Callable
from datetime import date

from features.runners.job import SnapshotJob
from features.snapshot import fingerprint
from models.churn_model import ChurnModel
from models.dataset import Dataset, join
from pipelines.assemble import first_day, loaded
from pipelines.company import catalogue_of, label_of, rates_of, snapshot_dates
from pipelines.config import Config
from pipelines.errors import InputError
from pipelines.scratch import scratch
from pipelines.snapshot import build
from pipelines.workspace import Workspace

Progress = Callable[[str], None]


def since_training(
    workspace: Workspace, config: Config, model: ChurnModel, as_of: date, say: Progress
) -> Dataset:
    """Snapshots of every date from the model's own on, with outcomes as known at `as_of`.

    The model has seen no outcome of these rows: those it learnt from were certain before.

    Raises:
        InputError: nothing is loaded, or signals or outcome have other definitions now.
    """
    lake = loaded(workspace)
    label = label_of(config, lake.manifest.tables)
    catalogue = catalogue_of(config, model.followed)
    if (fingerprint(catalogue), label.name) != (model.fingerprint, model.outcome):
        raise InputError(
            f"model {model.version} was trained from other definitions than hold now: run "
            "`forewarn train` first."
        )
    every = snapshot_dates(config, as_of, first_day(lake, as_of))
    dates = [day for day in every if day >= model.trained_on] or [as_of]
    with scratch(workspace.snapshots / "later") as folder:
        job = SnapshotJob(lake, catalogue, tuple(dates), label, rates_of(config), folder, as_of)
        snapshots, fates = build(job, say)
    if snapshots.empty:
        raise InputError(f"no account was in the population of {label.name} since {dates[0]}.")
    return join(snapshots, fates, label.lag_days, as_of)
