"""Why there is no answer about an account."""

from collections.abc import Sequence
from dataclasses import dataclass


class NotExplained(Exception):
    """There is no such account, day or signal; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One value that cannot be used.

    Attributes:
        signal: its column.
        given: as it was given.
        allowed: what would have been.
    """

    signal: str
    given: object
    allowed: str


class NotAllowed(Exception):
    """Signals or values that cannot be used; `refused` names each."""

    def __init__(self, refused: Sequence[Refused]) -> None:
        super().__init__(
            " ".join(f"{r.signal}: {r.given!r} is given; allowed: {r.allowed}." for r in refused)
        )
        self.refused = tuple(refused)
