"""Everything there is to say about one account's score, and the same as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache
from typing import Any

from models.explain.account import FullReason, Why
from models.explain.change import ChangeShares
from models.explain.precedents import Similar
from models.explain.remedies import Remedy
from models.explain.transition import BandCause
from models.explain.usual import Usual
from models.score import Band


@dataclass(frozen=True)
class BandChange:
    """The bands of two dates, and what brought the account from one into the other.

    Attributes:
        cause: None where the band is the same.
        edges: what the threshold moved by and what had waited, beside the terms of the change.
    """

    before: Band
    after: Band
    cause: BandCause | None
    edges: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """Sentences.

    Attributes:
        remedy: what would help; empty for an account that is green, or grey.
        similar: one for each similar account.
    """

    remedy: str = ""
    similar: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explained:
    """Everything there is to say about one account's score at a date.

    Attributes:
        change: against the earlier date; None where there is none to compare with.
        not_compared: why there is no change; empty where there is one.
        remedy: what would help; None for nothing, or where nothing is to be reached.
        said: the same in words.
    """

    account: str
    as_of: date
    model_version: str
    band: Band
    p_loss: dict[int, float]
    why: Why
    since: date | None = None
    change: ChangeShares | None = None
    band_change: BandChange | None = None
    not_compared: str = ""
    remedy: Remedy | None = None
    said: Said = Said()

    def summary(self) -> dict[str, Any]:
        """Everything, as plain JSON values."""
        return {
            "account_id": self.account,
            "as_of": self.as_of.isoformat(),
            "model_version": self.model_version,
            "band": self.band.value,
            "p_loss": self.p_loss,
            **_why(self.why),
            "since": self.since.isoformat() if self.since else None,
            "change": _change(self.change) if self.change else None,
            "band_change": _band_change(self.band_change) if self.band_change else None,
            "not_compared": self.not_compared,
            "what_would_help": {
                **(_remedy(self.remedy) if self.remedy else {}),
                "sentence": self.said.remedy,
            },
            "similar": [
                {**_similar(each), "sentence": sentence}
                for each, sentence in zip(self.why.similar, self.said.similar, strict=True)
            ],
        }


def _why(found: Why) -> dict[str, Any]:
    shared, count = found.peers
    return {
        "primary_horizon": found.horizon,
        "chance": found.chance,
        "base_chance": found.base_chance,
        "reasons": reasons_of(found.reasons),
        "reasons_with_unsteady_sign": found.unsteady,
        "peers": {"shared": shared, "accounts": count},
        "groups": _groups(found),
    }


def reasons_of(found: Sequence[FullReason]) -> list[dict[str, Any]]:
    """Every reason with all that is known about it, as plain values."""
    return [
        {
            **_flat(each.reason),
            "columns": list(each.columns),
            "points": 100 * each.points,
            **_usual(each.usual),
            "sentence": each.sentence,
        }
        for each in found
    ]


def _usual(found: Usual) -> dict[str, Any]:
    """What is usual; the value itself is said with the reason."""
    flat = _flat(found)
    del flat["value"]
    return {**flat, "peers": _flat(found.peers) if found.peers else None}


def _remedy(found: Remedy) -> dict[str, Any]:
    return {**_flat(found), "steps": tuple(map(_flat, found.steps))}


def _similar(found: Similar) -> dict[str, Any]:
    return {**_flat(found), "did": tuple(map(_flat, found.did))}


def _groups(found: Why) -> dict[str, Any] | None:
    if found.groups is None:
        return None
    points = {group: 100 * share for group, share in found.groups.shares.items()}
    return {"base_chance": found.groups.base, "points": points}


def _band_change(found: BandChange) -> dict[str, Any]:
    return {
        "before": found.before.value,
        "after": found.after.value,
        "cause": found.cause.value if found.cause else None,
        "points": {term: 100 * share for term, share in found.edges.items()},
    }


def _change(found: ChangeShares) -> dict[str, Any]:
    return {
        "horizon": found.horizon,
        "before": found.before,
        "after": found.after,
        "points": {term: 100 * share for term, share in found.terms.items()},
        "signals": [{**_flat(each), "points": 100 * each.points} for each in found.signals],
    }


def _flat(found: Any) -> dict[str, Any]:
    """The attributes of a dataclass as they are: `asdict` would copy every value in them."""
    own = getattr(found, "__dict__", None)  # in the order of its fields
    if own is not None:
        return dict(own)
    # whether its values can be hashed, as mypy asks, is of no matter: the class can
    names = _names(type(found))  # type: ignore[arg-type]
    return {name: getattr(found, name) for name in names}


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))
