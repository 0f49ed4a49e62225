"""`/v1/jobs`: work that takes longer than a request; started here, done in another process."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Header, Path, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from sqlalchemy import Connection, Engine

from serving import problems
from serving.api.events import EVENTS, follow, identifier
from serving.api.job_schemas import JobIn, JobOut, JobsOut
from serving.api.writes import IdempotencyKey, recognised
from serving.auth.gate import JobsReader, JobsStarter
from serving.problems import GUARDED, WRITTEN, ProblemError, documented, shorten
from serving.store import Answer, Job, JobRepository, JobState
from serving.store.once import once

JobId = Annotated[
    str,
    Path(
        description="The job's id.",
        pattern="^[0-9a-f]{32}$",
        examples=["3b0c9c1d5f6e4f0a8b7a6d5c4b3a2918"],
    ),
]
ALONE = "This service runs beside no workspace: data and models are kept there."


class Runner(Protocol):
    """Has jobs done outside of this process; what the service needs of a workspace for it."""

    def start(self, job_id: str) -> None:
        """Have a job that waits be taken up."""

    def stop(self, job: Job) -> None:
        """End the process of a job, if there is one."""

    def clear(self) -> list[str]:
        """Mark the jobs as failed whose process is gone; their ids."""


LOCATION: dict[str, Any] = {
    "Location": {
        "description": "Where to ask how far it is.",
        "schema": {"type": "string"},
        "example": "/v1/jobs/3b0c9c1d5f6e4f0a8b7a6d5c4b3a2918",
    }
}


def router(engine: Engine, runner: Runner | None) -> APIRouter:
    """The routes of jobs; without `runner` they say that none can be started."""
    jobs = JobRepository(engine)
    routes = APIRouter(prefix="/v1/jobs", tags=["jobs"])
    _add_reading(routes, jobs)
    _add_starting(routes, jobs, engine, runner)
    _add_following(routes, jobs)
    _add_cancelling(routes, jobs, runner)
    return routes


def _add_reading(routes: APIRouter, jobs: JobRepository) -> None:
    @routes.get("", operation_id="list_jobs", summary="List jobs", responses=documented(*GUARDED))
    def list_jobs(principal: JobsReader) -> JobsOut:  # noqa: ARG001  the rule is all
        """The last fifty jobs."""
        return JobsOut(items=[_out(job) for job in jobs.newest()])

    @routes.get(
        "/{job_id}",
        operation_id="get_job",
        summary="Get one job",
        responses=documented(problems.UNKNOWN_JOB, problems.INVALID_QUERY, *GUARDED),
    )
    def get_job(job_id: JobId, principal: JobsReader) -> JobOut:  # noqa: ARG001
        """How far a job is, and what came of it."""
        return _out(_found(jobs, job_id))


def _add_starting(
    routes: APIRouter, jobs: JobRepository, engine: Engine, runner: Runner | None
) -> None:
    @routes.post(
        "",
        operation_id="start_job",
        summary="Start a job",
        status_code=202,
        response_model=JobOut,
        responses=documented(
            problems.JOB_RUNNING, problems.NO_WORKSPACE, *WRITTEN, *GUARDED
        ) | {202: {"headers": LOCATION, "description": "It waits for its process."}},
    )  # fmt: skip
    def start_job(
        job: JobIn, request: Request, principal: JobsStarter, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Start work in a process of its own, and follow it at the address given.

        One job of a kind runs at a time. It goes on when this service is restarted.
        """
        if runner is None:
            raise ProblemError(problems.NO_WORKSPACE, ALONE)
        new: list[str] = []

        def keep(connection: Connection) -> Answer:
            _require_none(jobs.unfinished_on(connection, job.kind))
            what = job.model_dump(mode="json", exclude={"kind"}, exclude_none=True)
            kept = jobs.create_on(connection, job.kind, principal.name, what)
            new.append(kept.job_id)
            return Answer(202, _out(kept).model_dump(mode="json"))

        asked = recognised(request, principal, idempotency_key, job)
        runner.clear()  # one that was lost while nobody watched stands in nobody's way
        answer = once(engine, asked, datetime.now(UTC), keep)
        for job_id in new:
            runner.start(job_id)
        location = {"location": f"/v1/jobs/{answer.body['job_id']}"}
        return JSONResponse(answer.body, answer.status, location)


def _add_following(routes: APIRouter, jobs: JobRepository) -> None:
    @routes.get(
        "/{job_id}/events",
        operation_id="follow_job",
        summary="Follow one job",
        response_class=StreamingResponse,
        responses=documented(problems.UNKNOWN_JOB, problems.INVALID_QUERY, *GUARDED) | EVENTS,
    )
    def follow_job(
        job_id: JobId,
        principal: JobsReader,  # noqa: ARG001
        last_event_id: Annotated[
            str | None,
            Header(max_length=64, description="The id of the last event that was received."),
        ] = None,
    ) -> Response:
        """Server-sent events with the job, each time it gets on, until it has ended.

        An event carries all there is to know, so one that was missed is made up for by the
        next. Connecting anew with Last-Event-ID sends nothing twice, and answers 204 where
        nothing more will come.
        """
        job = _found(jobs, job_id)
        if job.over and identifier(job) == last_event_id:
            return Response(status_code=204)

        def look() -> tuple[Job, str]:
            found = _found(jobs, job_id)
            return found, _out(found).model_dump_json()

        stream: AsyncIterator[str] = follow(look, last_event_id)
        return StreamingResponse(stream, media_type="text/event-stream")


def _add_cancelling(routes: APIRouter, jobs: JobRepository, runner: Runner | None) -> None:
    @routes.delete(
        "/{job_id}",
        operation_id="cancel_job",
        summary="Cancel one job",
        responses=documented(
            problems.UNKNOWN_JOB, problems.JOB_ENDED, problems.INVALID_QUERY, *GUARDED
        ),
    )
    def cancel_job(job_id: JobId, principal: JobsStarter) -> JobOut:
        """End a job before it is done; nothing of it is published.

        One that was cancelled before stays so, and is given again.
        """
        job = _found(jobs, job_id)
        if not jobs.cancel(job_id, principal.name):
            ended = _found(jobs, job_id)
            if ended.state is JobState.CANCELLED:
                return _out(ended)
            raise ProblemError(problems.JOB_ENDED, f"The job is {ended.state} already.")
        if runner is not None:
            runner.stop(job)
        return _out(_found(jobs, job_id))


def _require_none(unfinished: list[Job]) -> None:
    if unfinished:
        job = unfinished[0]
        detail = f"The job {job.job_id} ({job.kind}) is {job.state}."
        raise ProblemError(problems.JOB_RUNNING, detail, next=f"GET /v1/jobs/{job.job_id}")


def _found(jobs: JobRepository, job_id: str) -> Job:
    job = jobs.job(job_id)
    if job is None:
        given = shorten(job_id)
        detail = f"No job has the id {given!r}."
        allowed = "the job_id of a job listed by /v1/jobs"
        raise ProblemError(problems.UNKNOWN_JOB, detail, given=given, allowed=allowed)
    return job


def _out(job: Job) -> JobOut:
    shown = {name: getattr(job, name) for name in JobOut.model_fields}
    # Before it is done, the result holds which process works on it: nobody else's business.
    return JobOut(**shown | {"result": job.result if job.state is JobState.DONE else {}})
