"""What was read of the newest run, kept while it is the newest: a published run never changes."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Found = TypeVar("Found")

MOST = 500


class RunMemory:
    """Answers about one run; those about another let go of them all."""

    def __init__(self) -> None:
        self._digest = ""
        self._kept: dict[Hashable, Any] = {}

    def recall(self, digest: str, asked: Hashable, read: Callable[[], Found]) -> Found:
        """What `read` gives, read once for a run and a question.

        Args:
            digest: of the run.
            asked: tells the question from others.
            read: answers it.
        """
        if digest != self._digest or len(self._kept) >= MOST:
            self._digest, self._kept = digest, {}
        kept = self._kept
        if asked not in kept:
            kept[asked] = read()
        found: Found = kept[asked]
        return found
