"""Work that changes a folder in place, done by one process at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipelines.errors import InputError

try:
    import fcntl
except ModuleNotFoundError:  # Windows
    fcntl = None  # type: ignore[assignment]

LOCK = "lock"
LONGEST_WAIT = 600
"""Seconds; what takes turns takes a few, or minutes where a million accounts are written."""


@contextmanager
def one_at_a_time(folder: Path, doing: str) -> Iterator[None]:
    """Keep other processes that do the same out of a folder, which is made where it is missing.

    The system gives the lock back when a process ends, however it ends.

    Args:
        folder: what is changed in place.
        doing: the work, as a person would type it.

    Raises:
        InputError: another process is at it.
    """
    with _locked(folder, doing, 0):
        yield


@contextmanager
def in_turn(folder: Path, doing: str) -> Iterator[None]:
    """The same of what is done quickly: whoever comes second waits.

    Args:
        folder: what is changed in place.
        doing: the work, as a person would type it.

    Raises:
        InputError: another process is at it for very long.
    """
    with _locked(folder, doing, LONGEST_WAIT):
        yield


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The same of a folder that is not ours: nothing is left in it.

    Where the system cannot lock folders, as on Windows, nobody waits.

    Args:
        folder: one that is there.

    Raises:
        OSError: it cannot be read.
    """
    at = os.open(folder, os.O_RDONLY) if fcntl else None
    try:
        if fcntl and at is not None:
            with suppress(OSError):  # some file systems have no locks
                fcntl.flock(at, fcntl.LOCK_EX)
        yield
    finally:
        if at is not None:
            os.close(at)


def is_held(folder: Path) -> bool:
    """Whether anybody holds a folder; that cannot be told on Windows, and is taken to be so.

    So it is of one that is gone by now, as whoever held it has removed it.
    """
    if not fcntl:
        return True
    try:
        at = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(at, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(at)
    return False


@contextmanager
def _locked(folder: Path, doing: str, seconds: float) -> Iterator[None]:
    from filelock import FileLock, Timeout  # a tenth of a second that most commands do not need

    folder.mkdir(parents=True, exist_ok=True)
    try:
        lock = FileLock(folder / LOCK, timeout=seconds).acquire()
    except Timeout as error:
        raise InputError(
            f"another `{doing}` is at work in {folder}: run this one after it."
        ) from error
    with lock:
        yield
