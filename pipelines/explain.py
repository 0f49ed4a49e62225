"""Why one account has its score, and why that is another than it was."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Engine

from features.followed import Followed
from features.row_file import SignalRow
from features.signal import Catalogue
from models.adjustment import base_of
from models.bands import Accounts
from models.bundle import BrokenBundle
from models.churn_model import ChurnModel
from models.explain.account import Scene, Why, peers_of, why
from models.explain.change import Moment, explain_change
from models.explain.remedies import BETTER, Actions, what_would_help
from models.explain.terms import Origin
from models.explain.transition import Crossing, cause_of, edge_terms
from models.explain.wording import Wording
from models.score import Band
from pipelines.bundles import Bundles
from pipelines.config import Config
from pipelines.errors import InputError, NoModel
from pipelines.explained import BandChange, Explained, Said
from pipelines.origin import declared_origin
from pipelines.past import Archive, Day
from pipelines.recent import Recent
from pipelines.shelf import row_in
from pipelines.stored import Stored
from pipelines.workspace import Workspace
from serving.store import HistoryPoint, ModelVersionRepository, ScoreRepository

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
class Case:
    """One account at one date, with the model that scored it.

    Attributes:
        published: by date what was published of the account.
        row: its signals.
    """

    account: str
    day: Day
    model: ChurnModel
    published: Mapping[date, HistoryPoint]
    row: SignalRow

    @property
    def band(self) -> Band:
        """The band published for the date, or what the thresholds alone say."""
        point = self.published.get(self.day.as_of)
        if point:
            return point.band
        return self.model.score((self.row.dated(self.day.as_of),))[0].band


@dataclass(frozen=True)
class Explaining:
    """Explains accounts of one workspace."""

    archive: Archive
    words: Wording
    recent: Recent = field(default_factory=Recent)
    _declared: dict[Followed, tuple[Origin, Actions]] = field(default_factory=dict)

    def explain(self, asked: Asked) -> Explained:
        """Why an account has its score at a date, and why it is another than before.

        Raises:
            InputError: the account or a date is unknown.
            NoModel: nothing was promoted yet.
            BrokenBundle: the model that scored a date can no longer be read.
        """
        case = self.case(asked.account, asked.as_of)
        return self.with_remedy(self.without_remedy(asked, case), case)

    def without_remedy(self, asked: Asked, case: Case) -> Explained:
        """The same without what would help, which takes half as long again; raises likewise."""
        inputs = case.model.schema.encode(case.row.cells)
        reasons = why(case.model, self.scene(case), self.words)
        reasons = _what_people_did(reasons, self.actions(case.model))
        said = tuple(self.words.precedent(each, reasons.horizon) for each in reasons.similar)
        found = Explained(
            account=asked.account,
            as_of=case.day.as_of,
            model_version=case.model.version,
            band=case.band,
            p_loss={h: float(p[0]) for h, p in case.model.chances(inputs).items()},
            why=reasons,
            said=Said(similar=said),
        )
        return self._since(found, asked, case)

    def case(self, account: str, day: date | None = None) -> Case:
        """An account at a date, by default the newest that was published; raises as `explain`."""
        if day is None:
            newest = self.archive.scores.last_published()
            return self.recent.of(newest, account, lambda: self._case(account, self._newest()))
        return self._case(account, day)

    def _case(self, account: str, day: date) -> Case:
        model = self.archive.model_at(day)
        found = self._day(model, day)
        published = {p.as_of: p for p in self.archive.scores.history(account)}
        return Case(account, found, model, published, found.row(account))

    def _day(self, model: ChurnModel, day: date) -> Day:
        """A day whose scores were published, looked for in the workspace once until the next are.

        Others are looked for anew: they may rest on the lake, which grows.
        """
        if self.archive.scores.info(day) is None:
            return self.archive.day(model, day)
        stored = self.recent.of(
            self.archive.scores.last_published(),
            ("stored", model.fingerprint, day),
            lambda: self.archive.stored(model, day),
        )
        return self.archive.day(model, day) if stored is None else self.archive.of(stored, model)

    def scene(self, case: Case) -> Scene:
        """The account among the others of its snapshot, and its past."""
        stored = self._stored_before(case.model, case.day.as_of)
        rows = (row_in(each, case.account) for each in stored)
        past = [row for row in rows if row is not None]
        peers = peers_of(case.day.peers(), case.row.cells)

        def values(column: str) -> list[object]:
            return [row.value(column) for row in past if column in row.layout.place]

        return Scene(case.row.cells, peers, values)

    def _stored_before(self, model: ChurnModel, day: date) -> list[Stored]:
        """Looked for in the workspace once for all accounts, until anything is published."""
        return self.recent.of(
            self.archive.scores.last_published(),
            ("stored before", model.fingerprint, day),
            lambda: self.archive.before(model, day),
        )

    def actions(self, model: ChurnModel) -> Actions:
        """What people can act on."""
        return self._told_by(model)[1]

    def _told_by(self, model: ChurnModel) -> tuple[Origin, Actions]:
        """What the declarations of a model's signals say, worked out once."""
        if model.followed not in self._declared:
            catalogue = self.archive.catalogue(model)
            self._declared[model.followed] = declared_origin(catalogue), actions_of(catalogue)
        return self._declared[model.followed]

    def with_remedy(self, found: Explained, case: Case) -> Explained:
        """With what would help."""
        actions = self.actions(case.model)
        remedy = what_would_help(case.model, case.row.cells, found.band, actions)
        sentence = self.words.remedy(remedy) if found.band in BETTER else ""
        return replace(found, remedy=remedy, said=replace(found.said, remedy=sentence))

    def _newest(self) -> date:
        run = self.archive.scores.newest()
        if run is None:
            raise InputError("nothing was scored yet: run `forewarn score`, or give --as-of.")
        return run.as_of

    def _since(self, found: Explained, asked: Asked, case: Case) -> Explained:
        """With what changed since the earlier date, where there is one.

        A date that was asked for must be explained; one that was not need not stand in the way.
        """
        since = asked.since or max((d for d in case.published if d < found.as_of), default=None)
        if since is None:
            return replace(found, not_compared="the account was not scored at an earlier date")
        if since >= found.as_of:
            raise InputError(f"--since {since} is not before {found.as_of}: give an earlier day.")
        found = replace(found, since=since)
        try:
            return self._compared(found, since, case)
        except (InputError, NoModel, BrokenBundle) as error:
            if asked.since is not None:
                raise
            return replace(found, not_compared=str(error).rstrip("."))

    def _compared(self, found: Explained, since: date, case: Case) -> Explained:
        model = case.model
        old_model, horizon = self.archive.model_at(since), model.primary_horizon
        if horizon not in old_model.horizons:
            why_not = f"model {old_model.version} said nothing of {horizon} days"
            return replace(found, not_compared=why_not)
        row = self._day(old_model, since).row(case.account)
        then = replace(case, day=replace(case.day, as_of=since), model=old_model, row=row)
        old_row_now = then.row.cells
        if old_model.fingerprint != model.fingerprint:
            old_row_now = self._day(model, since).row(case.account).cells
        old, new = Moment(old_model, then.row.cells), Moment(model, case.row.cells)
        origin = self._origin(model, since, found.as_of)
        change = explain_change(old, new, old_row_now, origin)
        crossing = Crossing(
            from_band=then.band,
            to_band=found.band,
            old_policy=old_model.policy,
            new_policy=model.policy,
            account=Accounts.of_one(case.row.cells),
            chances=(change.before, change.after),
            before=Accounts.of_one(then.row.cells),
            follows=base_of(old_model.version) == base_of(model.version),
        )
        edges = edge_terms(crossing) if old_model.primary_horizon == horizon else {}
        cause = cause_of(crossing, {**change.terms, **edges})
        return replace(
            found, change=change, band_change=BandChange(then.band, found.band, cause, edges)
        )

    def _origin(self, model: ChurnModel, since: date, day: date) -> Origin:
        was, now = (
            frozenset(each.table for each in self.archive.scores.silent(d)) for d in (since, day)
        )
        return replace(self._told_by(model)[0], silent=now, was_silent=was)


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
    workspace: Workspace, config: Config, engine: Engine, words: Wording, say: Progress
) -> Explaining:
    """Explains accounts of a workspace in the words of its company.

    Args:
        workspace: where snapshots and models are.
        config: the company's.
        engine: the open store.
        words: of the company.
        say: told how far the computing of a day is that was not scored.
    """
    scores, versions = ScoreRepository(engine), ModelVersionRepository(engine)
    bundles = Bundles(workspace, versions)
    return Explaining(Archive(workspace, config, scores, versions, bundles, say), words)
