"""The dated facts of one account, as they were known at the end of a day.

Only the account's bucket of the lake is read, and only its rows are kept. What was not known by
then, or happened later, is not seen: the cut is that of `features.facts`.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.clock import MISSING, cut_of
from features.facts import Facts, visible
from features.lake import Lake
from features.lake.partition import bucket_of
from features.prepare import prepare
from serving.live import Contact, Conversation, LoggedRisk, Records, Subscription, Ticket

TABLES = {
    "tickets": ("ticket_id", "opened_at", "category", "severity", "first_response_at",
                "escalated_at", "resolved_at", "csat"),
    "interactions": ("occurred_at", "channel", "direction", "contact_id"),
    "risks": ("risk_id", "logged_at", "level", "category", "note", "logged_by", "resolved_at",
              "expires_at"),
    "subscriptions": ("subscription_id", "product", "plan", "seats", "mrr", "currency",
                      "started_at", "cancelled_at", "ended_at", "renews_at"),
    "contacts": ("contact_id", "role", "joined_at", "left_at"),
}  # fmt: skip
MONTHS_SHOWN = 24
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Item = TypeVar("Item")


class Cells:
    """One visible row, read by column."""

    def __init__(self, facts: Facts, row: int) -> None:
        self._facts, self._row = facts, row

    def word(self, column: str) -> str:
        """A text, empty where missing or not brought."""
        if column not in self._facts.columns:
            return ""
        words = self._facts.words(column)
        code = int(words.codes[self._row])
        return words.words[code] if code >= 0 else ""

    def number(self, column: str) -> float | None:
        """A number, None where missing or not brought."""
        if column not in self._facts.columns:
            return None
        found = float(self._facts.numbers(column)[self._row])
        return None if np.isnan(found) else found

    def date(self, column: str) -> datetime | None:
        """An instant, likewise."""
        if column not in self._facts.columns:
            return None
        found = int(self._facts.dates(column)[self._row])
        return None if found == MISSING else EPOCH + timedelta(microseconds=found)

    def occurred(self, column: str) -> datetime:
        """The instant that every row of the table has."""
        return self.date(column) or EPOCH


def records(lake: Lake, account: str, as_of: date, since: date | None = None) -> Records:
    """What is known of an account at the end of `as_of`, newest first.

    Args:
        lake: where the facts are.
        account: its id.
        as_of: what happened or became known later is not seen.
        since: the first day of which tickets, conversations and risks are told; by default
            `MONTHS_SHOWN` months before. Subscriptions and contacts are told from the start.
    """
    facts = _facts(lake, account, as_of)
    first = since or as_of - timedelta(days=round(MONTHS_SHOWN * 365.25 / 12))
    begin = datetime.combine(first, time(), UTC)

    def rows(table: str, make: Callable[[Cells], Item]) -> list[Item]:
        return [make(cells) for cells in _rows(facts.get(table))]

    talks = rows("interactions", _conversation)
    seen: dict[str, datetime] = {}
    for talk in talks:
        if talk.contact_id:
            seen[talk.contact_id] = max(talk.occurred_at, seen.get(talk.contact_id, EPOCH))
    return Records(
        account_id=account,
        as_of=as_of,
        connected=frozenset(facts),
        tickets=_newest(rows("tickets", _ticket), lambda t: t.opened_at, begin),
        conversations=_newest(talks, lambda t: t.occurred_at, begin),
        risks=_newest(rows("risks", _risk), lambda r: r.logged_at, begin),
        subscriptions=_newest(rows("subscriptions", _subscription), lambda s: s.started_at),
        contacts=_newest(
            rows("contacts", lambda cells: _contact(cells, seen)),
            lambda c: c.last_seen_at or EPOCH,
        ),
    )


def _facts(lake: Lake, account: str, as_of: date) -> dict[str, Facts]:
    """The account's visible facts by connected table."""
    bucket = bucket_of(account, lake.manifest.buckets)
    tables = lake.bucket(bucket, {name: set(columns) for name, columns in TABLES.items()})
    mine = {name: _of_account(table, account) for name, table in tables.items()}
    return {name: visible(f, cut_of(as_of)) for name, f in prepare(mine).tables.items()}


def _of_account(table: pa.Table, account: str) -> pa.Table:
    return table.filter(pc.equal(table.column("account_id").cast(pa.string()), account))


def _rows(facts: Facts | None) -> Iterator[Cells]:
    for row in range(len(facts) if facts is not None else 0):
        assert facts is not None
        yield Cells(facts, row)


def _newest(
    items: list[Item], when: Callable[[Item], datetime], begin: datetime = EPOCH
) -> tuple[Item, ...]:
    kept = [item for item in items if when(item) >= begin]
    return tuple(sorted(kept, key=when, reverse=True))


def _ticket(row: Cells) -> Ticket:
    return Ticket(
        ticket_id=row.word("ticket_id"),
        opened_at=row.occurred("opened_at"),
        category=row.word("category"),
        severity=row.word("severity"),
        first_response_at=row.date("first_response_at"),
        escalated_at=row.date("escalated_at"),
        resolved_at=row.date("resolved_at"),
        csat=row.number("csat"),
    )


def _conversation(row: Cells) -> Conversation:
    return Conversation(
        row.occurred("occurred_at"),
        row.word("channel"),
        row.word("direction"),
        row.word("contact_id"),
    )


def _risk(row: Cells) -> LoggedRisk:
    return LoggedRisk(
        risk_id=row.word("risk_id"),
        logged_at=row.occurred("logged_at"),
        level=row.word("level"),
        category=row.word("category"),
        note=row.word("note"),
        logged_by=row.word("logged_by"),
        resolved_at=row.date("resolved_at"),
        expires_at=row.date("expires_at"),
    )


def _subscription(row: Cells) -> Subscription:
    return Subscription(
        subscription_id=row.word("subscription_id"),
        product=row.word("product"),
        plan=row.word("plan"),
        seats=row.number("seats"),
        mrr=row.number("mrr"),
        currency=row.word("currency"),
        started_at=row.occurred("started_at"),
        cancelled_at=row.date("cancelled_at"),
        ended_at=row.date("ended_at"),
        renews_at=row.date("renews_at"),
    )


def _contact(row: Cells, seen: dict[str, datetime]) -> Contact:
    own = row.word("contact_id")
    return Contact(own, row.word("role"), row.date("joined_at"), row.date("left_at"), seen.get(own))
