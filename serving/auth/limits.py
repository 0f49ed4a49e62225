"""How often somebody may ask: a token bucket for each."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

MOST_REMEMBERED = 10_000


@dataclass
class Limit:
    """So many requests a second in the long run, and some at once.

    Attributes:
        rate: requests a second.
        burst: requests at once, after a pause.
        clock: seconds, ever increasing.
    """

    rate: float
    burst: float
    clock: Callable[[], float] = time.monotonic
    _left: "OrderedDict[str, tuple[float, float]]" = field(default_factory=OrderedDict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def part(self, of: int) -> "Limit":
        """The share of one of so many processes, which together let no more pass."""
        return Limit(self.rate / of, max(1.0, self.burst / of), self.clock)

    def wait(self, who: str) -> float:
        """Take one request; 0 where it may pass, else the seconds until one may."""
        with self._lock:
            now = self.clock()
            left, then = self._left.pop(who, (self.burst, now))
            left = min(self.burst, left + (now - then) * self.rate)
            passes = left >= 1
            self._left[who] = (left - 1 if passes else left, now)
            while len(self._left) > MOST_REMEMBERED:
                self._left.popitem(last=False)
        return 0.0 if passes else (1 - left) / self.rate
