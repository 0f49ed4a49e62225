"""Server-sent events about a job, read off the store, so that any process can serve them.

Format: HTML Living Standard, section 9.2, "Server-sent events".
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool

from serving.store import Job

LOOK_SECONDS = 0.5
ALIVE_SECONDS = 15.0
"""Seconds without an event after which a comment keeps the connection open."""
LONGEST_SECONDS = 600.0
"""After so long the stream ends; whoever connects anew is asked again who they are."""
RETRY_MILLISECONDS = 2000

EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events of the type `job`, each with the job as JSON.",
        "content": {
            "text/event-stream": {
                "schema": {
                    "type": "object",
                    "description": "One event; its data is a JobOut as JSON.",
                    "required": ["id", "event", "data"],
                    "properties": {
                        "id": {"type": "string"},
                        "event": {"const": "job"},
                        "data": {"type": "string", "contentMediaType": "application/json"},
                    },
                },
                "example": {"id": "5f1c", "event": "job", "data": '{"state": "running"}'},
            }
        },
    },
    204: {"description": "The job has ended, and its last event was received."},
}


def identifier(job: Job) -> str:
    """Names what is known of a job; another word as soon as anything has changed."""
    known = (job.job_id, job.state.value, job.progress, job.message)
    return hashlib.sha256(repr(known).encode()).hexdigest()[:16]


async def follow(
    look: Callable[[], tuple[Job, str]],
    last: str | None,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[str]:
    """Events of a job until it has ended.

    Args:
        look: the job as it is now, and as JSON.
        last: the id of the event that was received last.
        clock: seconds, ever increasing.
    """
    began = told = clock()
    yield f"retry: {RETRY_MILLISECONDS}\n\n"
    while clock() - began < LONGEST_SECONDS:
        job, body = await run_in_threadpool(look)
        now = identifier(job)
        if now != last:
            yield f"id: {now}\nevent: job\ndata: {body}\n\n"
            last, told = now, clock()
        elif clock() - told >= ALIVE_SECONDS:
            yield ": still at it\n\n"
            told = clock()
        if job.over:
            return
        await asyncio.sleep(LOOK_SECONDS)
