"""Which accounts would be in another band, were another model to serve."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.bands import Accounts
from models.bands.codes import bands_of
from models.bands.silence import matter
from models.bundle import BrokenBundle
from models.churn_model import ChurnModel
from models.score import Band
from pipelines.bundles import Bundles
from pipelines.errors import InputError
from pipelines.recent import Recent
from pipelines.stored import Stored, StoredSnapshots
from pipelines.workspace import Workspace
from serving.store import ModelVersionRepository, RunInfo, ScoreRepository, open_store
from serving.workshop import BandMove, BandMoves, NotTold

Vector = npt.NDArray[np.float64]

PARTS = 3
"""Groups of rows that are scored while somebody waits, some seconds in all."""


class IfPromoted:
    """Scores the newest stored snapshot with another model, and keeps what came of it.

    The bands of another model follow its thresholds alone on its first day: it has said nothing
    before that could keep an account where it is. So they are here.

    Args:
        workspace: whose models and snapshots.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._recent = Recent()

    def moves(self, version: str) -> BandMoves:
        """What a version would make of the newest run's bands.

        Raises:
            NotTold: the snapshot is not there in its columns, or its files were changed.
        """
        engine = open_store(self._workspace.store_address)
        try:
            scores = ScoreRepository(engine)
            run = scores.newest()
            if run is None:
                raise NotTold("Nothing is scored yet: run forewarn score.")
            bundles = Bundles(self._workspace, ModelVersionRepository(engine))
            return self._recent.of(
                scores.last_published(), version, lambda: self._moves(scores, run, bundles, version)
            )
        except (InputError, BrokenBundle) as error:
            raise NotTold(str(error)) from error
        finally:
            engine.dispose()

    def _moves(
        self, scores: ScoreRepository, run: RunInfo, bundles: Bundles, version: str
    ) -> BandMoves:
        model, past = bundles.model(version), scores.past_run(run.as_of)
        before = dict(zip(past.accounts, past.bands, strict=True))
        grey = matter(scores.silent(run.as_of))
        counted: Counter[tuple[Band, Band]] = Counter()
        looked_at = 0
        for rows in _parts(self._stored(model, run)):
            found = bands_of(model.bands(_chances(model, rows), Accounts.of(rows)))
            for account, band in zip(rows["account_id"], found, strict=True):
                looked_at += 1
                after = Band.GREY if grey else band
                if account in before and before[account] is not after:
                    counted[before[account], after] += 1
        moves = (BandMove(*way, number) for way, number in counted.most_common())
        return BandMoves(run.as_of, looked_at, run.accounts, tuple(moves))

    def _stored(self, model: ChurnModel, run: RunInfo) -> Stored:
        found = StoredSnapshots(self._workspace.snapshots).runs(run.as_of, model.fingerprint)
        if not found:
            raise NotTold(
                f"The snapshot of {run.as_of} is not stored with the signals that {model.version} "
                "reads: score a date after it was trained."
            )
        return found[-1]


def _chances(model: ChurnModel, rows: pd.DataFrame) -> Vector:
    return model.primary_chance(model.schema.encode(rows))


def _parts(stored: Stored) -> Iterator[pd.DataFrame]:
    """The first rows, so many that somebody can wait for them."""
    for number, part in enumerate(stored.parts()):
        if number == PARTS:
            return
        yield part.to_pandas()
