"""One account at past dates: its signals, stored or computed again, and who scored it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from features.followed import Followed
from features.ladders import PeerRanks
from features.row_file import SignalRow, row_of
from features.runners.job import SnapshotJob
from features.signal import Catalogue
from features.snapshot import fingerprint
from models.churn_model import ChurnModel
from models.explain.peers import PeerTable
from pipelines.bundles import Bundles
from pipelines.company import catalogue_of, label_of, rates_of
from pipelines.config import Config
from pipelines.errors import InputError, NoModel
from pipelines.refusal import no_model
from pipelines.shelf import make, peers_in, ranks_in, row_in
from pipelines.snapshot import compute, read_snapshots
from pipelines.stored import Stored, StoredSnapshots
from pipelines.workspace import Workspace
from serving.store import ModelVersionRepository, ScoreRepository

Progress = Callable[[str], None]
PAST_LOOKED_AT = 12
"""Earlier snapshots that say what is usual for an account."""


@dataclass(frozen=True)
class Day:
    """A snapshot of which single rows are asked for.

    Attributes:
        ranks: gives what its ranks are read from; None where it has none.
    """

    as_of: date
    accounts: int
    find: Callable[[str], SignalRow | None]
    peers: Callable[[], PeerTable]
    ranks: Callable[[], PeerRanks | None]

    def row(self, account: str) -> SignalRow:
        """The account's signals.

        Raises:
            InputError: the account is not in the snapshot.
        """
        found = self.find(account)
        if found is None:
            raise InputError(
                f"{account!r} is not among the {self.accounts} accounts of {self.as_of}: it had "
                "left or given notice, was not a customer yet, or has another id (see `forewarn "
                "export scores`)."
            )
        return found


@dataclass(frozen=True)
class Archive:
    """What a workspace knows of past dates."""

    workspace: Workspace
    config: Config
    scores: ScoreRepository
    versions: ModelVersionRepository
    bundles: Bundles
    say: Progress
    _catalogues: dict[Followed, Catalogue] = field(default_factory=dict)

    def catalogue(self, model: ChurnModel) -> Catalogue:
        """The signals of the company, those of what the model follows among them."""
        if model.followed not in self._catalogues:
            self._catalogues[model.followed] = catalogue_of(self.config, model.followed)
        return self._catalogues[model.followed]

    def model_at(self, day: date) -> ChurnModel:
        """The model that scored a date, or the champion where nothing was published for it.

        Raises:
            NoModel: nothing was promoted yet.
            BrokenBundle: the bundle was changed, or is of an earlier format.
        """
        run = self.scores.info(day)
        if run is not None:
            return self.bundles.model(run.model_version)
        champion = self.versions.champion()
        if champion is None:
            raise NoModel(no_model(self.workspace))
        return self.bundles.promoted(champion.version, champion.digest)

    def day(self, model: ChurnModel, day: date) -> Day:
        """The accounts of a date in the columns of a model: stored, or computed again.

        Raises:
            InputError: nothing was known by then.
            NoModel: nothing of these definitions is stored, and signals have others now.
        """
        stored = self.stored(model, day)
        if stored is not None:
            return self.of(stored, model)
        table = self._computed(model, day)
        ranks = self.catalogue(model).ranks
        return Day(
            day, len(table), lambda a: row_of(table, a), lambda: PeerTable.of(table),
            lambda: PeerRanks.of(ranks, table.column) if ranks else None,
        )  # fmt: skip

    def of(self, stored: Stored, model: ChurnModel) -> Day:
        """The accounts of a stored snapshot in the columns of a model."""
        return Day(
            stored.as_of, stored.accounts, lambda a: row_in(stored, a), lambda: peers_in(stored),
            lambda: ranks_in(stored, self.catalogue(model)),
        )  # fmt: skip

    def newest_ranks(self, model: ChurnModel, day: date) -> PeerRanks | None:
        """What ranks are read from at the last stored date up to a day; None where there is none.

        Raises:
            StoredSnapshotError: a snapshot lost what its ranks were read from.
        """
        if not self.catalogue(model).ranks:
            return None
        dates = StoredSnapshots(self.workspace.snapshots).dates()
        found = (self.stored(model, past) for past in reversed(dates) if past <= day)
        stored = next((each for each in found if each), None)
        return ranks_in(stored, self.catalogue(model)) if stored else None

    def prepare(self) -> None:
        """Make the files from which single rows of the newest run are read, if need be."""
        run = self.scores.newest()
        stored = self.stored(self.bundles.model(run.model_version), run.as_of) if run else None
        if stored is not None:
            make(stored)

    def stored(self, model: ChurnModel, day: date) -> Stored | None:
        """The snapshot of a date that was stored last in the columns of a model, if any."""
        runs = StoredSnapshots(self.workspace.snapshots).runs(day, model.fingerprint)
        return runs[-1] if runs else None

    def before(self, model: ChurnModel, day: date) -> list[Stored]:
        """The last snapshots stored before a date, oldest first."""
        dates = StoredSnapshots(self.workspace.snapshots).dates()
        found = [self.stored(model, past) for past in dates if past < day]
        return [stored for stored in found if stored][-PAST_LOOKED_AT:]

    def _computed(self, model: ChurnModel, day: date) -> pa.Table:
        from pipelines.assemble import first_day, loaded  # seconds that only computing spends

        lake = loaded(self.workspace)
        first_day(lake, day)
        catalogue = self.catalogue(model)
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
            return read_snapshots(job)
