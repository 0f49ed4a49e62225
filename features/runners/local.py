"""Mapping a computation over buckets on this machine.

Processes are spawned, so that none inherits threads or locks. Each imports the module of
the computation and nothing else: keep that module light. This process works beside them:
it has loaded everything already.
"""

import os
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
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
        workers: how many processes, this one among them; as many as processors by default.
        done: told how many buckets are done, whenever that has grown or may have.

    Raises:
        WorkerLost: a process was ended from outside.
    """
    workers = min(workers or os.cpu_count() or 1, buckets)
    if workers < 2:
        return _all_here(work, buckets, done)
    with ProcessPoolExecutor(workers - 1, mp_context=get_context("spawn")) as executor:
        futures = [executor.submit(work, index) for index in range(buckets)]
        try:
            return _shared(work, futures, done)
        except BrokenProcessPool as error:
            raise WorkerLost(
                f"one of {workers} processes was ended by the system, as happens where memory "
                "runs short: cut the lake into more buckets ([load] buckets), or use a larger "
                "machine."
            ) from error
        finally:
            executor.shutdown(cancel_futures=True)


def _all_here(
    work: Callable[[int], Result], buckets: int, done: Callable[[int], None]
) -> list[Result]:
    found = []
    for index in range(buckets):
        found.append(work(index))
        done(len(found))
    return found


def _shared(
    work: Callable[[int], Result], futures: list[Future[Result]], done: Callable[[int], None]
) -> list[Result]:
    """The results of all: the last that no other process has begun are computed here."""
    here: dict[int, Result] = {}
    for index in reversed(range(len(futures))):
        if not futures[index].cancel():
            break
        here[index] = work(index)
        done(len(here) + _done(futures[:index]))
    elsewhere = futures[: len(futures) - len(here)]
    for future in as_completed(elsewhere):
        future.result()  # its error ends the wait for the others
        done(len(here) + _done(elsewhere))
    return [*(future.result() for future in elsewhere), *(here[i] for i in sorted(here))]


def _done(futures: list[Future[Result]]) -> int:
    return sum(future.done() for future in futures)
