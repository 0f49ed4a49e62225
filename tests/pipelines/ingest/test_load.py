"""Loads of real files: once, twice, and with something new."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pipelines.errors import SourceError

FIRST = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = FIRST + timedelta(days=30)
NOW = "2026-03-01 12:00:00"
THEN = "2026-03-31 12:00:00"

TICKETS = """
[sources.accounts]
files = "accounts.csv"

[sources.usage]
files = "usage.csv"

[sources.tickets]
files = "tickets*.csv"

[outcome]
name = "lapse"
"""


def content(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(p.relative_to(folder)): (p.read_bytes(), p.stat().st_mtime_ns)
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def counts(report: Any, source: str) -> tuple[int, int, int]:
    found = next(c for c in report.sources if c.source == source)
    return found.unchanged, found.added, found.corrected


def test_the_first_load_takes_facts_as_known_since_they_began(company: Any) -> None:
    company.usual(accounts="account_id,name,created_at\na1,Alpha,2025-01-01\na2,Beta,\n")
    report = company.load()
    assert report.changed
    assert company.rows("accounts", "account_id", "name", "created_at", "known_at") == [
        ("a1", "Alpha", "2025-01-01", "2025-01-01"),
        ("a2", "Beta", None, None),
    ]
    assert company.rows("usage", "account_id", "occurred_at", "quantity", "known_at") == [
        ("a1", "2025-03-01", 2.0, "2025-03-01"),
        ("a2", "2025-03-02 10:00:00", 1.0, "2025-03-02 10:00:00"),
    ]
    assert counts(report, "usage") == (0, 2, 0)


def test_a_notice_makes_an_outcome_known_before_it_happens(company: Any) -> None:
    company.usual(config=TICKETS.replace("tickets", "outcomes").replace("lapse", "logo_churn"))
    company.write(
        "outcomes.csv",
        """
        account_id,outcome,occurred_at,decided_at
        a1,churn,2025-06-01,2025-05-01
        a2,churn,2025-06-01,
        """,
    )
    company.load()
    assert company.rows("outcomes", "account_id", "known_at") == [
        ("a1", "2025-05-01"),
        ("a2", "2025-06-01"),
    ]


def test_a_fact_that_lies_ahead_is_known_now(company: Any) -> None:
    company.usual(usage="account_id,event,occurred_at\na1,x,2027-01-01\n")
    company.load()
    assert company.rows("usage", "occurred_at", "known_at") == [("2027-01-01", NOW)]


def test_loading_twice_changes_no_byte(company: Any) -> None:
    company.usual()
    company.load()
    before = content(company.lake.root)
    report = company.load(LATER)
    assert not report.changed
    assert content(company.lake.root) == before
    assert counts(report, "accounts") == (2, 0, 0)
    assert counts(report, "usage") == (2, 0, 0)


def test_a_later_load_adds_and_corrects(company: Any) -> None:
    company.usual(config=TICKETS)
    company.write(
        "tickets.csv",
        """
        ticket_id,account_id,opened_at,resolved_at
        t1,a1,2025-05-01,
        t2,a2,2025-05-02,
        """,
    )
    company.load()
    company.write(
        "tickets.csv",
        """
        ticket_id,account_id,opened_at,resolved_at
        t1,a1,2025-05-01,2025-05-09
        t3,a2,2025-05-03,
        """,
    )
    report = company.load(LATER)
    assert report.changed
    assert counts(report, "tickets") == (0, 1, 1)
    assert company.rows("tickets", "ticket_id", "resolved_at", "known_at") == [
        ("t1", "2025-05-09", THEN),
        ("t1", None, "2025-05-01"),
        ("t2", None, "2025-05-02"),
        ("t3", None, THEN),
    ]
    assert not company.load(LATER + timedelta(days=1)).changed


def test_a_correction_taken_back_is_a_third_version(company: Any) -> None:
    company.usual()
    company.load()
    company.usual(accounts="account_id,name,created_at\na1,Alfa,2025-01-01\na2,Beta,2025-02-01\n")
    company.load(LATER)
    company.usual()
    report = company.load(LATER + timedelta(days=1))
    assert counts(report, "accounts") == (1, 0, 1)
    assert company.rows("accounts", "name", "known_at") == [
        ("Alfa", THEN),
        ("Alpha", "2025-01-01"),
        ("Alpha", "2026-04-01 12:00:00"),
        ("Beta", "2025-02-01"),
    ]


def test_a_later_correction_holds_even_if_the_clock_stood_still(company: Any) -> None:
    company.usual()
    company.load(FIRST)
    company.usual(accounts="account_id,name,created_at\na1,Alfa,2025-01-01\na2,Beta,2025-02-01\n")
    company.load(LATER)
    company.usual(accounts="account_id,name,created_at\na1,Elfa,2025-01-01\na2,Beta,2025-02-01\n")
    company.load(LATER)
    assert company.rows("accounts", "name", "known_at")[2:] == [
        ("Beta", "2025-02-01"),
        ("Elfa", "2026-03-31 12:00:00.000001"),
    ]


def test_a_log_may_be_just_the_increment(company: Any) -> None:
    company.usual()
    company.load()
    company.write("usage.csv", "account_id,event,occurred_at\na1,login,2026-03-20\n")
    report = company.load(LATER)
    assert counts(report, "usage") == (0, 1, 0)
    assert company.rows("usage", "occurred_at", "known_at") == [
        ("2025-03-01", "2025-03-01"),
        ("2025-03-02 10:00:00", "2025-03-02 10:00:00"),
        ("2026-03-20", THEN),
    ]


def test_repeats_that_are_real_are_counted_against_the_lake(company: Any) -> None:
    company.usual(usage="account_id,event,occurred_at\n" + "a1,x,2025-03-01\n" * 2)
    config = (company.folder / "forewarn.toml").read_text() + '[load]\nduplicates = "keep"\n'
    company.write("forewarn.toml", config)
    company.load()
    company.write("usage.csv", "account_id,event,occurred_at\n" + "a1,x,2025-03-01\n" * 3)
    assert counts(company.load(LATER), "usage") == (2, 1, 0)
    assert company.rows("usage", "known_at") == [("2025-03-01",), ("2025-03-01",), (THEN,)]


def test_a_table_connected_later_is_on_its_first_load(company: Any) -> None:
    company.usual()
    company.load()
    company.usual(config=TICKETS)
    company.write("tickets.csv", "ticket_id,account_id,opened_at\nt1,a1,2025-05-01\n")
    company.load(LATER)
    assert company.rows("tickets", "known_at") == [("2025-05-01",)]


def test_a_table_without_a_source_keeps_what_it_has(company: Any) -> None:
    company.usual(config=TICKETS)
    company.write("tickets.csv", "ticket_id,account_id,opened_at\nt1,a1,2025-05-01\n")
    company.load()
    company.usual()
    assert not company.load(LATER).changed
    assert company.rows("tickets", "ticket_id") == [("t1",)]


def test_accounts_of_earlier_loads_are_known(company: Any) -> None:
    company.usual()
    company.load()
    company.usual(accounts="account_id,name,created_at\na3,Gamma,2026-03-05\n")
    report = company.load(LATER)
    assert counts(report, "accounts") == (0, 1, 0)
    assert report.problems == ()


VERSIONS = """
account_id,csm,known_at
a1,Ann,2025-01-01
a1,Bob,2025-06-01
a2,Ann,2025-01-01
"""


def test_versions_that_a_source_brings_are_taken_once(company: Any) -> None:
    company.usual(accounts=VERSIONS)
    company.load()
    more = VERSIONS + "a1,Cyd,2025-09-01\na1,Bob,2025-08-01\n"
    company.usual(accounts=more)
    report = company.load(LATER)
    assert counts(report, "accounts") == (4, 0, 1)
    assert company.rows("accounts", "account_id", "csm", "known_at") == [
        ("a1", "Ann", "2025-01-01"),
        ("a1", "Bob", "2025-06-01"),
        ("a1", "Cyd", "2025-09-01"),
        ("a2", "Ann", "2025-01-01"),
    ]
    assert not company.load(LATER).changed


def test_a_version_that_says_nothing_of_known_at_is_taken_once(company: Any) -> None:
    company.usual(accounts=VERSIONS + "a2,Bob,\n")
    company.load()
    assert not company.load(LATER).changed
    company.usual(accounts=VERSIONS + "a2,Cyd,\n")
    assert counts(company.load(LATER), "accounts") == (3, 0, 1)
    assert company.rows("accounts", "account_id", "csm", "known_at")[2:] == [
        ("a2", "Ann", "2025-01-01"),
        ("a2", "Bob", None),
        ("a2", "Cyd", THEN),
    ]


def test_what_was_known_cannot_be_rewritten(company: Any) -> None:
    company.usual(accounts=VERSIONS)
    company.load()
    company.usual(
        accounts=VERSIONS.replace("a1,Ann", "a1,Eve"),
        config=TICKETS.split("[sources.tickets]")[0]
        + '[load]\nmax_bad_share = 0.5\n[outcome]\nname = "lapse"\n',
    )
    report = company.load(LATER)
    assert not report.changed
    (found,) = report.problems
    assert (found.line, found.column, found.value) == (2, "known_at", "2025-01-01")
    assert "says otherwise" in found.reason


def test_what_was_versioned_once_stays_so(company: Any) -> None:
    company.usual(accounts=VERSIONS)
    company.load()
    company.usual(accounts="account_id,csm\na1,Bob\na2,Ann\n")
    assert not company.load(LATER).changed
    assert company.lake.manifest.tables["accounts"].versioned


def test_bad_rows_are_kept_with_place_reason_and_the_whole_row(company: Any) -> None:
    company.usual(
        usage='account_id,event,occurred_at,note\na1,"x\ny",soon,"=1+1"\na9,,2025-03-01,\na1\n'
        + "a1,x,2025-03-01,\n",
        config=TICKETS.split("[sources.tickets]")[0]
        + 'max_bad_share = 1.0\n[outcome]\nname = "lapse"\n',
    )
    report = company.load()
    with (company.quarantine / "usage.csv").open(newline="") as stream:
        kept = list(csv.DictReader(stream))
    assert [(k["source"], k["file"], k["line"], k["column"], k["value"]) for k in kept] == [
        ("usage", "usage.csv", "5", "", ""),
        ("usage", "usage.csv", "2", "occurred_at", "soon"),
        ("usage", "usage.csv", "4", "event", ""),
    ]
    assert kept[0]["reason"] == "the row has 1 fields and the header 4"
    assert kept[1]["remedy"].startswith("Correct it, or name its form")
    assert json.loads(kept[1]["row"]) == {
        "account_id": "a1",
        "event": "x\ny",
        "occurred_at": "soon",
        "note": "=1+1",
    }
    source = report.sources[1]
    assert (source.read, source.good, source.quarantined) == (4, 1, 3)
    assert str(report).startswith(
        "accounts: 2 rows read, 2 added\nusage: 4 rows read, 1 added, 3 quarantined\nProblems:\n"
    )


def test_quarantine_is_written_anew(company: Any) -> None:
    company.usual(usage="account_id,event,occurred_at\na1,x,soon\n")
    with pytest.raises(SourceError):
        company.load()
    assert [p.name for p in company.quarantine.iterdir()] == ["usage.csv"]
    company.usual()
    company.load()
    assert list(company.quarantine.iterdir()) == []


def test_a_failed_load_leaves_the_lake_as_it_was(company: Any) -> None:
    company.usual()
    company.load()
    before = content(company.lake.root)
    company.usual(usage="account_id,event,occurred_at\na1,x,soon\na2,y,2026-03-02\n")
    with pytest.raises(SourceError, match=r"1 of 2 rows are bad \(50\.0%\)"):
        company.load(LATER)
    assert content(company.lake.root) == before


def test_the_clock_needs_a_zone(company: Any) -> None:
    company.usual()
    with pytest.raises(ValueError, match="aware of its time zone"):
        company.load(FIRST.replace(tzinfo=None))


def test_a_company_in_a_database_and_many_formats(company: Any, postgres: str) -> None:
    engine = sa.create_engine(sa.make_url(postgres).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE crm (id int, title text, since timestamptz)")
        connection.exec_driver_sql("INSERT INTO crm VALUES (7, 'Alpha', '2025-01-01 02:00+02')")
    engine.dispose()
    company.write("events.jsonl", '{"id": 7, "what": "login", "ts": "03/02/2025 10:00"}\n')
    company.write("orders.csv", "customer;day\n7;2025-03-01\n7;2025-03-01\n")
    company.write(
        "forewarn.toml",
        """
        [inputs.orders]
        files = "orders.csv"

        [inputs.events]
        files = "events.jsonl"

        [sources.accounts]
        database_env = "CRM_URL"
        query = "select id, title, since from crm"
        rename = { account_id = "id", name = "title", created_at = "since" }

        [sources.usage]
        files = "events.jsonl"
        rename = { account_id = "id", event = "what", occurred_at = "ts" }
        timestamp_formats = "%d/%m/%Y %H:%M"

        [sources.interactions]
        sql = "select customer as account_id, 'Meeting' as channel, day as occurred_at from orders"

        [outcome]
        name = "lapse"
        """,
    )
    report = company.load(environment={"CRM_URL": postgres})
    assert company.rows("accounts", "account_id", "name", "created_at") == [
        ("7", "Alpha", "2025-01-01")
    ]
    assert company.rows("usage", "account_id", "event", "occurred_at") == [
        ("7", "login", "2025-02-03 10:00:00")
    ]
    assert company.rows("interactions", "account_id", "channel") == [("7", "meeting")]
    assert [c.source for c in report.sources] == [
        "inputs.orders",
        "inputs.events",
        "accounts",
        "usage",
        "interactions",
    ]
