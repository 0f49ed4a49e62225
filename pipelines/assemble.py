"""What a model can be trained from: snapshots and outcomes of all dates, as known at one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256

import pandas as pd

from features.followed import Followed
from features.history import Arrived, begins
from features.lake import Lake
from features.main_attributes import followed
from features.outcomes import Label
from features.runners.job import SnapshotJob
from features.signal import Catalogue
from features.silence import Hole
from models.course import Courses
from models.dataset import Dataset, aligned, join
from models.trained import TrainingPlan
from models.walkforward import first_walked
from pipelines.column_choice import chosen
from pipelines.company import (
    catalogue_of,
    closer_dates,
    columns_of,
    label_of,
    labels_beside,
    rates_of,
    snapshot_dates,
    weeks_teach,
)
from pipelines.config import Config
from pipelines.errors import InputError
from pipelines.freshness import holes_in_usage, unspoilt
from pipelines.sampling import AccountSample, accounts_in, sample_of
from pipelines.scratch import scratch
from pipelines.snapshot import build, read_fates
from pipelines.standing import loaded as loaded
from pipelines.workspace import Workspace

Progress = Callable[[str], None]
Further = Callable[[Catalogue], Catalogue]


@dataclass(frozen=True)
class Assembled:
    """What a model can be trained from, and how it came about.

    Attributes:
        followed: the main events and attributes, which have columns of their own.
        columns: the snapshot columns that a model may read.
        unsafe: those left out because their past values are not known.
        beside: by outcome, the same rows with the fates of further definitions.
        sample: which accounts these are; None where all.
        holes: when usage was not recorded; dates that are spoilt by it are left out.
    """

    dataset: Dataset
    label: Label
    catalogue: Catalogue
    followed: Followed
    columns: list[str]
    unsafe: list[str]
    beside: dict[str, Dataset] = field(default_factory=dict)
    sample: AccountSample | None = None
    holes: tuple[Hole, ...] = ()


def assemble(
    workspace: Workspace,
    config: Config,
    as_of: date,
    say: Progress,
    further: Further | None = None,
    most_rows: int | None = None,
) -> Assembled:
    """Snapshots and outcomes of all dates as they were known at `as_of`.

    Args:
        workspace: holds the lake, and takes the snapshots.
        config: which outcome, dates and signals.
        as_of: nothing known later is seen.
        say: told about each step.
        further: adds signals that are computed, and that no model reads.
        most_rows: where given, about so many rows at most, of accounts drawn by their ids.

    Raises:
        InputError: nothing is loaded, or nothing was known by then.
    """
    lake = loaded(workspace)
    tables = lake.manifest.tables
    label = label_of(config, tables)
    every, spoiling = _dates(lake, config, as_of)
    dates = unspoilt(every, spoiling)
    own = _followed(lake, first_walked(dates), say)
    catalogue = catalogue_of(config, own)
    wider = further(catalogue) if further else catalogue
    closer = [] if most_rows else closer_dates(config, every, accounts_in(lake))
    closer = unspoilt(closer, spoiling)
    sample = _sample(lake, config, len(dates), most_rows)
    with scratch(workspace.snapshots / "training") as folder:
        asked = lake, wider, tuple(closer or dates), label, rates_of(config)
        job = SnapshotJob(*asked, folder, as_of, beside=labels_beside(config, tables))
        dataset, fates = _built(job, say, sample, as_of)
    close = bool(closer) or (not most_rows and weeks_teach(config, len(dataset.frame)))
    dataset = _taught(config, dataset, dates, close)
    beside = {name: aligned(dataset, _of(known, dates)) for name, known in fates.items()}
    columns, unsafe = columns_of(catalogue, tables["accounts"].versioned)
    columns = chosen(config, catalogue, columns)
    return Assembled(dataset, label, catalogue, own, columns, unsafe, beside, sample, spoiling)


def _dates(lake: Lake, config: Config, as_of: date) -> tuple[list[date], tuple[Hole, ...]]:
    """All dates there could be, and the holes in usage for which some of them are left out."""
    every = snapshot_dates(config, as_of, first_day(lake, as_of))
    holes = holes_in_usage(Arrived(lake, as_of), as_of, config.bands.stale_days)
    return every, holes if len(unspoilt(every, holes)) < len(every) else ()


def _built(
    job: SnapshotJob, say: Progress, sample: AccountSample | None, as_of: date
) -> tuple[Dataset, dict[str, pd.DataFrame]]:
    """The rows of all dates with what became of them, and their further fates by definition."""
    rows = _joined(*build(job, say, sample), job.label, as_of)
    return rows, {each.name: read_fates(job, each.name, sample) for each in job.beside}


def _followed(lake: Lake, until: date, say: Progress) -> Followed:
    """What has columns of its own; told where no attribute has, although some are connected."""
    own = followed(lake, until)
    if "attributes" in lake.manifest.tables and not own.numbers + own.words:
        say(f"attributes: by {until} none held that tells accounts apart, so none has a column yet")
    return own


def _taught(config: Config, every: Dataset, dates: Sequence[date], close: bool) -> Dataset:
    """The rows of some dates and their lead; where dates are close, with all to learn from."""
    rows = _with_courses(every, dates) if close else every
    return replace(rows, lead=config.models.minimum_lead_days)


def _with_courses(every: Dataset, dates: Sequence[date]) -> Dataset:
    """The rows of some dates, with those of all dates to learn from."""
    chosen = every.frame["as_of"].isin(dates).to_numpy(bool)
    rows = every if chosen.all() else every.take(chosen)
    return replace(rows, courses=Courses(every))


def _of(fates: pd.DataFrame, dates: Sequence[date]) -> pd.DataFrame:
    return fates[fates["as_of"].isin(dates)]


def _sample(lake: Lake, config: Config, dates: int, most_rows: int | None) -> AccountSample | None:
    """The accounts that are looked at; None where all."""
    if most_rows is None:
        return None
    return sample_of(accounts_in(lake), dates, most_rows, lake.manifest.buckets, config.models.seed)


def first_day(lake: Lake, as_of: date) -> date:
    """The first day of the history known at `as_of`, as the user's own mistake if none."""
    try:
        return begins(lake, as_of)
    except ValueError as error:
        raise InputError(f"--as-of {as_of}: {error}; choose a later date.") from error


def _joined(snapshots: pd.DataFrame, fates: pd.DataFrame, label: Label, as_of: date) -> Dataset:
    if snapshots.empty:
        raise InputError(
            f"no account was in the population of {label.name} at any date up to {as_of}: "
            "check that subscriptions or activity are connected and dated."
        )
    return join(snapshots, fates, label.lag_days, as_of)


def digest_of(found: Assembled, plan: TrainingPlan) -> str:
    """SHA-256 of what a model is made from: only what was visible at its date counts."""
    lead, frame = found.dataset.lead, found.dataset.frame
    total = sha256(repr((plan, found.label, lead, list(found.beside))).encode())
    total.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    courses = found.dataset.courses
    if courses is not None:
        close = pd.util.hash_pandas_object(courses.data.frame, index=False)
        total.update(close.to_numpy().tobytes())
    closer = (courses.data,) if courses is not None else ()
    for each in (found.dataset, *closer, *found.beside.values()):
        total.update(each.event_days.tobytes() + each.followed_days.tobytes())
    return total.hexdigest()
