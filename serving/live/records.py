"""The dated facts of one account: tickets, conversations, logged risks, contracts, people."""

from dataclasses import dataclass
from datetime import date, datetime


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
