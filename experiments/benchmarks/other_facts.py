"""The benchmark's other tables: what is known of accounts besides their usage."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from population import DAY, DAYS, EPOCH, Int, Population, numbered, skewed

from features.contract import TABLES
from features.contract.arrow import MONEY, TIMESTAMP, schema
from features.contract.tables import CHANNELS, LEVELS

SHARE_OF_EVENTS = 0.0564  # with the tables by account 6 million beside 100 million events
BY_EVENTS = {
    "interactions": 0.34,
    "tickets": 0.22,
    "invoices": 0.24,
    "surveys": 0.09,
    "feedback": 0.08,
    "risks": 0.03,
}
BY_ACCOUNT = {"accounts": 1.0, "subscriptions": 2.2, "contacts": 4.0}
VERSIONED = 0.1


def other_tables(
    population: Population, events: int, random: np.random.Generator
) -> dict[str, pa.Table]:
    """All tables but usage, in the contract's schema, ordered by when they became known."""
    sizes = {name: round(population.accounts * each) for name, each in BY_ACCOUNT.items()}
    sizes |= {name: round(events * SHARE_OF_EVENTS * share) for name, share in BY_EVENTS.items()}
    found = {}
    for name, size in sizes.items():
        draw = Draw(name, population, size, random)
        found[name] = draw.finish(COLUMNS[name](draw))
    return found


class Draw:
    """One table's rows: whose they are, when they happened, and columns drawn for them."""

    def __init__(
        self, name: str, population: Population, size: int, random: np.random.Generator
    ) -> None:
        self.name, self.size, self.random, self.population = name, size, random, population
        if name == "accounts":
            self.account: Int = np.arange(size)
        else:
            self.account = skewed(population.weight**0.5, size, random)
        begins = np.maximum(population.begins[self.account], 0)
        ends = np.minimum(population.ends[self.account], DAYS)
        day = begins + (np.maximum(ends, begins + 1) - begins) * random.random(size)
        self.when: Int = EPOCH + (day * DAY).astype(np.int64)

    def days(self, mean: float) -> Int:
        """Spans of time, most short, some long."""
        return (self.random.exponential(mean, self.size) * DAY).astype(np.int64)

    def words(self, choices: Sequence[str]) -> pa.Array:
        """One of the words for each row, the first ones often."""
        codes = skewed((np.arange(len(choices)) + 1.0) ** -1.0, self.size, self.random)
        return pa.array(choices, pa.string()).take(pa.array(codes))

    def dates(self, values: Int, share: float = 1.0) -> pa.Array:
        """Dates within what was recorded; only a share of the rows has one."""
        gone = (self.random.random(self.size) >= share) | (values >= EPOCH + DAYS * DAY)
        return pa.array(values, mask=gone).cast(TIMESTAMP)

    def ids(self, prefix: str) -> pa.Array:
        """An id of its own for each row."""
        return pa.array(numbered(prefix, self.size))

    def someone(self) -> pa.Array:
        """One of the contacts, for most rows."""
        contacts = round(self.population.accounts * BY_ACCOUNT["contacts"])
        codes = self.random.integers(0, contacts, self.size)
        gone = self.random.random(self.size) < 0.3
        return pa.array(numbered("con", contacts)).take(pa.array(codes, mask=gone))

    def amounts(self, mean: float) -> pa.Array:
        """Amounts of money, mean in the company's currency."""
        cents = (self.random.lognormal(0, 0.8, self.size) * mean * 100).astype(np.int64)
        halves = np.zeros((self.size, 2), np.int64)  # a decimal is a 128-bit whole number
        halves[:, 0] = cents * 100
        return pa.Array.from_buffers(MONEY, self.size, [None, pa.py_buffer(halves)])

    def finish(self, columns: Mapping[str, Any]) -> pa.Table:
        """The table, some facts with an earlier version in which nothing had happened yet."""
        table = TABLES[self.name]
        names = numbered("acc", self.population.accounts)
        filled: dict[str, Any] = {
            "account_id": pa.array(names).take(pa.array(self.account)),
            table.occurred: pa.array(self.when).cast(TIMESTAMP),
            "known_at": pa.array(self.when).cast(TIMESTAMP),
            **columns,
        }
        fields = schema(table)
        rows = pa.table(
            [filled.get(f.name, pa.nulls(self.size, f.type)) for f in fields], schema=fields
        )
        if not table.key:
            return rows.sort_by("known_at")
        twice = self.random.random(self.size) < VERSIONED
        later = rows.filter(pa.array(twice))
        known = self.when[twice] + (self.random.exponential(20, twice.sum()) * DAY).astype(int)
        place = fields.get_field_index("known_at")
        later = later.set_column(place, "known_at", pa.array(known).cast(TIMESTAMP))
        return pa.concat_tables([_unhappened(rows, pa.array(twice)), later]).sort_by("known_at")


def _unhappened(rows: pa.Table, where: pa.Array) -> pa.Table:
    """Rows with the dates of later happenings emptied where asked."""
    for column in TABLES["tickets"].columns:
        if column.hidden_until and column.name in rows.column_names:
            place = rows.schema.get_field_index(column.name)
            values = pc.if_else(where, pa.scalar(None, rows.schema.types[place]), rows[place])
            rows = rows.set_column(place, rows.schema.field(place), values)
    return rows


def _accounts(draw: Draw) -> dict[str, Any]:
    begins = EPOCH + draw.population.begins * DAY
    draw.when = begins
    return {
        "name": draw.ids("Company"),
        "industry": draw.words(("software", "retail", "health", "energy", "education")),
        "region": draw.words(("EMEA", "AMER", "APAC")),
        "employees": pa.array(draw.random.lognormal(4, 1.5, draw.size).astype(np.int64)),
        "growth_potential": draw.words(("low", "medium", "high")),
        "csm": draw.words([f"csm {number}" for number in range(200)]),
    }


def _subscriptions(draw: Draw) -> dict[str, Any]:
    """The first row of an account runs from its begin to its end, others lie within."""
    population, own = draw.population, draw.population.accounts
    draw.account[:own] = np.arange(own)
    draw.when[:own] = EPOCH + population.begins * DAY
    ended = EPOCH + population.ends[draw.account] * DAY
    ended[own:] = np.minimum(ended[own:], draw.when[own:] + draw.days(200)[own:])
    notice = np.maximum(draw.when, ended - draw.days(30))
    return {
        "subscription_id": draw.ids("sub"),
        "product": draw.words(("core", "analytics", "api")),
        "plan": draw.words(("team", "business", "enterprise")),
        "seats": pa.array(draw.random.integers(1, 200, draw.size)),
        "mrr": draw.amounts(400),
        "ended_at": draw.dates(ended),
        "cancelled_at": draw.dates(notice, 0.6),
        "renews_at": pa.array(draw.when + 365 * DAY).cast(TIMESTAMP),
        "billing_months": pa.array(draw.random.choice([1, 12], draw.size)),
        "auto_renew": pa.array(draw.random.random(draw.size) < 0.7),
        "is_free": pa.array(draw.random.random(draw.size) < 0.03),
        "is_completed": pa.array(np.zeros(draw.size, bool)),
    }


def _contacts(draw: Draw) -> dict[str, Any]:
    return {
        "contact_id": draw.ids("con"),
        "role": draw.words(("user", "admin", "champion", "executive")),
        "left_at": draw.dates(draw.when + draw.days(400), 0.5),
    }


def _tickets(draw: Draw) -> dict[str, Any]:
    answered = draw.when + draw.days(0.3)
    score = draw.random.integers(1, 6, draw.size).astype(np.float64)
    return {
        "ticket_id": draw.ids("tic"),
        "category": draw.words(("how to", "bug", "billing", "access", "integration")),
        "severity": draw.words(("normal", "low", "high", "critical")),
        "first_response_at": draw.dates(answered, 0.97),
        "resolved_at": draw.dates(answered + draw.days(4), 0.93),
        "escalated_at": draw.dates(answered + draw.days(2), 0.04),
        "csat": pa.array(score, mask=draw.random.random(draw.size) < 0.7),
    }


def _interactions(draw: Draw) -> dict[str, Any]:
    return {
        "channel": draw.words(CHANNELS),
        "direction": draw.words(("outbound", "inbound")),
        "contact_id": draw.someone(),
    }


def _feedback(draw: Draw) -> dict[str, Any]:
    return {
        "feedback_id": draw.ids("fb"),
        "kind": draw.words(("request", "bug", "complaint", "praise")),
        "feature": draw.words([f"feature {number}" for number in range(60)]),
        "text": draw.ids("what the customer said about the product, number"),
    }


def _surveys(draw: Draw) -> dict[str, Any]:
    return {
        "kind": draw.words(("nps", "csat", "ces")),
        "score": pa.array(draw.random.integers(0, 11, draw.size).astype(np.float64)),
    }


def _invoices(draw: Draw) -> dict[str, Any]:
    due = draw.when + 30 * DAY
    return {
        "invoice_id": draw.ids("inv"),
        "amount": draw.amounts(900),
        "due_at": pa.array(due).cast(TIMESTAMP),
        "paid_at": draw.dates(draw.when + draw.days(28), 0.97),
    }


def _risks(draw: Draw) -> dict[str, Any]:
    return {
        "risk_id": draw.ids("risk"),
        "level": draw.words(LEVELS),
        "category": draw.words(("product", "price", "people", "competitor")),
        "logged_by": draw.words([f"csm {number}" for number in range(200)]),
        "resolved_at": draw.dates(draw.when + draw.days(60), 0.6),
        "expires_at": pa.array(draw.when + 120 * DAY).cast(TIMESTAMP),
    }


COLUMNS: dict[str, Callable[[Draw], dict[str, Any]]] = {
    "accounts": _accounts,
    "subscriptions": _subscriptions,
    "contacts": _contacts,
    "tickets": _tickets,
    "interactions": _interactions,
    "feedback": _feedback,
    "surveys": _surveys,
    "invoices": _invoices,
    "risks": _risks,
}
