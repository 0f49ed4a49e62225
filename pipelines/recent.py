"""What was worked out lately, kept until something is published: a few accounts, no more."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

Made = TypeVar("Made")
MOST = 96
"""Answers in memory; one account seen from near is four of them, some 500 kB."""


class Recent:
    """Answers that hold as long as their stamp does. Several threads may ask at once.

    Args:
        most: answers kept; of more, those go that were not asked for longest.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most, self._lock = most, Lock()
        self._stamp: Hashable = None
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def of(self, stamp: Hashable, asked: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gives, from memory where it was made under the same stamp.

        Args:
            stamp: tells one state of what is read from another.
            asked: tells the question from others.
            make: answers it; what it raises is not kept. It runs without the lock, so that two
                may work out the same at once.
        """
        with self._lock:
            if stamp != self._stamp:
                self._stamp = stamp
                self._kept.clear()
            if asked in self._kept:
                self._kept.move_to_end(asked)
                found: Made = self._kept[asked]
                return found
        made = make()
        with self._lock:
            if stamp == self._stamp:
                self._kept[asked] = made
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return made
