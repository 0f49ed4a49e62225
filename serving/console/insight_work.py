"""Having the whole base looked at anew, from the page that shows what was found."""

from dataclasses import dataclass

from serving.api.jobs import Runner
from serving.auth.roles import Action, Principal
from serving.store import Job, JobRepository

KIND = "insights"
CAME_TO_NOTHING = "The last attempt came to nothing."


@dataclass(frozen=True, slots=True)
class Work:
    """How far it is, as one person may see it.

    Attributes:
        runs: whether somebody is at it.
        progress: 0 to 1, as far as it can be told.
        said: the last thing it said; what it says names files, so not everybody is told.
        failed: whether the last attempt came to nothing.
        may_start: whether this person may have it done now.
    """

    runs: bool
    progress: float
    said: str
    failed: bool
    may_start: bool


@dataclass(frozen=True)
class InsightWork:
    """Starts the job, and tells how far it is; without `runner` nothing can be started."""

    jobs: JobRepository
    runner: Runner | None

    def start(self, by: str) -> None:
        """Have it done, unless somebody is at it already."""
        if self.runner is None:
            return
        self.runner.clear()  # one that was lost while nobody watched stands in nobody's way
        job = self.jobs.create_alone(KIND, by)
        if job:
            self.runner.start(job.job_id)

    def seen_by(self, principal: Principal) -> Work:
        """How far it is."""
        job = next(iter(self.jobs.newest(1, kind=KIND)), None)
        runs = job is not None and not job.over
        failed = job is not None and job.state == "failed"
        may_start = self.runner is not None and principal.may(Action.START_JOBS)
        said = _said(job, principal) if job else ""
        return Work(runs, job.progress if job else 0.0, said, failed, may_start and not runs)


def _said(job: Job, principal: Principal) -> str:
    if principal.may(Action.READ_JOBS):
        return job.message
    return CAME_TO_NOTHING if job.state == "failed" else ""
