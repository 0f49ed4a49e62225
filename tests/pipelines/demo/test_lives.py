from collections.abc import Callable
from datetime import datetime

import pandas as pd
import pytest

from pipelines.demo import DemoCompany

Rows = list[dict[str, str]]
Lives = dict[str, tuple[str, str]]
LOGS = [
    # file, id column, account column, date column, its form
    ("support/tickets.csv", "number", "client_no", "opened", "%d/%m/%Y %H:%M"),
    ("crm/conversations.csv", None, "account_id", "occurred_at", "%Y-%m-%d %H:%M:%S"),
    ("surveys/answers.csv", "response", "client_no", "answered_at", "%Y-%m-%d %H:%M:%S"),
    ("billing/invoices.csv", "invoice_no", "client_no", "issued", "%d.%m.%Y"),
    ("crm/risks.csv", "risk_id", "account_id", "logged_at", "%Y-%m-%d %H:%M:%S"),
    ("crm/changes.csv", None, "account_id", "occurred_at", "%Y-%m-%d"),
    ("crm/playbook_runs.csv", None, "account_id", "started_at", "%Y-%m-%d %H:%M:%S"),
    ("crm/people.csv", "contact_id", "account_id", "since", "%Y-%m-%d"),
]


def day(text: str | None, form: str) -> str:
    """The day as ISO text, empty where the text is no date."""
    try:
        return datetime.strptime(text or "", form).date().isoformat()
    except ValueError:
        return ""


@pytest.mark.parametrize(("file", "key", "account", "when", "form"), LOGS)
def test_no_fact_lies_outside_its_accounts_life(
    rows: Callable[[str], Rows],
    lives: Lives,
    file: str,
    key: str | None,
    account: str,
    when: str,
    form: str,
) -> None:
    clean = [
        (lives[row[account]], happened)
        for row in rows(file)
        if row[account] in lives
        and not (key and "_" in row[key])
        and (happened := day(row[when], form))
    ]
    assert len(clean) > 0.9 * len(rows(file))
    outside = [(life, happened) for life, happened in clean if not life[0] <= happened <= life[1]]
    assert outside == []
    assert max(happened for _, happened in clean) <= "2026-06-30"


def test_usage_stops_with_the_subscription(company: DemoCompany, lives: Lives) -> None:
    usage = pd.concat(pd.read_parquet(p) for p in company.folder.glob("product/*.parquet"))
    usage = usage[usage["org"].isin(lives)].astype({"org": str})
    day_of = usage["day"].astype(str)
    assert (day_of >= usage["org"].map({k: v[0] for k, v in lives.items()})).all()
    assert (day_of < usage["org"].map({k: v[1] for k, v in lives.items()})).all()
    assert day_of.min() == "2024-07-01"
    assert day_of.max() == "2026-06-30"


def test_notice_comes_at_most_sixty_days_before_the_end(rows: Callable[[str], Rows]) -> None:
    lines = pd.DataFrame(rows("billing/contract_lines.csv"))
    lines = lines[~lines["line_no"].str.contains("_") & (lines["product"] == "Orrery Core")]
    gone = lines[(lines["notice_on"] != "") & (lines["valid_to"] != "")]
    wait = pd.to_datetime(gone["valid_to"]) - pd.to_datetime(gone["notice_on"].str[:10])
    assert len(gone) > 10
    assert wait.dt.days.between(0, 60).all()


def test_nothing_is_written_that_happens_after_the_history(rows: Callable[[str], Rows]) -> None:
    lines = pd.DataFrame(rows("billing/contract_lines.csv"))
    assert max(lines["valid_to"].dropna()) <= "2026-06-30"
    assert max(lines["notice_on"].dropna()) < "2026-07-01"
    paid = [day(row["paid"], "%d.%m.%Y") for row in rows("billing/invoices.csv")]
    assert max(paid) <= "2026-06-30"
    solved = [day(row["solved"], "%d/%m/%Y %H:%M") for row in rows("support/tickets.csv")]
    assert max(solved) <= "2026-06-30"


def test_trials_cost_nothing_and_only_some_go_on(rows: Callable[[str], Rows]) -> None:
    lines = pd.DataFrame(rows("billing/contract_lines.csv")).drop_duplicates()
    lines = lines[~lines["line_no"].str.contains("_")]
    trials = lines[lines["trial"] == "yes"]
    assert set(trials["monthly_fee"]) == {"0.00"}
    paid = set(lines[lines["trial"] == "no"]["client_no"])
    assert 0.5 < trials["client_no"].isin(paid).mean() < 1
