"""Scoring all accounts at a date with the champion, and publishing the result."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from features.contract import TABLES
from features.facts import View, prepare
from features.runners.job import SnapshotJob, Tally
from features.signal import Catalogue
from features.silence import quiet_from
from features.snapshot import fingerprint
from models import bundle
from models.bands import Published, Seen
from models.bands.codes import codes_of
from models.bands.silence import SilentSource, matter
from models.churn_model import ChurnModel
from models.score import AccountCard, Band, Score
from pipelines.assemble import first_day, loaded
from pipelines.company import catalogue_of, label_of, rates_of
from pipelines.config import Config
from pipelines.errors import NoModel
from pipelines.freshness import silent_sources, weighed
from pipelines.recipe import Recipe, recipe_of
from pipelines.refusal import no_model
from pipelines.snapshot import compute, frame_of, read_snapshots
from pipelines.stored import LakeState, StoredSnapshots
from pipelines.workspace import Workspace
from serving.store import ScoreRepository, ScoringRun, open_store

Progress = Callable[[str], None]
CENT = Decimal("0.01")


@dataclass(frozen=True)
class ScoreResult:
    """What a scoring run published.

    Attributes:
        silent: sources from which nothing had become known for too long; every account is
            grey where they matter.
    """

    as_of: date
    model_version: str
    accounts: int
    bands: dict[str, int]
    published: int
    silent: tuple[SilentSource, ...] = ()


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

    Earlier dates come first, since bands depend on what was published before.
    """
    lake = loaded(workspace)
    first_day(lake, min(dates))
    model = champion(workspace)
    catalogue = catalogue_of(config, model.events)
    if fingerprint(catalogue) != model.fingerprint:
        raise NoModel(_other_definitions(model, catalogue))
    label = label_of(config, lake.manifest.tables)
    recipe = recipe_of(config, label, catalogue, model.events)
    folder = workspace.snapshots / "scoring"
    shutil.rmtree(folder, ignore_errors=True)
    dates, stale = sorted(dates), config.bands.stale_days
    job = SnapshotJob(
        lake, catalogue, tuple(dates), label, rates_of(config), folder, tallied=True,
        also_tallied=tuple(quiet_from(day, stale) for day in dates),
    )  # fmt: skip
    snapshots, tally = _kept(workspace, job, recipe, say)
    shutil.rmtree(folder)
    cards_of = {"accounts": TABLES["accounts"].names}
    buckets = [prepare(lake.bucket(i, cards_of)) for i in range(lake.manifest.buckets)]
    results = []
    for day in dates:
        snapshot = frame_of(snapshots[day])
        cards = _cards([bucket.at(day) for bucket in buckets], snapshot, day)
        quiet = silent_sources(lake, tally, day, stale)
        silent = weighed(quiet, model, catalogue, snapshot)
        results.append(_publish(workspace, model, snapshot, cards, day, silent))
        say(f"{results[-1].accounts} accounts scored at {day}")
    return results


def _other_definitions(model: ChurnModel, catalogue: Catalogue) -> str:
    """What to do about a model of other definitions, and which of its columns are gone."""
    gone = sorted(set(model.schema.names) - {column.name for column in catalogue.columns})
    named = f" (columns that are gone: {', '.join(gone)})" if gone else ""
    return (
        f"model {model.version} was trained on other definitions of signals{named}: "
        "run `forewarn train` again."
    )


def _kept(
    workspace: Workspace, job: SnapshotJob, recipe: Recipe, say: Progress
) -> tuple[dict[date, pa.Table], Tally]:
    """The job's snapshots by date, each stored as it is about to be scored, and its tally."""
    manifest = job.lake.manifest
    tally = compute(job, say)
    whole = read_snapshots(job)
    store, found = StoredSnapshots(workspace.snapshots), {}
    for day in job.dates:
        found[day] = whole.filter(pc.equal(whole["as_of"], pa.scalar(day)))
        state = LakeState(manifest.generation, manifest.digest, tally[day])
        store.keep(found[day], day, recipe, state)
    return found, tally


def _publish(
    workspace: Workspace,
    model: ChurnModel,
    snapshot: pd.DataFrame,
    cards: list[AccountCard],
    as_of: date,
    silent: tuple[SilentSource, ...],
) -> ScoreResult:
    engine = open_store(workspace.store_address)
    repository = ScoreRepository(engine)
    scores = model.score(snapshot, seen_before(repository, model, snapshot, as_of))
    if matter(silent):
        scores = [replace(score, band=Band.GREY) for score in scores]
    run = ScoringRun(as_of, model.version, model.primary_horizon, scores, cards, silent)
    published = repository.publish(run)
    engine.dispose()
    return ScoreResult(as_of, model.version, len(scores), band_counts(scores), published, silent)


def seen_before(
    repository: ScoreRepository, model: ChurnModel, snapshot: pd.DataFrame, as_of: date
) -> Seen:
    """What the model said of a snapshot's accounts before `as_of`."""
    runs = repository.before(as_of, model.policy.steps.dwell_days, model.version)
    published = [
        Published(
            (as_of - run.as_of).days,
            np.array(run.accounts, object),
            np.array(run.risks, np.float64),
            codes_of(run.bands),
        )
        for run in runs
    ]
    return Seen.of(snapshot["account_id"].tolist(), published)


def champion(workspace: Workspace) -> ChurnModel:
    """The model that serves, verified against the digest recorded at promotion."""
    registered = workspace.registry().champion()
    if registered is None:
        raise NoModel(no_model(workspace))
    return bundle.load(registered.bundle, registered.digest)


def band_counts(scores: list[Score]) -> dict[str, int]:
    """Accounts by band."""
    return {band.value: sum(s.band is band for s in scores) for band in Band}


def _cards(views: Sequence[View], snapshot: pd.DataFrame, as_of: date) -> list[AccountCard]:
    """What people recognise the accounts of a snapshot by, in its order."""
    facts = {account: card for view in views for account, card in _described(view).items()}
    columns = ("account_id", "profile__mrr", "profile__tier", "profile__renewal")
    return [
        replace(
            facts.get(account, AccountCard(account)),
            arr=_arr(mrr),
            tier="" if pd.isna(tier) else tier,
            renews_at=None if pd.isna(days) else as_of + timedelta(days=int(days) + 1),
        )
        for account, mrr, tier, days in zip(*(snapshot[name] for name in columns), strict=True)
    ]


def _described(view: View) -> dict[str, AccountCard]:
    """What the accounts table says of each visible account, by account id."""
    accounts = view.facts("accounts")

    def word(column: str, row: int) -> str:
        words = accounts.words(column)
        return words.words[words.codes[row]] if words.codes[row] >= 0 else ""

    ids = [view.bucket.accounts[owner] for owner in accounts.account]
    return {
        account: AccountCard(
            account,
            name=word("name", row),
            industry=word("industry", row),
            region=word("region", row),
            csm=word("csm", row),
            crm_id=word("crm_id", row),
        )
        for row, account in enumerate(ids)
    }


def _arr(mrr: float) -> Decimal | None:
    """Recurring revenue per year, to the cent; None where no subscriptions are connected."""
    return None if pd.isna(mrr) else (Decimal(repr(float(mrr))) * 12).quantize(CENT)
