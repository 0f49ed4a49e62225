"""What the service holds ready: the model that serves, and accounts seen from near."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Engine

from features.followed import Followed
from models.churn_model import ChurnModel
from models.explain.wording import Wording
from pipelines.bundles import Bundles
from pipelines.config import Config
from pipelines.errors import InputError
from pipelines.explain import explaining
from pipelines.near import Near
from pipelines.past import Archive
from pipelines.steady import seen_of
from pipelines.words import teach
from pipelines.workspace import Workspace
from serving.api.live import Live
from serving.live import CloseUp
from serving.live.batch import Batch, Known, Ranker
from serving.live.champion import Champion, NoBundle, Promoted
from serving.store import ModelVersionRepository


def at_hand(
    engine: Engine, workspace: Workspace, config: Config, words: Wording
) -> tuple[CloseUp, Live]:
    """Both, over an open store; the model that serves is loaded and warm already."""
    job = explaining(workspace, config, engine, words, lambda _: None)
    archive = job.archive
    champion = champion_of(archive.versions, archive.bundles, words)
    champion.look()
    batch = Batch(
        _signals_of(archive),
        lambda model, accounts, day: seen_of(archive.scores, model, accounts, day),
        lambda model, day: _ranker(archive, model, day),
    )
    live = Live(champion, batch, prepare=archive.prepare, vocabulary=lambda: words.vocabulary)
    return Near(job).close_up(), live


def champion_of(versions: ModelVersionRepository, bundles: Bundles, words: Wording) -> Champion:
    """The model that serves by the store, from bundles verified against what it recorded.

    `words` learns the events and signals of each model before it serves.
    """

    def wanted() -> Promoted | None:
        record = versions.champion()
        return Promoted(record.version, record.digest) if record else None

    def fetch(promoted: Promoted) -> ChurnModel:
        try:
            model = bundles.promoted(promoted.version, promoted.digest)
        except InputError as error:
            raise NoBundle(str(error)) from error
        record = versions.get(promoted.version)
        if record is not None:
            teach(words, record)
        return model

    return Champion(wanted, fetch)


def _signals_of(archive: Archive) -> Known:
    """The columns of the company's snapshots, and whether each holds words."""
    told: dict[Followed, Mapping[str, bool]] = {}

    def signals(model: ChurnModel) -> Mapping[str, bool]:
        if model.followed not in told:
            columns = archive.catalogue(model).columns
            told[model.followed] = {c.name: c.signal.is_word for c in columns}
        return told[model.followed]

    return signals


def _ranker(archive: Archive, model: ChurnModel, day: date) -> Ranker | None:
    """Ranks among the accounts of the day, or of the last stored day before it."""
    found = archive.newest_ranks(model, day)
    return found.of_cells if found else None
