"""Mapping a computation over buckets on this machine.

Processes are spawned, so that none inherits threads or locks. Each imports the module of
the computation and nothing else: keep that module light.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

Result = TypeVar("Result")


class WorkerLost(Exception):
    """The system ended a process, as it does where memory runs short."""


def mapped(
    work: Callable[[int], Result],
    buckets: int,
    workers: int | None = None,
    done: Callable[[int], None] = lambda _: None,
) -> list[Result]:
    """`work(0)` to `work(buckets - 1)`, in that order.

    Args:
        work: computes one bucket, given its index; it, its module and its results travel
            between processes, so results should be small.
        buckets: how many there are.
        workers: how many processes; as many as processors by default. With one, everything
            is computed in this process.
        done: told after each bucket how many are done.

    Raises:
        WorkerLost: a process was ended from outside.
    """
    workers = min(workers or os.cpu_count() or 1, buckets)
    if workers < 2:
        return _collected(map(work, range(buckets)), done)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as executor:
        try:
            return _collected(executor.map(work, range(buckets)), done)
        except BrokenProcessPool as error:
            raise WorkerLost(
                f"one of {workers} processes was ended by the system, as happens where memory "
                "runs short: cut the lake into more buckets ([load] buckets), or use a larger "
                "machine."
            ) from error


def _collected(results: Iterable[Result], done: Callable[[int], None]) -> list[Result]:
    found = []
    for result in results:
        found.append(result)
        done(len(found))
    return found
