"""One account at past dates: its snapshots, stored or computed again, and who scored it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pyarrow.parquet as pq

from features.runners.job import SnapshotJob
from features.snapshot import fingerprint
from models import bundle
from models.churn_model import ChurnModel
from models.score import Band
from pipelines.assemble import first_day, loaded
from pipelines.company import catalogue_of, label_of, rates_of
from pipelines.config import Config
from pipelines.errors import InputError
from pipelines.score import NoModel, champion
from pipelines.snapshot import compute, frame_of, read_snapshots
from pipelines.stored import StoredSnapshots
from pipelines.versions import find
from pipelines.workspace import Workspace
from serving.store import ScoreRepository

Progress = Callable[[str], None]
PAST_LOOKED_AT = 12
"""Earlier snapshots that say what is usual for an account."""


@dataclass(frozen=True)
class Archive:
    """What a workspace knows of past dates."""

    workspace: Workspace
    config: Config
    scores: ScoreRepository
    say: Progress

    def model_at(self, day: date) -> ChurnModel:
        """The model that scored a date, or the champion where nothing was published for it.

        Raises:
            NoModel: nothing was promoted yet.
            BrokenBundle: the bundle was changed, or is of an earlier format.
        """
        run = self.scores.info(day)
        if run is None:
            return champion(self.workspace)
        registered = find(self.workspace.registry(), run.model_version)
        return _verified(registered.bundle, registered.digest)

    def snapshot(self, model: ChurnModel, day: date) -> pd.DataFrame:
        """All accounts of a date in the columns of a model: stored, or computed again.

        Raises:
            InputError: nothing was known by then.
            NoModel: nothing of these definitions is stored, and signals have others now.
        """
        runs = StoredSnapshots(self.workspace.snapshots).runs(day, model.fingerprint)
        return frame_of(runs[-1].read()) if runs else self._computed(model, day)

    def rows_before(self, model: ChurnModel, day: date, account: str) -> list["pd.Series[float]"]:
        """The account's rows in the last stored snapshots before a date, oldest first."""
        stored = StoredSnapshots(self.workspace.snapshots)
        files = [
            runs[-1].file
            for past in stored.dates()
            if past < day and (runs := stored.runs(past, model.fingerprint))
        ]
        found = []
        for file in files[-PAST_LOOKED_AT:]:
            mine = pq.read_table(file, filters=[("account_id", "==", account)])
            found += [row for _, row in frame_of(mine).iterrows()]
        return found

    def band(self, model: ChurnModel, day: date, account: str, row: pd.DataFrame) -> Band:
        """The band published for a date, or what the thresholds alone say."""
        for point in self.scores.history(account):
            if point.as_of == day:
                return point.band
        return model.score(row)[0].band

    def _computed(self, model: ChurnModel, day: date) -> pd.DataFrame:
        lake = loaded(self.workspace)
        first_day(lake, day)
        catalogue = catalogue_of(self.config, model.events)
        if fingerprint(catalogue) != model.fingerprint:
            raise NoModel(
                f"no snapshot of {day} is stored in the columns of model {model.version}, and "
                "signals have other definitions now: explain a date that was scored with it."
            )
        label = label_of(self.config, lake.manifest.tables)
        self.workspace.snapshots.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="explaining-", dir=self.workspace.snapshots) as folder:
            rates = rates_of(self.config)
            job = SnapshotJob(lake, catalogue, (day,), label, rates, Path(folder))
            compute(job, self.say)
            return frame_of(read_snapshots(job))


@lru_cache(maxsize=4)
def _verified(folder: Path, digest: str) -> ChurnModel:
    """A bundle by what names its content; read once."""
    return bundle.load(folder, digest)


def place_of(snapshot: pd.DataFrame, account: str, day: date) -> int:
    """The account's row in a snapshot.

    Raises:
        InputError: the account is not in it.
    """
    places = (snapshot["account_id"] == account).to_numpy(bool).nonzero()[0]
    if not len(places):
        raise InputError(
            f"{account!r} is not among the {len(snapshot)} accounts of {day}: it had left or given "
            "notice, was not a customer yet, or has another id (see `forewarn export scores`)."
        )
    return int(places[0])
