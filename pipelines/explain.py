"""Why one account has its score, and why that is another than it was."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from features.signal import Catalogue
from models.bands import Accounts
from models.churn_model import ChurnModel
from models.explain.account import Scene, Why, why
from models.explain.change import ChangeShares, Moment, Origin, explain_change
from models.explain.remedies import BETTER, Actions, Remedy, what_would_help
from models.explain.transition import BandCause, Crossing, cause_of
from models.explain.wording import Wording
from models.score import Band
from pipelines.company import catalogue_of
from pipelines.config import Config
from pipelines.errors import InputError
from pipelines.past import Archive, place_of
from pipelines.workspace import Workspace
from serving.store import ScoreRepository

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """Which explanation is wanted.

    Attributes:
        as_of: the date; None for the newest that was published.
        since: the earlier date that it is compared with; None for the one published before.
    """

    account: str
    as_of: date | None = None
    since: date | None = None


@dataclass(frozen=True)
class BandChange:
    """The bands of two dates, and what brought the account from one into the other."""

    before: Band
    after: Band
    cause: BandCause | None


@dataclass(frozen=True)
class Said:
    """Sentences.

    Attributes:
        remedy: what would help; empty for an account that is green, or grey.
        similar: one for each similar account.
    """

    remedy: str = ""
    similar: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explained:
    """Everything there is to say about one account's score at a date.

    Attributes:
        change: against the earlier date; None where there is none to compare with.
        not_compared: why there is no change; empty where there is one.
        remedy: what would help; None for nothing, or where nothing is to be reached.
        said: the same in words.
    """

    account: str
    as_of: date
    model_version: str
    band: Band
    p_loss: dict[int, float]
    why: Why
    since: date | None = None
    change: ChangeShares | None = None
    band_change: BandChange | None = None
    not_compared: str = ""
    remedy: Remedy | None = None
    said: Said = Said()

    def summary(self) -> dict[str, Any]:
        """Everything, as plain JSON values."""
        return {
            "account_id": self.account,
            "as_of": self.as_of.isoformat(),
            "model_version": self.model_version,
            "band": self.band.value,
            "p_loss": self.p_loss,
            **_why(self.why),
            "since": self.since.isoformat() if self.since else None,
            "change": _change(self.change) if self.change else None,
            "band_change": asdict(self.band_change) if self.band_change else None,
            "not_compared": self.not_compared,
            "what_would_help": {
                **(asdict(self.remedy) if self.remedy else {}),
                "sentence": self.said.remedy,
            },
            "similar": [
                {**asdict(each), "sentence": sentence}
                for each, sentence in zip(self.why.similar, self.said.similar, strict=True)
            ],
        }


@dataclass(frozen=True)
class Explaining:
    """Explains accounts of one workspace."""

    archive: Archive
    words: Wording

    def explain(self, asked: Asked) -> Explained:
        """Why an account has its score at a date, and why it is another than before.

        Raises:
            InputError: the account or a date is unknown.
            NoModel: nothing was promoted yet.
            BrokenBundle: the model that scored a date can no longer be read.
        """
        day = asked.as_of or self._newest()
        model = self.archive.model_at(day)
        snapshot = self.archive.snapshot(model, day)
        place = place_of(snapshot, asked.account, day)
        past = self.archive.rows_before(model, day, asked.account)
        scene = Scene(snapshot, place, past)
        inputs = model.schema.encode(scene.row)
        found = Explained(
            account=asked.account,
            as_of=day,
            model_version=model.version,
            band=self.archive.band(model, day, asked.account, scene.row),
            p_loss={h: float(p[0]) for h, p in model.chances(inputs).items()},
            why=why(model, scene, self.words),
        )
        found = self._with_remedy(found, model, scene.row)
        return self._compared(found, asked, model, scene.row)

    def _with_remedy(self, found: Explained, model: ChurnModel, row: pd.DataFrame) -> Explained:
        """With what would help and the similar accounts in words."""
        actions = actions_of(catalogue_of(self.archive.config, model.events))
        remedy = what_would_help(model, row, found.band, actions)
        horizon = found.why.horizon
        said = Said(
            self.words.remedy(remedy) if found.band in BETTER else "",
            tuple(self.words.precedent(each, horizon) for each in found.why.similar),
        )
        return replace(found, remedy=remedy, said=said)

    def _newest(self) -> date:
        run = self.archive.scores.newest()
        if run is None:
            raise InputError("nothing was scored yet: run `forewarn score`, or give --as-of.")
        return run.as_of

    def _compared(
        self, found: Explained, asked: Asked, model: ChurnModel, row: pd.DataFrame
    ) -> Explained:
        """With what changed since the earlier date, where there is one."""
        since = asked.since or self._before(found)
        if since is None:
            return replace(found, not_compared="the account was not scored at an earlier date")
        if since >= found.as_of:
            raise InputError(f"--since {since} is not before {found.as_of}: give an earlier day.")
        old_model = self.archive.model_at(since)
        old_row = self._row(old_model, since, found.account)
        old_row_now = old_row
        if old_model.fingerprint != model.fingerprint:
            old_row_now = self._row(model, since, found.account)
        horizon = model.primary_horizon
        if horizon not in old_model.horizons:
            why_not = f"model {old_model.version} said nothing of {horizon} days"
            return replace(found, since=since, not_compared=why_not)
        old, new = Moment(old_model, old_row), Moment(model, row)
        change = explain_change(old, new, old_row_now, self._origin(model, found.as_of))
        before = self.archive.band(old_model, since, found.account, old_row)
        crossing = Crossing(before, found.band, old_model.policy, model.policy, Accounts.of(row))
        bands = BandChange(before, found.band, cause_of(crossing, change))
        return replace(found, since=since, change=change, band_change=bands)

    def _before(self, found: Explained) -> date | None:
        """The last date before at which the account was published."""
        past = self.archive.scores.history(found.account)
        return max((p.as_of for p in past if p.as_of < found.as_of), default=None)

    def _row(self, model: ChurnModel, day: date, account: str) -> pd.DataFrame:
        snapshot = self.archive.snapshot(model, day)
        return snapshot.iloc[[place_of(snapshot, account, day)]]

    def _origin(self, model: ChurnModel, day: date) -> Origin:
        silent = frozenset(each.table for each in self.archive.scores.silent(day))
        return origin_of(catalogue_of(self.archive.config, model.events), silent)


def origin_of(catalogue: Catalogue, silent: frozenset[str]) -> Origin:
    """Where the columns of a catalogue come from."""
    return Origin(
        {column.name: column.signal.table for column in catalogue.columns},
        frozenset(
            column.name
            for column in catalogue.columns
            if column.signal.empty is not None and not column.signal.is_word
        ),
        silent,
    )


def actions_of(catalogue: Catalogue) -> Actions:
    """The signals that people can act on, and which way is healthier."""
    return Actions(
        {
            column.name: int(column.signal.direction)
            for column in catalogue.columns
            if column.signal.actionable and column.signal.direction
        }
    )


def explaining(
    workspace: Workspace, config: Config, scores: ScoreRepository, words: Wording, say: Progress
) -> Explaining:
    """Explains accounts of a workspace in the words of its company."""
    return Explaining(Archive(workspace, config, scores, say), words)


def _why(found: Why) -> dict[str, Any]:
    shared, count = found.peers
    return {
        "primary_horizon": found.horizon,
        "chance": found.chance,
        "base_chance": found.base_chance,
        "reasons": [
            {
                **asdict(each.reason),
                "columns": list(each.columns),
                "points": 100 * each.points,
                **{k: v for k, v in asdict(each.usual).items() if k != "value"},
                "sentence": each.sentence,
            }
            for each in found.reasons
        ],
        "reasons_with_unsteady_sign": found.unsteady,
        "peers": {"shared": shared, "accounts": count},
        "groups": _groups(found),
    }


def _groups(found: Why) -> dict[str, Any] | None:
    if found.groups is None:
        return None
    points = {group: 100 * share for group, share in found.groups.shares.items()}
    return {"base_chance": found.groups.base, "points": points}


def _change(found: ChangeShares) -> dict[str, Any]:
    return {
        "horizon": found.horizon,
        "before": found.before,
        "after": found.after,
        "points": {term: 100 * share for term, share in found.terms.items()},
        "signals": [
            {
                **{k: v for k, v in asdict(each).items() if k != "points"},
                "points": 100 * each.points,
            }
            for each in found.signals
        ],
    }
