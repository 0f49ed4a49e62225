"""The model that serves, held ready: verified, warmed and swapped while requests go on.

Whoever asks takes one reference and works with it to the end, so that a swap never meets a
request half-way. A version that cannot be had as it was promoted is refused, and the one before
stays; it is tried again at the next look, in case it was put right.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Lock, Thread

import numpy as np

from models.bundle import BrokenBundle
from models.churn_model import ChurnModel

LOG = logging.getLogger(__name__)
SECONDS_BETWEEN_LOOKS = 5.0


@dataclass(frozen=True, slots=True)
class Promoted:
    """A version as the store recorded its promotion.

    Attributes:
        digest: SHA-256 of its bundle's manifest.
    """

    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Serving:
    """What serves.

    Attributes:
        since: when this process swapped it in.
    """

    promoted: Promoted
    model: ChurnModel
    since: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """A version that was promoted and could not be had.

    Attributes:
        why: names files, so it is for the log and for people who may read models.
    """

    promoted: Promoted
    why: str
    at: datetime

    @property
    def told(self) -> str:
        """What anybody may know of it."""
        return f"{self.promoted.version}: its bundle is missing or is not what was promoted."


class NoBundle(Exception):
    """A promoted version cannot be had; the message says why."""


Wanted = Callable[[], Promoted | None]
"""Which version serves by the store; None before the first promotion."""
Fetch = Callable[[Promoted], ChurnModel]
"""The verified model of a version; raises NoBundle or BrokenBundle."""


def warm(model: ChurnModel) -> None:
    """Score and explain one row, so that nobody waits for what is made at first use."""
    known = model.reference.background[:1] if model.reference is not None else None
    row = np.full((1, len(model.schema.columns)), np.nan) if known is None else known
    model.chances(row)
    model.explain(row)
    if model.by_group is not None:
        model.by_group.explain(row[0])


@dataclass
class Champion:
    """Holds the model that serves.

    Attributes:
        wanted: asks the store.
        fetch: gets a version's model, verified.
        warm: prepares it.
        swaps: how often another version took the place of one.
    """

    wanted: Wanted
    fetch: Fetch
    warm: Callable[[ChurnModel], None] = warm
    swaps: int = 0
    _serving: Serving | None = None
    _refused: Refusal | None = None
    _looking: Lock = field(default_factory=Lock)

    @property
    def serving(self) -> Serving | None:
        """What serves now; None before the first promotion."""
        return self._serving

    @property
    def refused(self) -> Refusal | None:
        """The version that should serve and could not be had; None where all is well."""
        return self._refused

    def look(self) -> bool:
        """Ask which version serves and swap it in if it is another; whether it was.

        Never raises for a version that cannot be had: that is logged and told by `refused`.
        """
        with self._looking:
            promoted = self.wanted()
            if promoted is None or self._holds(promoted):
                self._refused = None
                return False
            try:
                model = self.fetch(promoted)
                self.warm(model)
            except Exception as error:  # whatever a bundle does, the one that serves stays
                self._refuse(promoted, error)
                return False
            self._take(Serving(promoted, model, datetime.now(UTC)))
            return True

    def _holds(self, promoted: Promoted) -> bool:
        return self._serving is not None and self._serving.promoted == promoted

    def _take(self, now: Serving) -> None:
        before = self._serving
        self._serving, self._refused = now, None  # one assignment: whoever asks sees old or new
        self.swaps += before is not None
        LOG.info("model %s serves", now.promoted.version)

    def _refuse(self, promoted: Promoted, error: Exception) -> None:
        known = isinstance(error, NoBundle | BrokenBundle)
        why = str(error) if known else f"{type(error).__name__}: {error}"
        if self._refused is None or self._refused.promoted != promoted:
            LOG.error("model %s is refused: %s", promoted.version, why)
        self._refused = Refusal(promoted, why, datetime.now(UTC))


class Watch:
    """Looks at a champion every few seconds, in a thread of its own.

    Args:
        champion: what is kept up to date.
        seconds: between two looks.
        also: done at once and after each look, so that no request has to wait for it.
    """

    def __init__(
        self,
        champion: Champion,
        seconds: float = SECONDS_BETWEEN_LOOKS,
        also: Sequence[Callable[[], None]] = (),
    ) -> None:
        self._champion, self._seconds, self._also = champion, seconds, also
        self._ended = Event()
        self._thread = Thread(target=self._watch, name="champion", daemon=True)

    def __enter__(self) -> "Watch":
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop; a look that goes on is waited for."""
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        self._try(*self._also)  # whoever starts the service has looked at the champion
        while not self._ended.wait(self._seconds):
            self._try(self._champion.look, *self._also)

    @staticmethod
    def _try(*steps: Callable[[], object]) -> None:
        try:
            for step in steps:
                step()
        except Exception as error:  # the store may be away; the next look finds it again
            LOG.error("what serves cannot be brought up to date: %s", type(error).__name__)
