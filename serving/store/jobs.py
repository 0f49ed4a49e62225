"""Jobs that somebody asked the service for: what they are, how far they are, what came out."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from serving.store.audit import Deed, write_down
from serving.store.tables import JOB
from serving.store.transactions import reading, writing

MESSAGE_LENGTH = 500


class JobState(StrEnum):
    """Where a job is; done, failed and cancelled are ends."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Job:
    """One job.

    Attributes:
        kind: what is done, e.g. "score".
        asked_by: who wants it.
        asked: with what, JSON-able.
        progress: 0 to 1.
        message: the last thing it said; of a failed job why it failed.
        result: what came out, JSON-able; before the end, which process was started for it.
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

    @property
    def over(self) -> bool:
        """Whether nothing more will change."""
        return self.state not in OPEN


class JobRepository:
    """Writes down what jobs do; a job that is over stays as it is.

    Args:
        engine: a store opened by `open_store`.
        clock: the present instant.
    """

    def __init__(
        self, engine: Engine, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._engine, self._clock = engine, clock

    def create(self, kind: str, asked_by: str, asked: dict[str, Any] | None = None) -> Job:
        """A new job that waits."""
        with writing(self._engine) as connection:
            return self.create_on(connection, kind, asked_by, asked)

    def create_alone(self, kind: str, asked_by: str) -> Job | None:
        """A new job that waits; None where one of its kind is not over."""
        with writing(self._engine) as connection:
            if self.unfinished_on(connection, kind):
                return None
            return self.create_on(connection, kind, asked_by)

    def create_on(
        self, connection: Connection, kind: str, asked_by: str, asked: dict[str, Any] | None = None
    ) -> Job:
        """The same within the caller's transaction, so that it stands with what else is written."""
        job = Job(
            secrets.token_hex(16), kind, asked_by, asked or {}, JobState.WAITING, 0.0, "",
            self._clock(),
        )  # fmt: skip
        row = {name: getattr(job, name) for name in JOB.c.keys()}  # noqa: SIM118
        connection.execute(insert(JOB), {**row, "state": job.state.value})
        deed = Deed(job.created_at, asked_by, "job.asked", job.job_id, {"kind": kind, **job.asked})
        write_down(connection, deed)
        return job

    def start(self, job_id: str, process: dict[str, Any] | None = None) -> bool:
        """Take a waiting job in hand; False where it is not there to be taken.

        Args:
            job_id: which it is.
            process: who is at work, so that others can tell whether they still are.
        """
        changes = {
            "state": JobState.RUNNING.value,
            "started_at": self._clock(),
            "result": process or {},
        }
        return self._change(job_id, (JobState.WAITING,), changes)

    def hand_over(self, job_id: str, process: dict[str, Any]) -> bool:
        """Say which process was started for a waiting job; False where it waits no more."""
        return self._change(job_id, (JobState.WAITING,), {"result": process})

    def report(self, job_id: str, progress: float, message: str) -> bool:
        """Say how far a running job is; False where it does not run."""
        changes = {"progress": min(max(progress, 0.0), 1.0), "message": message[:MESSAGE_LENGTH]}
        return self._change(job_id, (JobState.RUNNING,), changes)

    def finish(self, job_id: str, result: dict[str, Any], message: str = "") -> bool:
        """A running job is done; False where it does not run."""
        ended = {"state": JobState.DONE.value, "progress": 1.0, "result": result}
        return self._end(job_id, ended, message)

    def fail(self, job_id: str, message: str) -> bool:
        """A job that is not over failed; False where it is over."""
        return self._end(job_id, {"state": JobState.FAILED.value, "result": {}}, message)

    def cancel(self, job_id: str, by: str) -> bool:
        """Nobody wants a job any more that is not over; False where it is over."""
        ended, now = {"state": JobState.CANCELLED.value, "result": {}}, self._clock()
        message = f"cancelled by {by}"[:MESSAGE_LENGTH]
        with writing(self._engine) as connection:
            if not _change(
                connection, job_id, OPEN, {**ended, "message": message, "ended_at": now}
            ):
                return False
            write_down(connection, Deed(now, by, "job.cancelled", job_id))
        return True

    def unfinished(self, kind: str | None = None) -> list[Job]:
        """The jobs that are not over: of one kind, or of all."""
        with reading(self._engine) as connection:
            return self.unfinished_on(connection, kind)

    def unfinished_on(self, connection: Connection, kind: str | None = None) -> list[Job]:
        """The same within the caller's transaction."""
        chosen = select(*JOB.c).where(JOB.c.state.in_([state.value for state in OPEN]))
        if kind is not None:
            chosen = chosen.where(JOB.c.kind == kind)
        return [_job(row) for row in connection.execute(chosen).mappings()]

    def job(self, job_id: str) -> Job | None:
        """A job; None where there is none."""
        with reading(self._engine) as connection:
            chosen = select(*JOB.c).where(JOB.c.job_id == job_id)
            row = connection.execute(chosen).mappings().one_or_none()
        return None if row is None else _job(row)

    def newest(
        self, limit: int = 50, asked_by: str | None = None, kind: str | None = None
    ) -> list[Job]:
        """The last jobs, newest first: of one person or of everybody, of one kind or of all."""
        chosen = select(*JOB.c).order_by(JOB.c.created_at.desc(), JOB.c.job_id).limit(limit)
        if asked_by is not None:
            chosen = chosen.where(JOB.c.asked_by == asked_by)
        if kind is not None:
            chosen = chosen.where(JOB.c.kind == kind)
        with reading(self._engine) as connection:
            return [_job(row) for row in connection.execute(chosen).mappings()]

    def _end(self, job_id: str, changes: dict[str, Any], message: str) -> bool:
        told = {"message": message[:MESSAGE_LENGTH]} if message else {}
        return self._change(job_id, OPEN, {**changes, **told, "ended_at": self._clock()})

    def _change(self, job_id: str, states: tuple[JobState, ...], changes: dict[str, Any]) -> bool:
        with writing(self._engine) as connection:
            return _change(connection, job_id, states, changes)


def _change(
    connection: Connection, job_id: str, states: tuple[JobState, ...], changes: dict[str, Any]
) -> bool:
    mine = (JOB.c.job_id == job_id, JOB.c.state.in_([state.value for state in states]))
    return connection.execute(update(JOB).where(*mine).values(**changes)).rowcount == 1


def _job(row: RowMapping) -> Job:
    return Job(**{**row, "state": JobState(row["state"])})
