"""What was read of the newest run, kept until anything is published.

A published run never changes, but how it stands against those before does when one of an earlier
date comes late: since when a band holds, what moved.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from serving.store.records import RunInfo

Found = TypeVar("Found")

MOST = 500


class RunMemory:
    """Answers about one run; those about another let go of them all."""

    def __init__(self) -> None:
        # both together, so that no thread puts an answer under another's stamp
        self._kept: tuple[Hashable, dict[Hashable, Any]] = (None, {})

    def recall(self, run: RunInfo, asked: Hashable, read: Callable[[], Found]) -> Found:
        """What `read` gives, read once for a state of the store and a question.

        Args:
            run: the newest, from `newest_run`.
            asked: tells the question from others.
            read: answers it.
        """
        return self.under((run.digest, run.last_published), asked, read)

    def under(self, stamp: Hashable, asked: Hashable, read: Callable[[], Found]) -> Found:
        """The same of what another stamp stands for."""
        of, kept = self._kept
        if stamp != of or len(kept) >= MOST:
            kept = {}
            self._kept = (stamp, kept)
        if asked not in kept:
            kept[asked] = read()
        found: Found = kept[asked]
        return found
