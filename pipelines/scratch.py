"""Folders for work under way: each process has its own, and what a lost one left is cleared."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp

from pipelines.exclusive import held, is_held

UNDER_WAY = ".under-way-"
"""Follows the name of a place, so that no folder of a person's is taken for ours."""


@contextmanager
def scratch(place: Path) -> Iterator[Path]:
    """A new folder beside a place, which nobody else writes to and of which nothing is left.

    Two nights at once would otherwise read one another's files, or find them gone. The system
    gives a lock back when a process ends, however it ends: so what lies there unlocked is nobody's.

    Args:
        place: names the work; the folder that such work had in earlier releases.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as meanwhile:
        with held(place.parent):
            for other in [place, *place.parent.glob(f"{place.name}{UNDER_WAY}*")]:
                if other.is_dir() and not is_held(other):
                    shutil.rmtree(other, ignore_errors=True)
            own = Path(mkdtemp(prefix=f"{place.name}{UNDER_WAY}", dir=place.parent))
            meanwhile.enter_context(held(own))
        meanwhile.callback(shutil.rmtree, own, ignore_errors=True)
        yield own
