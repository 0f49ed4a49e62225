"""Mapping a computation over buckets on this machine.

Processes are spawned, so that none inherits threads or locks. Each imports the module of
the computation and nothing else: keep that module light. This process works beside them:
it has loaded everything already.
"""

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Generic, TypeVar

from features.heap import alone

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
    shared = _Shared(work, deque(range(buckets)), done)
    with ThreadPoolExecutor(workers - 1) as threads:
        others = [threads.submit(shared.elsewhere) for _ in range(workers - 1)]
        try:
            shared.here()
            for other in as_completed(others):
                other.result()  # its error ends the wait for the others
                done(len(shared.found))
        except BrokenProcessPool as error:
            raise WorkerLost(
                f"one of {workers} processes was ended by the system, as happens where memory "
                "runs short: cut the lake into more buckets ([load] buckets), or use a larger "
                "machine."
            ) from error
        finally:
            shared.left.clear()  # whatever ends this process's part ends that of the others
    return [shared.found[index] for index in range(buckets)]


def _all_here(
    work: Callable[[int], Result], buckets: int, done: Callable[[int], None]
) -> list[Result]:
    found = []
    for index in range(buckets):
        found.append(work(index))
        done(len(found))
    return found


@dataclass
class _Shared(Generic[Result]):
    """Buckets that several processes take one by one: this one the last, the others the first.

    Each other process is a pool of its own. One pool of them all cannot be told that one of
    them was lost once a bucket was taken back from it (CPython 3.11): it waits for ever.
    """

    work: Callable[[int], Result]
    left: deque[int]
    done: Callable[[int], None]
    found: dict[int, Result] = field(default_factory=dict)

    def here(self) -> None:
        """Compute what is left, from the last, until nothing is."""
        while (index := self._taken(self.left.pop)) is not None:
            self.found[index] = self.work(index)
            self.done(len(self.found))

    def elsewhere(self) -> None:
        """Let a process of its own compute what is left, from the first, until nothing is."""
        spawned = get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=spawned, initializer=alone) as process:
            try:
                while (index := self._taken(self.left.popleft)) is not None:
                    self.found[index] = process.submit(self.work, index).result()
            except BaseException:
                self.left.clear()
                raise

    @staticmethod
    def _taken(take: Callable[[], int]) -> int | None:
        try:
            return take()
        except IndexError:
            return None
