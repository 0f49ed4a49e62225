"""Scoring all accounts at a date with the champion, and publishing the result."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from features.followed import Followed
from features.history import Arrived, rows_seen
from features.ladders import ranked_schema
from features.lake import Lake
from features.outcomes.just_ended import JustEnded, just_ended
from features.runners.job import SnapshotJob, Tally
from features.signal import Catalogue
from features.silence import quiet_from
from features.snapshot import fingerprint, schema
from models import bundle
from models.churn_model import ChurnModel
from pipelines.assemble import first_day, loaded
from pipelines.band_causes import Causes
from pipelines.cards import cards_at
from pipelines.company import catalogue_of, label_of, rates_of
from pipelines.config import Config
from pipelines.errors import NoModel
from pipelines.freshness import holes_felt, silent_sources
from pipelines.ordered import in_order, ranks_at
from pipelines.origin import origin_of
from pipelines.publishing import Doubtful, Publishing, ScoreResult
from pipelines.recipe import Recipe, recipe_of
from pipelines.refusal import no_model
from pipelines.scratch import scratch
from pipelines.shelf import make, ranks_in
from pipelines.snapshot import compute
from pipelines.stored import LakeState, Stored, StoredSnapshotError, StoredSnapshots
from pipelines.versions import find
from pipelines.workspace import Workspace
from serving.store import ScoreRepository, open_store

Progress = Callable[[str], None]


def score_accounts(workspace: Workspace, config: Config, as_of: date, say: Progress) -> ScoreResult:
    """Score every account in the population at `as_of` and publish the run.

    Raises:
        NoModel: nothing was promoted yet, or signals have other definitions now.
        InputError: nothing is loaded, or nothing was known by then.
    """
    return score_dates(workspace, config, [as_of], say)[0]


def score_dates(
    workspace: Workspace, config: Config, dates: Sequence[date], say: Progress
) -> list[ScoreResult]:
    """Score several dates with one pass over the lake; each is published on its own.

    Earlier dates come first, since bands depend on what was published before. No more than
    some thousand accounts are held at a time, beside a few numbers of each.
    """
    lake = loaded(workspace)
    first_day(lake, min(dates))
    model = champion(workspace)
    catalogue = catalogue_of(config, model.followed)
    if fingerprint(catalogue) != model.fingerprint:
        raise NoModel(_other_definitions(model, catalogue))
    job = _Job(workspace, config, lake, catalogue, model.followed, say)
    with _store(workspace) as repository:
        also = _before(repository, StoredSnapshots(workspace.snapshots), model, min(dates))
        stored, tally = job.snapshots(sorted({*also, *dates}))
        cards, ended = cards_at(lake, dates), _ended(config, lake, dates)
        publishing = _publishing(workspace, config, repository, model, say)
        arrived, results = Arrived(lake, max(dates)), []
        for day in sorted(dates):
            doubtful = Doubtful(
                silent_sources(arrived, tally, day, config.bands.stale_days),
                holes_felt(arrived, day, config.bands.stale_days),
                ended[day].accounts if ended[day].conspicuous else 0,
            )
            results.append(publishing.publish(stored[day], cards[day], doubtful))
            make(stored[day])
            say(f"{results[-1].accounts} accounts scored at {day}")
    return results


def _ended(config: Config, lake: Lake, dates: Sequence[date]) -> dict[date, JustEnded]:
    """The accounts that paid until each date, where who pays is who is scored."""
    label = label_of(config, lake.manifest.tables)
    if "subscriptions" not in label.reads:
        return dict.fromkeys(dates, JustEnded(0, 0))
    return just_ended(lake, dates)


def champion(workspace: Workspace) -> ChurnModel:
    """The model that serves, verified against the digest recorded at promotion."""
    registered = workspace.registry().champion()
    if registered is None:
        raise NoModel(no_model(workspace))
    return bundle.load(registered.bundle, registered.digest)


def _other_definitions(model: ChurnModel, catalogue: Catalogue) -> str:
    """What to do about a model of other definitions, and which of its columns are gone."""
    gone = sorted(set(model.schema.names) - {column.name for column in catalogue.columns})
    named = f" (columns that are gone: {', '.join(gone)})" if gone else ""
    return (
        f"model {model.version} was trained on other definitions of signals{named}: "
        "run `forewarn train` again."
    )


def _before(
    repository: ScoreRepository, snapshots: StoredSnapshots, model: ChurnModel, day: date
) -> list[date]:
    """The date of the run before, where its snapshot is not stored in the model's columns.

    Without it nobody could tell what a model of other columns makes of an account as it was,
    and so why its band changed.
    """
    before = max((d for d in repository.dates() if d < day), default=None)
    if before is None or snapshots.runs(before, model.fingerprint):
        return []
    return [before]


@contextmanager
def _store(workspace: Workspace) -> Iterator[ScoreRepository]:
    engine = open_store(workspace.store_address)
    try:
        yield ScoreRepository(engine)
    finally:
        engine.dispose()


def _publishing(
    workspace: Workspace,
    config: Config,
    repository: ScoreRepository,
    model: ChurnModel,
    say: Progress,
) -> Publishing:
    causes = Causes(
        StoredSnapshots(workspace.snapshots),
        lambda m, silent, was: origin_of(catalogue_of(config, m.followed), silent, was),
        say,
    )

    def model_of(version: str) -> ChurnModel:
        registered = find(workspace.registry(), version)
        return bundle.load(registered.bundle, registered.digest)

    catalogue = catalogue_of(config, model.followed)
    return Publishing(repository, model, catalogue, causes, model_of)


@dataclass(frozen=True)
class _Job:
    """Computes and stores the snapshots of dates."""

    workspace: Workspace
    config: Config
    lake: Lake
    catalogue: Catalogue
    followed: Followed
    say: Progress

    def snapshots(self, dates: Sequence[date]) -> tuple[dict[date, Stored], Tally]:
        """Each date's snapshot, stored as it is about to be scored, and the rows counted."""
        label = label_of(self.config, self.lake.manifest.tables)
        recipe = recipe_of(self.config, label, self.catalogue, self.followed)
        there = {day: run for day in dates if (run := self._there(day, recipe))}
        quiet = tuple(quiet_from(day, self.config.bands.stale_days) for day in dates)
        tally = {day: run.lake.rows for day, run in there.items()}
        left = tuple(day for day in dates if day not in there)
        if not left:
            return there, rows_seen(self.lake, quiet) | tally
        with scratch(self.workspace.snapshots / "scoring") as folder:
            job = SnapshotJob(
                self.lake, self.catalogue, left, label, rates_of(self.config), folder,
                tallied=True, also_tallied=quiet,
            )  # fmt: skip
            tally = compute(job, self.say) | tally
            found = {day: self._keep(job, day, recipe, tally[day]) for day in left}
        return there | found, tally

    def _there(self, day: date, recipe: Recipe) -> Stored | None:
        """The date's snapshot, where it is stored of this very lake and decided in this way."""
        manifest = self.lake.manifest
        runs = StoredSnapshots(self.workspace.snapshots).runs(day, recipe.fingerprint)
        for run in runs[-1:]:
            made_of = (run.lake.load, run.lake.digest, run.recipe)
            if made_of != (manifest.generation, manifest.digest, recipe):
                return None
            try:
                run.check()
                ranks_in(run, self.catalogue)
            except StoredSnapshotError:
                return None
            self.say(f"the snapshot of {day} is stored already: it is read, not computed")
            return run
        return None

    def _keep(self, job: SnapshotJob, day: date, recipe: Recipe, rows: dict[str, int]) -> Stored:
        manifest = job.lake.manifest
        state = LakeState(manifest.generation, manifest.digest, rows)
        ranks, parts = ranks_at(job, day), in_order(job, day)
        return StoredSnapshots(self.workspace.snapshots).keep_parts(
            map(ranks.added, parts) if ranks else parts,
            ranked_schema(schema(job.catalogue), job.catalogue), day, recipe, state, ranks,
        )  # fmt: skip
