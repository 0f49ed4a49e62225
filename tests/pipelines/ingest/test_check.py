import json
from typing import Any

from pipelines.ingest.check import check


def test_a_good_company_has_no_problems(company: Any) -> None:
    company.usual()
    report = company.check()
    assert report.ok
    assert report.problems == ()
    assert [(c.source, c.read, c.good) for c in report.sources] == [
        ("accounts", 2, 2),
        ("usage", 2, 2),
    ]


def test_a_check_writes_nothing(company: Any) -> None:
    company.usual()
    before = sorted(company.folder.rglob("*"))
    company.check()
    assert sorted(company.folder.rglob("*")) == before


def test_everything_wrong_is_found_at_once(company: Any) -> None:
    company.usual(
        accounts="customer_id,name\na1,Alpha\n",
        usage="account_id,event,occurred_at,quantity\na1,x,2025-13-01,many\na1,,2025-01-01,\n",
        config="""
        [inputs.orders]
        files = "orders.csv"

        [sources.accounts]
        files = "accounts.csv"

        [sources.usage]
        files = "usage.csv"

        [sources.tickets]
        files = "tickets/*.csv"

        [sources.surveys]
        sql = "select * from answers"

        [sources.contacts]
        database = "sqlite:///crm.db"
        query = "select 1"
        """,
    )
    report = company.check()
    assert not report.ok
    assert [(p.source, p.line, p.column, p.value, p.fatal) for p in report.problems] == [
        ("inputs.orders", None, "files", "orders.csv", True),
        ("accounts", None, "account_id", "", True),
        ("contacts", None, "", "", True),
        ("tickets", None, "files", "tickets/*.csv", True),
        ("surveys", None, "", "", True),
        ("", None, "outcome.name", "logo_churn", True),
        ("usage", None, "", "", True),
        ("usage", 2, "occurred_at", "2025-13-01", False),
        ("usage", 2, "quantity", "many", False),
        ("usage", 3, "event", "", False),
    ]
    assert all(p.remedy for p in report.problems)
    assert json.loads(json.dumps(report.as_dict()))["ok"] is False


def test_bad_rows_within_the_share_are_problems_but_not_fatal(company: Any) -> None:
    rows = "".join(f"a1,x,2025-03-{day:02d}\n" for day in range(1, 31))
    company.usual(usage=f"account_id,event,occurred_at\n{rows}a1,x,soon\n")
    report = company.check()
    assert report.ok
    assert [(p.line, p.value) for p in report.problems] == [(32, "soon")]


def test_an_outcome_needs_a_log_to_be_derived_from(company: Any) -> None:
    company.usual()
    text = (company.folder / "forewarn.toml").read_text()
    company.write("forewarn.toml", text.replace("lapse", "contraction"))
    (found,) = company.check().problems
    assert found.reason == "the outcome contraction is derived from subscriptions or outcomes"
    company.write("forewarn.toml", text + 'activity = "interactions"\n')
    (found,) = company.check().problems
    assert found.reason == "the outcome lapse is derived from interactions"
    assert found.remedy.startswith("Add [sources.interactions]")


def test_the_events_of_a_lapse_must_exist(company: Any) -> None:
    company.usual()
    text = (company.folder / "forewarn.toml").read_text()
    company.write("forewarn.toml", text + 'events = ["login", "logon"]\n')
    (found,) = company.check().problems
    assert (found.column, found.value) == ("outcome.events", "logon")
    assert found.remedy == "Did you mean login? Allowed: login."


def test_a_company_without_accounts_cannot_start(company: Any) -> None:
    company.usual(accounts="account_id,name\n", usage="account_id,event,occurred_at\n")
    found = {p.source: p.reason for p in company.check().problems}
    assert found["accounts"] == "it has no rows that can be used"


def test_a_log_without_rows_is_a_warning(company: Any) -> None:
    company.usual(usage="account_id,event,occurred_at\n")
    report = company.check()
    assert report.ok
    assert [(w.source, w.reason) for w in report.warnings if w.source == "usage"] == [
        ("usage", "it has no rows")
    ]


def test_what_is_in_the_lake_is_known(company: Any) -> None:
    company.usual()
    company.load()
    company.usual(accounts="account_id\na3\n")
    assert not company.check().ok
    assert check(company.config(), company.lake).ok


def test_progress_is_told(company: Any) -> None:
    company.usual()
    said: list[str] = []
    check(company.config(), progress=said.append)
    assert said == ["reading accounts", "reading usage"]


def test_names_that_differ_in_capitals_alone_are_told(company: Any) -> None:
    company.usual()
    company.write("usage.jsonl", '{"account_id": "a1", "event": "x", "Event": "y"}\n')
    config = company.folder / "forewarn.toml"
    config.write_text(config.read_text().replace("usage.csv", "usage.jsonl"))

    (problem,) = company.check().problems

    assert "more than once" in problem.reason
