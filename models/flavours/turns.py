"""Who may use a library that keeps one number of threads for the whole process, and when."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Turns:
    """Work on one thread goes side by side; work on more threads goes alone.

    Whoever sets another number of threads while others are at work makes them write beyond
    their buffers; work that sets the same number, one, harms nobody.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._beside = 0
        self._alone = False
        self._waiting = 0

    @contextmanager
    def taken(self, threads: int) -> Iterator[None]:
        """A turn for work on so many threads; 0 is one for each processor."""
        with self._beside_others() if threads == 1 else self._alone_now():
            yield

    @contextmanager
    def _beside_others(self) -> Iterator[None]:
        with self._changed:
            # whoever wants to be alone goes first, or might wait for ever
            self._changed.wait_for(lambda: not self._alone and not self._waiting)
            self._beside += 1
        try:
            yield
        finally:
            with self._changed:
                self._beside -= 1
                self._changed.notify_all()

    @contextmanager
    def _alone_now(self) -> Iterator[None]:
        with self._changed:
            self._waiting += 1
            self._changed.wait_for(lambda: not self._alone and not self._beside)
            self._waiting -= 1
            self._alone = True
        try:
            yield
        finally:
            with self._changed:
                self._alone = False
                self._changed.notify_all()
