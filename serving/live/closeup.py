"""What the service knows of one account beyond the store: signals, facts and what-ifs.

All of it comes from the workspace (snapshots, models, lake), which `serving` never opens: the
command that composes the service hands in a `CloseUp`, or None where no workspace is at hand.
Nobody is asked who they are here. Whoever calls has made sure that the person asking may see the
account: `records` holds names and notes of people.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models.score import Band

Value = float | str | None
"""What a signal holds: a number, a word, or None where missing."""


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


@dataclass(frozen=True, slots=True)
class Past:
    """Values of one account over time.

    Attributes:
        dates: of the stored snapshots, oldest first.
        values: by signal one for each date; None where missing, and where the account was no
            customer.
    """

    dates: tuple[date, ...]
    values: Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Quantiles:
    """How a number lies among peers: a tenth of them lie below `p10`, half below `p50`.

    Attributes:
        accounts: peers of whom the number is known.
    """

    p10: float
    p25: float
    p50: float
    p75: float
    p90: float
    accounts: int


@dataclass(frozen=True, slots=True)
class PeerRange:
    """The peers of an account, and how its signals lie among them.

    Attributes:
        shared: what all of them share, by column (tier and stage, else tier, else nothing).
        accounts: how many they are, the account itself among them.
        quantiles: by signal; words, and numbers known of too few, are not in it.
    """

    as_of: date
    shared: Mapping[str, str]
    accounts: int
    quantiles: Mapping[str, Quantiles]


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


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket; instants are UTC, and None for what had not happened by the day asked about."""

    ticket_id: str
    opened_at: datetime
    category: str
    severity: str
    first_response_at: datetime | None
    escalated_at: datetime | None
    resolved_at: datetime | None
    csat: float | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """An e-mail, call, meeting or another interaction; empty words where nothing was brought."""

    occurred_at: datetime
    channel: str
    direction: str
    contact_id: str


@dataclass(frozen=True, slots=True)
class LoggedRisk:
    """A risk that a person logged."""

    risk_id: str
    logged_at: datetime
    level: str
    category: str
    note: str
    logged_by: str
    resolved_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Subscription:
    """One price at one time; an up- or downgrade ends one and starts another.

    Attributes:
        mrr: per month, in `currency` as it was brought.
        cancelled_at: when notice was given.
    """

    subscription_id: str
    product: str
    plan: str
    seats: float | None
    mrr: float | None
    currency: str
    started_at: datetime
    cancelled_at: datetime | None
    ended_at: datetime | None
    renews_at: datetime | None


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at the account.

    Attributes:
        role: executive, admin, champion or user; empty where not known.
        last_seen_at: the last conversation with them; None where there was none.
    """

    contact_id: str
    role: str
    joined_at: datetime | None
    left_at: datetime | None
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Records:
    """The dated facts of one account, as they were known at the end of a day; newest first.

    Attributes:
        connected: the tables that the company brings; of others nothing can be known.
    """

    account_id: str
    as_of: date
    connected: frozenset[str] = frozenset()
    tickets: tuple[Ticket, ...] = ()
    conversations: tuple[Conversation, ...] = ()
    risks: tuple[LoggedRisk, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    contacts: tuple[Contact, ...] = ()


Explain = Callable[[str, date | None, date | None], dict[str, Any]]
"""Explains an account at a date (None is the newest) against an earlier one (None is the one
before), as plain JSON values; raises NotExplained."""


@dataclass(frozen=True)
class CloseUp:
    """One account seen from near. Every callable raises NotExplained where there is no such thing.

    Attributes:
        explain: (account, as_of, since), see `Explain`; what `ExplanationOut` describes.
        past: (account, signals) the values in the stored snapshots of the last 24 months.
        peers: (account, signals) among the peers, in the newest run.
        levers: (account) what people can act on, in the newest run.
        what_if: (account, signals by name) what changed signals would do to the newest score;
            also raises NotAllowed.
        records: (account, since) the dated facts up to the newest run, those since a day; by
            default of the last 24 months.
        why: (account, since) what `explain` says of the newest run but for what would help, which
            takes half as long again; None where it is no quicker.
    """

    explain: Explain
    past: Callable[[str, Sequence[str]], Past]
    peers: Callable[[str, Sequence[str]], PeerRange]
    levers: Callable[[str], Levers]
    what_if: Callable[[str, Mapping[str, Value]], WhatIf]
    records: Callable[[str, date | None], Records]
    why: Callable[[str, date | None], dict[str, Any]] | None = None
