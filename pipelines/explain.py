"""Why one account has its score, and why that is another than it was."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from features.signal import Catalogue
from models.adjustment import base_of
from models.bands import Accounts
from models.bundle import BrokenBundle
from models.churn_model import ChurnModel
from models.explain.account import Scene, Why, why
from models.explain.change import Moment, explain_change
from models.explain.remedies import BETTER, Actions, what_would_help
from models.explain.terms import Origin
from models.explain.transition import Crossing, cause_of, edge_terms
from models.explain.wording import Wording
from pipelines.company import catalogue_of
from pipelines.config import Config
from pipelines.errors import InputError
from pipelines.explained import BandChange, Explained, Said
from pipelines.origin import origin_of
from pipelines.past import Archive, place_of
from pipelines.score import NoModel
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
        return self._since(found, asked, model, scene.row)

    def _with_remedy(self, found: Explained, model: ChurnModel, row: pd.DataFrame) -> Explained:
        """With what would help and the similar accounts in words."""
        actions = actions_of(catalogue_of(self.archive.config, model.events))
        remedy = what_would_help(model, row, found.band, actions)
        horizon = found.why.horizon
        found = replace(found, why=_what_people_did(found.why, actions))
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

    def _since(
        self, found: Explained, asked: Asked, model: ChurnModel, row: pd.DataFrame
    ) -> Explained:
        """With what changed since the earlier date, where there is one.

        A date that was asked for must be explained; one that was not need not stand in the way.
        """
        since = asked.since or self._before(found)
        if since is None:
            return replace(found, not_compared="the account was not scored at an earlier date")
        if since >= found.as_of:
            raise InputError(f"--since {since} is not before {found.as_of}: give an earlier day.")
        found = replace(found, since=since)
        try:
            return self._compared(found, since, model, row)
        except (InputError, NoModel, BrokenBundle) as error:
            if asked.since is not None:
                raise
            return replace(found, not_compared=str(error).rstrip("."))

    def _compared(
        self, found: Explained, since: date, model: ChurnModel, row: pd.DataFrame
    ) -> Explained:
        old_model, horizon = self.archive.model_at(since), model.primary_horizon
        if horizon not in old_model.horizons:
            why_not = f"model {old_model.version} said nothing of {horizon} days"
            return replace(found, not_compared=why_not)
        old_row = self._row(old_model, since, found.account)
        old_row_now = old_row
        if old_model.fingerprint != model.fingerprint:
            old_row_now = self._row(model, since, found.account)
        old, new = Moment(old_model, old_row), Moment(model, row)
        origin = self._origin(model, since, found.as_of)
        change = explain_change(old, new, old_row_now, origin)
        before = self.archive.band(old_model, since, found.account, old_row)
        crossing = Crossing(
            from_band=before,
            to_band=found.band,
            old_policy=old_model.policy,
            new_policy=model.policy,
            account=Accounts.of(row),
            chances=(change.before, change.after),
            before=Accounts.of(old_row),
            follows=base_of(old_model.version) == base_of(model.version),
        )
        edges = edge_terms(crossing) if old_model.primary_horizon == horizon else {}
        cause = cause_of(crossing, {**change.terms, **edges})
        return replace(
            found, change=change, band_change=BandChange(before, found.band, cause, edges)
        )

    def _before(self, found: Explained) -> date | None:
        """The last date before at which the account was published."""
        past = self.archive.scores.history(found.account)
        return max((p.as_of for p in past if p.as_of < found.as_of), default=None)

    def _row(self, model: ChurnModel, day: date, account: str) -> pd.DataFrame:
        snapshot = self.archive.snapshot(model, day)
        return snapshot.iloc[[place_of(snapshot, account, day)]]

    def _origin(self, model: ChurnModel, since: date, day: date) -> Origin:
        was, now = (
            frozenset(each.table for each in self.archive.scores.silent(d)) for d in (since, day)
        )
        return origin_of(catalogue_of(self.archive.config, model.events), now, was)


def _what_people_did(found: Why, actions: Actions) -> Why:
    """Of what changed at similar accounts, that which people can act on."""
    similar = (
        replace(each, did=tuple(d for d in each.did if d.signal in actions.healthier))
        for each in found.similar
    )
    return replace(found, similar=tuple(similar))


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
