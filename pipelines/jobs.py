"""Jobs that the service was asked for, each done in a process of its own.

The process reports to the store, and needs nobody to listen: it goes on when the service is
restarted. A job whose process is gone without a word is marked as failed.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from pipelines.config import Config
from pipelines.expected import UNFIT, USER
from pipelines.run import resolve_as_of, summary_of
from pipelines.score import score_accounts
from pipelines.terminal import plain
from pipelines.workspace import Workspace
from serving.store import Job, JobRepository
from serving.store.engine import opened

PARTS = re.compile(r"\b(\d+) of (\d+)\b")
PARTS_SHARE = {"score": 0.9, "insights": 0.3}
"""How much of a job its snapshots are, about; the rest says nothing of how far it is."""
LOST = "its process ended without a word: it was killed, or the machine was restarted"
TIME_TO_START = timedelta(minutes=1)
"""Between a job's being asked for and its process; what is handed to nobody after it is lost."""


class Cancelled(Exception):
    """Somebody ended the job while it was at work."""


class ProcessRunner:
    """Has every job done by a process of its own.

    Args:
        workspace: what the jobs work on.
        engine: the store that holds the jobs.
    """

    def __init__(self, workspace: Workspace, engine: Engine) -> None:
        self._workspace, self._jobs = workspace, JobRepository(engine)

    def start(self, job_id: str) -> None:
        """Start the process of a job that waits, apart from this one and its terminal."""
        root = str(self._workspace.root.resolve())
        command = [sys.executable, "-m", "pipelines.cli", "work", job_id, "--workspace", root]
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, start_new_session=True, cwd=Path.cwd()
            )
        except OSError as error:
            self._jobs.fail(job_id, f"its process cannot be started: {error.strerror}")
            return
        self._jobs.hand_over(job_id, _process(process.pid))
        watch = threading.Thread(target=self._watch, args=(process, job_id), daemon=True)
        watch.start()

    def _watch(self, process: "subprocess.Popen[bytes]", job_id: str) -> None:
        """Wait for a process; what it could not say itself is said for it."""
        code = process.wait()
        if code != 0:
            with suppress(Exception):  # the store may be closed by now
                self._jobs.fail(job_id, f"its process ended with code {code}")

    def stop(self, job: Job) -> None:
        """End the process of a job that runs on this machine."""
        if alive(job):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(job.result["pid"], signal.SIGTERM)

    def clear(self) -> list[str]:
        """Mark the jobs as failed whose process is gone; their ids.

        A job on another machine is left alone: nobody here can tell. So is one that was asked for
        just now, whose process another service of the workspace may be about to start.
        """
        lost = [job.job_id for job in self._jobs.unfinished() if self._is_lost(job)]
        for job_id in lost:
            self._jobs.fail(job_id, LOST)
        return lost

    def _is_lost(self, job: Job) -> bool:
        if "pid" not in job.result:
            return datetime.now(UTC) - job.created_at > TIME_TO_START
        return _ours(job) and not alive(job)


def _ours(job: Job) -> bool:
    host: str = job.result.get("host", socket.gethostname())
    return host == socket.gethostname()


def alive(job: Job) -> bool:
    """Whether a process of this machine is at work on a job.

    A number may have gone to another process since: its command names the job, or it is none.
    """
    pid = job.result.get("pid")
    if not isinstance(pid, int) or not _ours(job):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    command = Path(f"/proc/{pid}/cmdline")
    if not command.parent.parent.exists() or not Path("/proc/self/cmdline").exists():
        return True
    try:
        return job.job_id.encode() in command.read_bytes()
    except OSError:
        return False


def work(workspace: Workspace, configure: Callable[[], Config], job_id: str) -> int:
    """Do a job that waits; gives the exit code of the process.

    Args:
        workspace: what the job works on.
        configure: reads the configuration; its errors are reasons of the job.
        job_id: which it is.
    """
    with opened(workspace.store_address) as engine:
        jobs = JobRepository(engine)
        job = jobs.job(job_id)
        if job is None or not jobs.start(job_id, _process()):
            return 0  # cancelled before it began
        try:
            say = _reporter(jobs, job_id, PARTS_SHARE[job.kind])
            result = KINDS[job.kind](workspace, configure(), job, say)
        except Cancelled:
            return 0
        except (*USER, *UNFIT) as error:
            jobs.fail(job_id, str(error))
            return 0
        except Exception as error:
            jobs.fail(job_id, f"a fault of ours, see the log: {type(error).__name__}")
            raise
        jobs.finish(job_id, plain(result), "done")
    return 0


def _process(number: int | None = None) -> dict[str, Any]:
    """The process of a number, or this one."""
    return {"host": socket.gethostname(), "pid": os.getpid() if number is None else number}


def _reporter(jobs: JobRepository, job_id: str, parts_share: float) -> Callable[[str], None]:
    """Passes on what a job says, and how far that means it is."""
    share = 0.0

    def say(message: str) -> None:
        nonlocal share
        found = PARTS.search(message)
        if found and int(found[2]):
            share = max(share, parts_share * int(found[1]) / int(found[2]))
        if not jobs.report(job_id, share, message):
            raise Cancelled

    return say


def _score(
    workspace: Workspace, config: Config, job: Job, say: Callable[[str], None]
) -> dict[str, Any]:
    return summary_of(score_accounts(workspace, config, _day(workspace, job), say))


def _insights(
    workspace: Workspace, config: Config, job: Job, say: Callable[[str], None]
) -> dict[str, Any]:
    from pipelines.insights.write import refresh  # brings all of training with it

    found = refresh(workspace, config, _day(workspace, job), say)
    return {"as_of": found.as_of.isoformat(), "accounts": found.accounts, "dates": found.dates}


def _day(workspace: Workspace, job: Job) -> date:
    given = job.asked.get("as_of")
    return resolve_as_of(workspace, date.fromisoformat(given) if given else None)


Kind = Callable[[Workspace, Config, Job, Callable[[str], None]], dict[str, Any]]
KINDS: dict[str, Kind] = {"score": _score, "insights": _insights}
