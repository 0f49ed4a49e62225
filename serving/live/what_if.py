"""What people can act on, and what would be foretold were it otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.score import Band
from serving.live.values import PeerRange, Value


@dataclass(frozen=True, slots=True)
class Lever:
    """A signal that people can act on.

    Attributes:
        meaning: completes "This account's ...".
        healthier: 1 where a higher value is healthier, -1 where a lower one is.
        low, high: what peers hold, from the tenth in a hundred to the ninetieth, and the present
            value; None where known of too few.
        usual: the peers' median; likewise.
    """

    signal: str
    meaning: str
    unit: str
    healthier: int
    value: float | None
    low: float | None
    usual: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Levers:
    """The signals of an account that people can act on, by name."""

    account_id: str
    as_of: date
    peers: PeerRange
    levers: tuple[Lever, ...]


@dataclass(frozen=True, slots=True)
class Foretold:
    """What a model foretells of one row.

    Attributes:
        p_loss: chance of loss (0 to 1) by horizon in days; None where no evidence exists.
        health_score: 0 to 100, 100 is healthy.
    """

    p_loss: Mapping[int, float | None]
    health_score: float | None
    band: Band


@dataclass(frozen=True, slots=True)
class Moved:
    """One signal that was changed.

    Attributes:
        points: its share of the change, percentage points of the chance of loss within the
            primary horizon; over all that moved they add up to the change.
        beyond_peers: whether the new value lies where hardly any peer's does, so that the model
            has seen little of it.
    """

    signal: str
    meaning: str
    before: Value
    after: Value
    points: float
    beyond_peers: bool


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What the model would say of an account, were some of its signals otherwise.

    An association: nobody knows that the account would do as others with such signals did.

    Attributes:
        now: as the signals are; what was published.
        then: as they would be.
        moved: largest share first.
        reasons: of `then`, as those of an explanation (see `explain`).
        base_chance: with the points of `reasons` it adds up to the chance of `then`.
    """

    account_id: str
    as_of: date
    model_version: str
    primary_horizon: int
    now: Foretold
    then: Foretold
    moved: tuple[Moved, ...]
    base_chance: float
    reasons: tuple[Mapping[str, Any], ...]
