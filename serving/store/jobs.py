"""Jobs: work that takes longer than a request, and what is known of how far it is."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from serving.store.audit import Deed, write_down
from serving.store.errors import StoreError
from serving.store.replies import Repeatable, Reply, once
from serving.store.tables import JOB
from serving.store.transactions import reading, writing

LIST_LIMIT = 50
WORDS = 500
"""Characters of a message that are kept."""


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self not in OPEN


OPEN = frozenset({JobState.WAITING, JobState.RUNNING})


class JobRunningError(StoreError):
    """A job of the same kind has not ended yet."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job.

    Attributes:
        kind: what is done, e.g. score.
        asked_by: who started it.
        asked: with what.
        progress: 0 to 1.
        message: the last thing it said; of a failed job the reason.
        result: what it found, once it is done; before that, which process does it.
    """

    job_id: str
    kind: str
    asked_by: str
    asked: dict[str, Any]
    state: JobState
    progress: float
    message: str
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    result: dict[str, Any] = field(default_factory=dict)


Answer = Callable[[Job], Reply]


class JobRepository:
    """Starts jobs and keeps how far they are.

    Args:
        engine: a store opened by `open_store`.
        clock: the present instant.
    """

    def __init__(
        self, engine: Engine, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._engine, self._clock = engine, clock

    def create(self, kind: str, what: dict[str, Any], asked: Repeatable, answer: Answer) -> Reply:
        """Let a job wait for whoever does it, once however often it is asked for.

        Raises:
            JobRunningError: another of its kind has not ended.
            KeyReusedError: the key of the request stood for another.
        """
        job = Job(
            secrets.token_hex(16), kind, asked.principal, what, JobState.WAITING, 0.0, "", asked.at
        )
        with writing(self._engine) as connection:

            def keep() -> Reply:
                _require_none_open(connection, kind)
                connection.execute(insert(JOB), _row(job))
                deed = Deed(asked.at, job.asked_by, f"job.started.{kind}", job.job_id, what)
                write_down(connection, deed)
                return answer(job)

            return once(connection, asked, keep)

    def get(self, job_id: str) -> Job | None:
        """One job; None where there is none of this id."""
        with reading(self._engine) as connection:
            return _find(connection, job_id)

    def newest(self) -> list[Job]:
        """The jobs that were started last, newest first."""
        chosen = select(*JOB.c).order_by(JOB.c.created_at.desc(), JOB.c.job_id).limit(LIST_LIMIT)
        with reading(self._engine) as connection:
            return [_job(row) for row in connection.execute(chosen).mappings()]

    def open(self) -> list[Job]:
        """The jobs that have not ended."""
        with reading(self._engine) as connection:
            chosen = select(*JOB.c).where(JOB.c.state.in_(sorted(OPEN)))
            return [_job(row) for row in connection.execute(chosen).mappings()]

    def begin(self, job_id: str, process: dict[str, Any]) -> bool:
        """Take up a job that waits; False where it does not (any more)."""
        values = {"state": JobState.RUNNING, "started_at": self._clock(), "result": process}
        return self._move(job_id, {JobState.WAITING}, values)

    def report(self, job_id: str, progress: float, message: str) -> bool:
        """Say how far a running job is; False where it was ended by somebody else."""
        values = {"progress": min(1.0, max(0.0, progress)), "message": message[:WORDS]}
        return self._move(job_id, {JobState.RUNNING}, values)

    def finish(self, job_id: str, message: str, result: dict[str, Any]) -> bool:
        """A job is done."""
        done = {"progress": 1.0, "result": result}
        return self._end(job_id, JobState.DONE, message, done)

    def fail(self, job_id: str, reason: str) -> bool:
        """A job ended without what it was to do; False where it had ended before."""
        return self._end(job_id, JobState.FAILED, reason, {"result": {}})

    def cancel(self, job_id: str, by: str) -> bool:
        """Somebody wants a job no more; False where it had ended before."""
        if not self._end(job_id, JobState.CANCELLED, f"cancelled by {by}", {"result": {}}):
            return False
        with writing(self._engine) as connection:
            write_down(connection, Deed(self._clock(), by, "job.cancelled", job_id))
        return True

    def _end(self, job_id: str, state: JobState, message: str, more: dict[str, Any]) -> bool:
        values = {"state": state, "message": message[:WORDS], "ended_at": self._clock(), **more}
        return self._move(job_id, set(OPEN), values)

    def _move(self, job_id: str, from_states: set[JobState], values: dict[str, Any]) -> bool:
        mine = JOB.c.job_id == job_id, JOB.c.state.in_(sorted(from_states))
        with writing(self._engine) as connection:
            moved = connection.execute(update(JOB).where(*mine).values(_words(values)))
        return moved.rowcount == 1


def _require_none_open(connection: Connection, kind: str) -> None:
    busy = select(JOB.c.job_id).where(JOB.c.kind == kind, JOB.c.state.in_(sorted(OPEN)))
    found = connection.scalar(busy.limit(1))
    if found is not None:
        raise JobRunningError(f"The job {found} ({kind}) has not ended yet.")


def _find(connection: Connection, job_id: str) -> Job | None:
    chosen = select(*JOB.c).where(JOB.c.job_id == job_id)
    row = connection.execute(chosen).mappings().one_or_none()
    return None if row is None else _job(row)


def _job(row: Any) -> Job:
    return Job(**{**row, "state": JobState(row["state"])})


def _row(job: Job) -> dict[str, Any]:
    return _words({column.name: getattr(job, column.name) for column in JOB.c})


def _words(values: dict[str, Any]) -> dict[str, Any]:
    """The same with plain text for a state, as every driver takes it."""
    state = {"state": values["state"].value} if "state" in values else {}
    return values | state
