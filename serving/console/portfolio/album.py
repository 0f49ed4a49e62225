"""What was made of the newest run, kept while it is the newest: a run does not change."""

from collections.abc import Callable
from typing import Generic, TypeVar

Made = TypeVar("Made")
MOST_KEPT = 100


class Album(Generic[Made]):
    """Keeps what takes longest to make: pictures, and whom to call."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, ...], Made] = {}

    def of(self, key: tuple[str, ...], make: Callable[[], Made]) -> Made:
        """What was made for a key, whose first part is the digest of the run."""
        found = self._kept.get(key)
        if found is None:
            found = make()
            same = {k: made for k, made in self._kept.items() if k[0] == key[0]}
            self._kept = {**(same if len(same) < MOST_KEPT else {}), key: found}
        return found
