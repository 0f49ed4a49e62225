"""Rules between rows and columns, seen through a load of real files."""

from typing import Any

import pytest

from pipelines.errors import SourceError

SUBSCRIPTIONS = """
[sources.accounts]
files = "accounts.csv"

[sources.subscriptions]
files = "subscriptions.csv"
max_bad_share = 1.0
"""


@pytest.fixture(autouse=True)
def usual(company: Any) -> None:
    company.usual()


def bad(company: Any) -> list[tuple[str, int, str, str, str]]:
    return [(p.source, p.line, p.column, p.value, p.reason) for p in company.check().problems]


def test_dates_of_a_row_must_be_in_order(company: Any) -> None:
    company.write("forewarn.toml", SUBSCRIPTIONS)
    company.write(
        "subscriptions.csv",
        """
        subscription_id,account_id,mrr,started_at,ended_at
        s1,a1,10,2025-01-10,2025-01-09
        s2,a1,10,2025-01-10T08:00,2025-01-10
        s3,a1,10,2025-01-10T08:00,2025-01-10T07:59
        s4,a1,10,2025-01-10,
        """,
    )
    assert bad(company) == [
        ("subscriptions", 2, "ended_at", "2025-01-09", "it lies before started_at"),
        ("subscriptions", 4, "ended_at", "2025-01-10T07:59", "it lies before started_at"),
    ]


def test_accounts_must_be_known(company: Any) -> None:
    company.usual(
        accounts="account_id\na1\n",
        usage="account_id,event,occurred_at\na1,x,2025-01-01\na9,x,2025-01-01\n",
    )
    found = [b for b in bad(company) if b[1]]
    assert found == [("usage", 3, "account_id", "a9", "accounts has no such account")]


def test_rows_of_a_bad_account_have_no_account(company: Any) -> None:
    company.usual(accounts="account_id,created_at\na1,2025-01-01\na2,soon\n")
    assert [b[:4] for b in bad(company) if b[1]] == [
        ("accounts", 3, "created_at", "soon"),
        ("usage", 3, "account_id", "a2"),
    ]


def test_nothing_is_said_of_accounts_that_could_not_be_read(company: Any) -> None:
    company.usual(accounts="customer_id,name\na1,Alpha\n")
    (found,) = company.check().problems
    assert (found.source, found.column) == ("accounts", "account_id")
    assert 'rename] account_id = "customer_id"' in found.remedy


def test_facts_before_the_account_are_kept_and_counted(company: Any) -> None:
    company.usual(usage="account_id,event,occurred_at\na1,x,2024-12-31\na1,x,2025-01-01\n")
    report = company.load()
    assert len(company.rows("usage", "event")) == 2
    assert [w.reason for w in report.warnings] == [
        "1 rows (50.0%) lie before their account's created_at"
    ]


def test_facts_before_the_account_may_be_set_aside(company: Any) -> None:
    company.usual(
        usage="account_id,event,occurred_at\na1,x,2024-12-31\na1,x,2025-01-01\n",
        config=SUBSCRIPTIONS.replace("subscriptions", "usage")
        + 'before_account = "quarantine"\n[outcome]\nname = "lapse"\n',
    )
    report = company.load()
    assert company.rows("usage", "occurred_at") == [("2025-01-01",)]
    assert [(p.line, p.column, p.value) for p in report.problems] == [
        (2, "occurred_at", "2024-12-31")
    ]
    assert (report.sources[1].early, report.sources[1].quarantined) == (1, 1)


def test_amounts_need_a_rate_that_holds(company: Any) -> None:
    company.write(
        "forewarn.toml",
        SUBSCRIPTIONS + '[[rates]]\ncurrency = "USD"\nfrom = 2025-02-01\nrate = "0.9"\n',
    )
    company.write(
        "subscriptions.csv",
        """
        subscription_id,account_id,mrr,currency,started_at
        s1,a1,10,,2025-01-10
        s2,a1,10,eur,2025-01-10
        s3,a1,10,USD,2025-01-31
        s4,a1,10,usd,2025-02-01
        s5,a1,10,GBP,2025-02-01
        """,
    )
    reason = "no [[rates]] turns it into EUR at started_at"
    assert bad(company) == [
        ("subscriptions", 4, "currency", "USD", reason),
        ("subscriptions", 6, "currency", "GBP", reason),
    ]
    company.load()
    assert company.rows("subscriptions", "subscription_id", "currency") == [
        ("s1", None),
        ("s2", "EUR"),
        ("s4", "USD"),
    ]


def test_rows_with_one_key_may_not_contradict(company: Any) -> None:
    company.write("forewarn.toml", SUBSCRIPTIONS)
    company.write(
        "subscriptions.csv",
        """
        subscription_id,account_id,mrr,started_at
        s1,a1,10,2025-01-10
        s2,a1,10,2025-01-10
        s1,a1,20,2025-03-10
        s2,a1,10.00,2025-01-10
        """,
    )
    reason = "rows with the same subscription_id and the same known_at contradict one another"
    assert bad(company) == [
        ("subscriptions", 2, "subscription_id", "s1", reason),
        ("subscriptions", 4, "subscription_id", "s1", reason),
    ]
    report = company.load()
    counts = report.sources[1]
    assert (counts.read, counts.good, counts.duplicates, counts.quarantined) == (4, 1, 1, 2)


def test_versions_of_a_row_are_no_contradiction(company: Any) -> None:
    company.usual(
        accounts="""
        account_id,csm,known_at
        a1,Ann,2025-01-01
        a1,Bob,2025-02-01
        a2,Ann,
        """
    )
    company.load()
    assert company.rows("accounts", "account_id", "csm", "known_at") == [
        ("a1", "Ann", "2025-01-01"),
        ("a1", "Bob", "2025-02-01"),
        ("a2", "Ann", None),
    ]
    assert company.lake.manifest.tables["accounts"].versioned
    assert not company.lake.manifest.tables["usage"].versioned


def test_versions_contradict_if_they_are_known_since_the_same_time(company: Any) -> None:
    company.usual(
        accounts="""
        account_id,csm,created_at,known_at
        a1,Ann,2025-01-01,
        a1,Bob,2025-01-01,2025-01-01
        a2,Ann,2025-02-01,
        a2,Ann,2025-02-01,2025-02-01
        """
    )
    found = [p for p in company.check().problems if p.source == "accounts" and not p.fatal]
    assert [(p.line, p.column, p.value) for p in found] == [
        (2, "account_id", "a1"),
        (3, "account_id", "a1"),
    ]


REPEATED = """
account_id,event,occurred_at,quantity
a1,x,2025-03-01,1
a1,x,2025-03-01,1.0
a1,x,2025-03-01,
a1,y,2025-03-01,1
"""


def test_identical_rows_of_logs_count_once_and_are_reported(company: Any) -> None:
    company.usual(usage=REPEATED)
    report = company.load()
    assert company.rows("usage", "event", "quantity") == [("x", 1.0), ("y", 1.0)]
    assert report.sources[1].duplicates == 2
    assert [w.reason for w in report.warnings] == [
        "2 rows (50.0%) repeat another row and were counted once"
    ]


HEARD_TWICE = """
account_id,event,occurred_at,known_at
a1,x,2025-03-01,2025-03-05
a1,x,2025-03-01,2025-03-03
a1,y,2025-03-01,
"""


def test_what_was_heard_twice_is_known_since_the_first_time(company: Any) -> None:
    company.usual(usage=HEARD_TWICE)
    company.load()
    assert company.rows("usage", "event", "known_at") == [
        ("x", "2025-03-03"),
        ("y", "2025-03-01"),
    ]


def test_repeated_rows_may_be_real(company: Any) -> None:
    company.usual(usage="account_id,event,occurred_at\na1,x,2025-03-01\na1,x,2025-03-01\n")
    company.write(
        "forewarn.toml",
        (company.folder / "forewarn.toml").read_text() + '[load]\nduplicates = "keep"\n',
    )
    company.load()
    assert company.rows("usage", "event") == [("x",), ("x",)]


def test_an_event_id_becomes_the_key_where_there_is_one(company: Any) -> None:
    company.usual(
        usage="""
        account_id,event,occurred_at,event_id
        a1,x,2025-03-01,e1
        a1,x,2025-03-01,e2
        a1,x,2025-03-01,e3
        a1,y,2025-03-01,e3
        a1,x,2025-03-01,
        a1,x,2025-03-01,
        """,
        config=SUBSCRIPTIONS.replace("subscriptions", "usage") + '[outcome]\nname = "lapse"\n',
    )
    report = company.load()
    assert company.rows("usage", "event", "event_id") == [("x", "e1"), ("x", "e2"), ("x", None)]
    assert [(p.line, p.value) for p in report.problems] == [(4, "e3"), (5, "e3")]
    assert report.sources[1].duplicates == 1


def test_too_many_bad_rows_stop_the_load(company: Any) -> None:
    company.usual(usage="account_id,event,occurred_at\na1,x,bad\n" + "a1,x,2025-03-01\n" * 3)
    with pytest.raises(SourceError) as caught:
        company.load()
    first = caught.value.problems[0]
    assert (first.source, first.reason) == (
        "usage",
        "1 of 4 rows are bad (25.0%), more than max_bad_share = 0.05 allows",
    )
    assert not company.lake.exists
    assert (company.quarantine / "usage.csv").exists()
