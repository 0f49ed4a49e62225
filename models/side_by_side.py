"""Fits that do not wait for one another."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from threadpoolctl import threadpool_limits

from models.flavours.lightgbm import ROWS_WORTH_THREADS

One = TypeVar("One")
Done = TypeVar("Done")


def side_by_side(work: Callable[[One], Done], each: Sequence[One], rows: int) -> Iterator[Done]:
    """What `work` gives for each, in order.

    Small fits run side by side on one thread each, in linear algebra too: threads of BLAS
    that wait for one another cost a small fit three times its processor time. Fits of many
    rows thread by themselves.

    Args:
        work: one fit.
        each: what to fit, one after the other.
        rows: about how many rows one fit has.
    """
    if rows >= ROWS_WORTH_THREADS:
        yield from map(work, each)
        return
    limits = threadpool_limits(1, user_api="blas")
    with limits, ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        yield from pool.map(work, each)
