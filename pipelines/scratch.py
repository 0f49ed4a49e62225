"""Folders for work under way: each process has its own, and what a lost one left is cleared."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from pipelines.exclusive import in_turn

if TYPE_CHECKING:
    from filelock import BaseFileLock

OWN, HELD = "work-", ".held"


@contextmanager
def scratch(place: Path) -> Iterator[Path]:
    """A new folder below a place, which nobody else writes to and which is gone afterwards.

    Two nights at once would otherwise read one another's files, or find them gone. The system
    gives a lock back when a process ends, however it ends: so what lies there unlocked is nobody's.

    Args:
        place: where those who do such work have their folders; anything else in it is removed.
    """
    with in_turn(place, place.name):
        for other in [each for each in place.iterdir() if each.is_dir()]:
            _clear(other)
        own = Path(mkdtemp(prefix=OWN, dir=place))
        held = _lock(own).acquire()
    with held:
        try:
            yield own
        finally:
            shutil.rmtree(own, ignore_errors=True)
            _beside(own).unlink(missing_ok=True)


def _clear(folder: Path) -> None:
    """Remove a folder that no process holds."""
    from filelock import Timeout

    try:
        with _lock(folder).acquire():
            shutil.rmtree(folder, ignore_errors=True)
            _beside(folder).unlink(missing_ok=True)
    except Timeout:
        return


def _lock(folder: Path) -> "BaseFileLock":
    from filelock import FileLock

    return FileLock(_beside(folder), timeout=0)


def _beside(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}{HELD}")
