"""Scores of every account, newest and past."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import Engine, bindparam, func, select

from models.bands.silence import SilentSource
from serving.store import rows
from serving.store.direct import fetched, names
from serving.store.engine import reading
from serving.store.lists import Lists
from serving.store.past_runs import PastRun, past_run, runs_before
from serving.store.publish import publish_parts
from serving.store.read_columns import Held
from serving.store.records import (
    AccountScore,
    HistoryPoint,
    RunHead,
    RunInfo,
    RunPart,
    ScoringRun,
    Transition,
)
from serving.store.runs import LAST_PUBLISHED, newest_run
from serving.store.scored import scores
from serving.store.tables import (
    SCORE,
    SCORING_RUN,
    SILENT_SOURCE,
    TRANSITION,
)
from serving.store.told import Told
from serving.store.transactions import glancing, once_in_a_go

HISTORY_LIMIT = 400
AT_ONCE = 500
"""Accounts that one statement names."""

MINE = (
    scores()
    .add_columns(select(func.max(SCORING_RUN.c.as_of)).scalar_subquery().label("newest"))
    .where(SCORE.c.account_id == bindparam("account"))
    .order_by(SCORE.c.as_of.desc())
    .limit(1)
)
PAST = (
    select(
        SCORE.c.as_of,
        SCORE.c.band,
        SCORE.c.health_score,
        SCORE.c.risk,
        SCORING_RUN.c.primary_horizon,
        SCORE.c.model_version,
    )
    .join_from(SCORE, SCORING_RUN, SCORE.c.as_of == SCORING_RUN.c.as_of)
    .where(SCORE.c.account_id == bindparam("account"))
    .order_by(SCORE.c.as_of.desc())
    .limit(bindparam("most"))
)
CHANGES = (
    select(*TRANSITION.c)
    .where(TRANSITION.c.account_id == bindparam("account"))
    .order_by(TRANSITION.c.as_of.desc())
    .limit(bindparam("most"))
)
SILENT = (
    select(*(c for c in SILENT_SOURCE.c if c.name != "as_of"))
    .where(SILENT_SOURCE.c.as_of == bindparam("day"))
    .order_by(SILENT_SOURCE.c.share.desc(), SILENT_SOURCE.c.table)
)


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


class ScoreRepository(Lists):
    """Publishes scoring runs and answers questions about them.

    Args:
        engine: a store opened by `open_store`.
        clock: says when something is published; a fixed one makes tests repeatable.
        columns: what is held in memory of the store's newest run; by default what all share.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], datetime] = utc_now,
        columns: Held | None = None,
    ) -> None:
        super().__init__(engine, columns)
        self._clock = clock

    def publish(self, run: ScoringRun) -> int:
        """Publish a run in one transaction: readers see the old run or this one, never half.

        The same run again changes nothing. Another run of the same date replaces that
        date's scores. A run older than the newest is added to the history only.

        Returns:
            Number of scores written; 0 where the very same run was published before.

        Raises:
            PublishError: the run contradicts itself; nothing was written.
        """
        return self.publish_parts(run.head, [RunPart(run.scores, run.cards)])

    def publish_parts(
        self, head: RunHead, parts: Iterable[RunPart], told: Sequence[Told] = ()
    ) -> int:
        """Publish a run whose accounts come in parts, so that they never lie in one list.

        Nothing of the store is locked while the parts come, however long that takes. See
        `publish`, which does the same with one part.

        Args:
            head: what holds for every score.
            parts: the scores and cards.
            told: why bands changed into this run and out of it; written with the run, and
                also where the run itself is the same as before.
        """
        return publish_parts(self._engine, head, parts, self._codes, self._clock(), told)

    def newest(self) -> RunInfo | None:
        """The newest published run; None where nothing is published."""
        return self._known.newest()

    def last_published(self) -> datetime | None:
        """When something was published last, of whatever date; None where nothing is."""

        def read() -> datetime | None:
            with glancing(self._engine) as connection:
                found: datetime | None = connection.scalar(LAST_PUBLISHED)
                return found

        return once_in_a_go(("last", self._engine), read)

    def info(self, as_of: date) -> RunInfo | None:
        """The run published for a date; None where there is none."""

        def read() -> RunInfo | None:
            with glancing(self._engine) as connection:
                chosen = select(*SCORING_RUN.c).where(SCORING_RUN.c.as_of == as_of)
                row = connection.execute(chosen).mappings().one_or_none()
            return None if row is None else rows.run_info(row)

        return self._known.of(("info", as_of), read)

    def infos_before(self, as_of: date, most: int) -> list[RunInfo]:
        """The last runs published for dates before one, newest first; at most so many."""

        def read() -> list[RunInfo]:
            before = select(*SCORING_RUN.c).where(SCORING_RUN.c.as_of < as_of)
            chosen = before.order_by(SCORING_RUN.c.as_of.desc()).limit(most)
            with glancing(self._engine) as connection:
                return [rows.run_info(row) for row in connection.execute(chosen).mappings()]

        return list(self._known.of(("before", as_of, most), read))

    def dates(self) -> list[date]:
        """The `as_of` of every published run, oldest first."""
        with glancing(self._engine) as connection:
            dates = select(SCORING_RUN.c.as_of).order_by(SCORING_RUN.c.as_of)
            return list(connection.scalars(dates))

    def past_run(self, as_of: date) -> PastRun:
        """The bands and chances of a published run; no accounts where there is none."""
        with reading(self._engine) as connection:
            return past_run(connection, as_of)

    def before(self, as_of: date, days: int, model_version: str) -> Iterator[PastRun]:
        """What a model version said before a date, newest first; one run is read at a time.

        Args:
            as_of: the date; what was published for it or later does not count.
            days: the runs of so many days before it, and the one run before those.
            model_version: a run of another one ends the list; its recalibrations do not.
        """
        with reading(self._engine) as connection:
            yield from runs_before(connection, as_of, days, model_version)

    def silent(self, as_of: date) -> tuple[SilentSource, ...]:
        """The sources that were silent when a date was scored, heaviest first."""

        def read() -> tuple[SilentSource, ...]:
            with glancing(self._engine) as connection:
                found = connection.execute(SILENT, {"day": as_of})
                return tuple(SilentSource(*row) for row in found)

        return self._known.of(("silent", as_of), read)

    def account(self, account_id: str, owner: str | None = None) -> AccountScore | None:
        """An account's newest score, even where the newest run no longer holds it.

        None where there is none, or where it is not the account of the CSM `owner`.
        """
        if not rows.storable(account_id):
            return None
        with glancing(self._engine) as connection:
            found = fetched(connection, MINE, {"account": account_id})
        row = dict(zip(names(MINE), found[0], strict=True)) if found else None
        if row is None or owner not in (None, row["csm"]):
            return None
        return rows.account_score(row, self._codes.word, active=row["as_of"] == row["newest"])

    def history(self, account_id: str, limit: int = HISTORY_LIMIT) -> list[HistoryPoint]:
        """An account's last `limit` scores, oldest first; empty where it is unknown."""
        if not rows.storable(account_id):
            return []
        asked = {"account": account_id, "most": limit}
        with glancing(self._engine) as connection:
            found = fetched(connection, PAST, asked)
        return [HistoryPoint(*row) for row in reversed(found)]

    def transitions(self, account_id: str, limit: int = HISTORY_LIMIT) -> list[Transition]:
        """An account's last `limit` changes of band, oldest first."""
        if not rows.storable(account_id):
            return []
        asked = {"account": account_id, "most": limit}
        with glancing(self._engine) as connection:
            found = fetched(connection, CHANGES, asked)
        called = names(CHANGES)
        return [rows.transition(dict(zip(called, row, strict=True))) for row in reversed(found)]

    def changes_of(self, as_of: date) -> list[Transition]:
        """Every change of band into the run of a date, by account id."""
        mine = select(*TRANSITION.c).where(TRANSITION.c.as_of == as_of)
        with glancing(self._engine) as connection:
            found = connection.execute(mine.order_by(TRANSITION.c.account_id)).mappings()
            return [rows.transition(row) for row in found]

    def run(self, as_of: date, accounts: Collection[str] | None = None) -> tuple[AccountScore, ...]:
        """The scores of one date, by account id; empty where nothing was published for it.

        Args:
            as_of: the date.
            accounts: only these, which is read without the others; all by default.
        """
        query = scores().where(SCORE.c.as_of == as_of)
        wanted = [query]
        if accounts is not None:
            ids = sorted(set(accounts))
            groups = (ids[i : i + AT_ONCE] for i in range(0, len(ids), AT_ONCE))
            wanted = [query.where(SCORE.c.account_id.in_(group)) for group in groups]
        with reading(self._engine) as connection:
            newest = newest_run(connection)
            active = newest is not None and newest.as_of == as_of
            found = [row for each in wanted for row in connection.execute(each).mappings()]
        read = (rows.account_score(row, self._codes.word, active=active) for row in found)
        return tuple(sorted(read, key=lambda each: each.score.account_id))
