"""The dated facts of one account: its own alone, as they were known at the end of a day."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from features.contract import TABLES
from features.contract.arrow import schema
from features.lake import Lake
from pipelines.timeline import records


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def table(name, *rows):
    wanted = schema(TABLES[name])
    filled = [{field.name: row.get(field.name) for field in wanted} for row in rows]
    return pa.Table.from_pylist(filled, schema=wanted)


def ticket(account, number, opened, known=None, **more):
    return {"account_id": account, "ticket_id": number, "opened_at": at(opened),
            "known_at": at(known or opened), "severity": "high", **more}  # fmt: skip


def talk(account, when, contact):
    return {"account_id": account, "channel": "email", "direction": "inbound",
            "occurred_at": at(when), "known_at": at(when), "contact_id": contact}  # fmt: skip


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    lake = Lake(tmp_path_factory.mktemp("lake"), 4)
    tickets = [
        ticket("a", "t1", "2026-05-02T09:00", resolved_at=at("2026-05-04T10:00"), csat=5.0),
        ticket("a", "t2", "2026-06-10T09:00", escalated_at=at("2026-06-20T08:00")),
        ticket("a", "late", "2026-06-01T09:00", known="2026-07-05T00:00"),
        ticket("a", "old", "2020-06-01T09:00"),
        ticket("b", "t3", "2026-06-11T09:00"),
    ]
    talks = [
        talk("a", "2026-06-01T12:00", "p1"),
        talk("a", "2026-06-15T12:00", "p1"),
        talk("a", "2026-07-15T12:00", "p1"),
        talk("b", "2026-06-02T12:00", "p9"),
    ]
    people = [
        {"account_id": "a", "contact_id": c, "role": role, "joined_at": at("2025-01-01T00:00"),
         "left_at": left, "known_at": at("2025-01-01T00:00")}
        for c, role, left in (("p1", "champion", None), ("p2", "admin", at("2026-06-12T00:00")))
    ]  # fmt: skip
    parts = {"tickets": tickets, "interactions": talks, "contacts": people}
    lake.replace({n: table(n, *rows) for n, rows in parts.items()}, frozenset({"tickets"}))
    return lake


def test_only_its_own_newest_first(lake):
    found = records(lake, "a", date(2026, 6, 30))
    assert [t.ticket_id for t in found.tickets] == ["t2", "t1"]
    assert [c.occurred_at.day for c in found.conversations] == [15, 1]
    assert found.connected == {"tickets", "interactions", "contacts"}
    assert (found.risks, found.subscriptions) == ((), ())


def test_what_came_later_is_not_seen(lake):
    found = records(lake, "a", date(2026, 5, 3))
    (open_ticket,) = found.tickets
    assert (open_ticket.resolved_at, open_ticket.csat) == (None, None)
    assert open_ticket.severity == "high"
    whole = records(lake, "a", date(2026, 7, 31))
    assert [t.ticket_id for t in whole.tickets] == ["t2", "late", "t1"]
    assert whole.tickets[0].escalated_at == at("2026-06-20T08:00")
    assert whole.tickets[2].csat == 5.0


def test_people_and_when_they_were_last_seen(lake):
    found = {c.contact_id: c for c in records(lake, "a", date(2026, 6, 30)).contacts}
    assert found["p1"].last_seen_at == at("2026-06-15T12:00")
    assert found["p1"].role == "champion"
    assert (found["p2"].last_seen_at, found["p2"].left_at) == (None, at("2026-06-12T00:00"))
    earlier = {c.contact_id: c for c in records(lake, "a", date(2026, 6, 1)).contacts}
    assert earlier["p2"].left_at is None


def test_since_a_day_and_of_nobody(lake):
    found = records(lake, "a", date(2026, 6, 30), since=date(2026, 6, 5))
    assert [t.ticket_id for t in found.tickets] == ["t2"]
    assert len(found.contacts) == 2
    assert records(lake, "nobody", date(2026, 6, 30)).tickets == ()
    every = records(lake, "a", date(2026, 6, 30), since=date(2020, 1, 1))
    assert [t.ticket_id for t in every.tickets] == ["t2", "t1", "old"]
