"""Scoring stored snapshots and publishing them, some accounts at a time.

A snapshot is read twice. The first pass leaves one chance an account; from all of them and from
what was published before follow the bands, and from these which accounts changed. The second
pass works out reasons, part by part, on their way into the store.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from features.signal import Catalogue
from features.silence import Hole
from models.bands import Published, Seen
from models.bands.accounts import MRR, TIER
from models.bands.codes import GREY, NAMED, Codes, codes_of
from models.bands.silence import SilentSource, matter
from models.bundle import BrokenBundle
from models.churn_model import ChurnModel
from models.score import Band
from pipelines.band_causes import Causes, Run
from pipelines.cards import Cards
from pipelines.errors import InputError
from pipelines.first_pass import foretell, frames
from pipelines.freshness import weighed
from pipelines.stored import Stored
from serving.store import RunHead, RunPart, ScoreRepository, Told

ModelOf = Callable[[str], ChurnModel]
"""The model of a version; raises InputError or BrokenBundle where it cannot be had."""


@dataclass(frozen=True)
class ScoreResult:
    """What a scoring run published.

    Attributes:
        silent: sources from which nothing had become known for too long; every account is
            grey where they matter.
        holes: when usage was not recorded, lately enough for signals to tell of it.
        ended: conspicuously many accounts whose paid time ended on the day itself; else 0.
    """

    as_of: date
    model_version: str
    accounts: int
    bands: dict[str, int]
    published: int
    silent: tuple[SilentSource, ...] = ()
    holes: tuple[Hole, ...] = ()
    ended: int = 0


@dataclass(frozen=True)
class Doubtful:
    """What speaks against the scores of a date.

    Attributes:
        quiet: the tables that are silent, with the day of their last row.
        holes, ended: see `ScoreResult`.
    """

    quiet: Mapping[str, date] = field(default_factory=dict)
    holes: tuple[Hole, ...] = ()
    ended: int = 0


@dataclass(frozen=True)
class Publishing:
    """Scores with one model, into one store.

    Attributes:
        catalogue: the model's signals.
        model_of: gives the models of other runs.
    """

    repository: ScoreRepository
    model: ChurnModel
    catalogue: Catalogue
    causes: Causes
    model_of: ModelOf

    def publish(self, stored: Stored, cards: Cards, doubtful: Doubtful) -> ScoreResult:
        """Score a snapshot and publish it.

        Args:
            stored: the snapshot.
            cards: what people recognise accounts by at its date.
            doubtful: what speaks against its scores.
        """
        model, day = self.model, stored.as_of
        silent = weighed(doubtful.quiet, model, self.catalogue, lambda: frames(stored.parts()))
        wanted = ["account_id", *dict.fromkeys([*model.schema.names, TIER, MRR])]
        found = foretell(model, frames(stored.parts(wanted)))
        if matter(silent):
            bands: Codes = np.full(len(found.accounts), GREY, np.int8)
        else:
            seen = seen_before(self.repository, model, found.accounts, day)
            bands = model.bands(found.chance, found.about, seen)
        tables = frozenset(each.table for each in silent)
        told = self._told(Run(day, model, found.accounts, found.chance, bands, tables))
        against = silent, doubtful.holes, doubtful.ended
        head = RunHead(day, model.version, model.primary_horizon, *against)
        parts = self._parts(stored, cards, bands)
        published = self.repository.publish_parts(head, parts, told)
        return ScoreResult(
            day, model.version, len(found.accounts), band_counts(bands), published, *against
        )

    def _parts(self, stored: Stored, cards: Cards, bands: Codes) -> Iterator[RunPart]:
        """Scores with reasons, as the store takes them in."""
        begin = 0
        for part in frames(stored.parts()):
            scores = self.model.score_in(part, bands[begin : begin + len(part)])
            begin += len(part)
            yield RunPart(scores, cards.of(part))

    def _told(self, run: Run) -> list[Told]:
        """Why bands changed since the run before, and from this one to the next."""
        days = self.repository.dates()
        before = self._run_at(max((d for d in days if d < run.as_of), default=None))
        told = [] if before is None else self.causes.between(before, run)
        after = self._run_at(min((d for d in days if d > run.as_of), default=None))
        return told if after is None else [*told, *self.causes.between(run, after)]

    def _run_at(self, day: date | None) -> Run | None:
        """A run that is published; None where there is none, or its model cannot be had."""
        info = None if day is None else self.repository.info(day)
        if day is None or info is None:
            return None
        try:
            version = info.model_version
            model = self.model if version == self.model.version else self.model_of(version)
        except (InputError, BrokenBundle) as error:
            self.causes.say(f"why bands changed since {day} is not known: {error}")
            return None
        past = self.repository.past_run(day)
        return Run(
            as_of=day,
            model=model,
            accounts=past.accounts,
            chance=np.array(past.risks, np.float64),
            bands=codes_of(past.bands),
            silent=frozenset(each.table for each in self.repository.silent(day)),
        )


def seen_before(
    repository: ScoreRepository, model: ChurnModel, accounts: Sequence[str], as_of: date
) -> Seen:
    """What the model said of some accounts before `as_of`, in their order."""
    runs = repository.before(as_of, model.policy.steps.dwell_days, model.version)
    published = (
        Published(
            (as_of - run.as_of).days,
            np.array(run.accounts, object),
            np.array(run.risks, np.float64),
            codes_of(run.bands),
        )
        for run in runs
    )
    return Seen.of(accounts, published)


def band_counts(bands: Codes) -> dict[str, int]:
    """Accounts by band."""
    counts = dict(zip(NAMED, np.bincount(bands, minlength=len(NAMED)), strict=True))
    return {band.value: int(counts[band]) for band in Band}
