"""What of a company's own has columns of its own: its main events and attributes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Followed:
    """Names that only this company knows, each with columns of its own in snapshots.

    Attributes:
        events: the main events of its usage.
        numbers: attributes of its accounts that are numbers.
        words: attributes that are words.
    """

    events: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON: `events`, and `attributes` where there are any."""
        attributes = {"numbers": list(self.numbers), "words": list(self.words)}
        told = {"attributes": attributes} if self.numbers or self.words else {}
        return {"events": list(self.events), **told}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Followed":
        """What was kept as plain values, among others; also before there were attributes."""
        attributes = stored.get("attributes", {})
        kinds = (tuple(attributes.get(kind, ())) for kind in ("numbers", "words"))
        return cls(tuple(stored.get("events", ())), *kinds)
