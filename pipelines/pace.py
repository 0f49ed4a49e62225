"""Keeping answers even: what else the interpreter does must not stand in the way of a request."""

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread

from features.heap import with_one_arena
from serving.store.engine import AT_ONCE

SECONDS_AT_A_TIME = 0.001
"""For which a thread keeps the interpreter while another one waits for it. With Python's own 5 ms
a small answer waits that long for each step past one that takes long."""
NEW_OBJECTS, YOUNG, OLD = 20_000, 20, 50
"""After how many new objects, and then how many such looks, garbage is looked for: a request
makes thousands of objects and hardly any cycle."""


def even() -> None:
    """Let threads take turns quickly, share one heap, and look for garbage seldom."""
    with_one_arena()
    sys.setswitchinterval(SECONDS_AT_A_TIME)
    gc.set_threshold(NEW_OBJECTS, YOUNG, OLD)


def settled() -> None:
    """Never look again for garbage among what is there now: libraries, the model, the routes.

    Looking through all of it would hold every request up for a tenth of a second and more.
    """
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def few_threads(_app: object) -> AsyncIterator[None]:
    """Answer with as many threads as there are connections to the store, while the service lives.

    One more would wait for a connection, and each has its turn of the interpreter later. Whoever
    asks meanwhile waits before the work is begun, first come, first served.
    """
    to_thread.current_default_thread_limiter().total_tokens = AT_ONCE
    yield
