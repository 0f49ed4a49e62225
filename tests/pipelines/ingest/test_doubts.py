"""What is told of a source whose rows are right one by one, and wrong together."""

from typing import Any

import pytest

CONFIG = """
[sources.accounts]
files = "accounts.csv"

[sources.subscriptions]
files = "subscriptions.csv"
"""


def contracts(company: Any, rows: list[str], config: str = CONFIG, accounts: str = "") -> Any:
    header = "subscription_id,account_id,mrr,started_at,ended_at"
    company.write("subscriptions.csv", "\n".join([header, *rows]) + "\n")
    company.write("accounts.csv", accounts or "account_id,name,created_at\na1,Alpha,2024-01-01\n")
    company.write("forewarn.toml", config)
    return company.check()


def months(last: bool, form: str = "{y}-{m:02}-{d:02}") -> list[str]:
    """A row a month; each ends on its last day, or when the next one begins."""
    begins = [(2024, month, 1) for month in range(1, 13)] + [(2025, 1, 1)]
    ends = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    rows = []
    for number, (y, m, d) in enumerate(begins[:-1]):
        until = (y, m, ends[number]) if last else begins[number + 1]
        start, end = (form.format(y=a, m=b, d=c) for a, b, c in ((y, m, d), until))
        rows.append(f"s{number},a1,9,{start},{end}")
    return rows


def test_ends_that_are_last_days_are_told_with_what_to_compute(company: Any) -> None:
    (warning,) = contracts(company, months(last=True)).warnings
    assert (warning.source, warning.column) == ("subscriptions", "ended_at")
    assert warning.reason.startswith("11 of 11 rows that another follows end the day before")
    assert '"COLUMN + INTERVAL 1 DAY"' in warning.remedy
    computed = '\n[sources.subscriptions.compute]\nended_at = "ended_at + INTERVAL 1 DAY"\n'
    assert contracts(company, months(last=True), CONFIG + computed).warnings == ()


def test_the_main_job_tells_what_a_load_was_warned_of(company: Any) -> None:
    contracts(company, months(last=True))
    said = company.load().brief()
    assert "Warnings:\n- subscriptions: ended_at: 11 of 11 rows" in said
    contracts(company, months(last=False))
    assert "Warnings:" not in company.load().brief()


def test_what_to_compute_reads_the_forms_of_the_dates(company: Any) -> None:
    rows, forms = months(True, "{d:02}.{m:02}.{y}"), '\ntimestamp_formats = ["%d.%m.%Y"]\n'
    (warning,) = contracts(company, rows, CONFIG + forms).warnings
    sql = "try_strptime(COLUMN, ['%d.%m.%Y']) + INTERVAL 1 DAY"
    assert sql in warning.remedy
    computed = f'[sources.subscriptions.compute]\nended_at = "{sql.replace("COLUMN", "ended_at")}"'
    assert contracts(company, rows, CONFIG + forms + computed).warnings == ()


def test_ends_on_which_the_next_row_begins_are_fine(company: Any) -> None:
    assert contracts(company, months(last=False)).warnings == ()
    few = months(last=True)[:8]  # the seven that are followed may be chance
    assert contracts(company, few).warnings == ()


@pytest.mark.parametrize(
    ("prices", "told"),
    [
        (["1.500", "980", "12.000", "2.250"], True),
        (["1.500", "2.250", "12.000"], True),
        (["1.500", "980.5", "12.000", "2.250"], False),
        (["1.50", "2.25", "12.00"], False),
    ],
)
def test_points_that_seem_to_part_thousands_are_told(
    company: Any, prices: list[str], told: bool
) -> None:
    rows = [f"s{n},a1,{price},2024-01-01," for n, price in enumerate(prices)]
    found = contracts(company, rows).warnings
    assert [(w.column, "as in 1.500" in w.reason) for w in found] == ([("mrr", True)] * told)
    if told:
        sql = found[0].remedy.split('"')[1].replace("COLUMN", "mrr")
        computed = f'\n[sources.subscriptions.compute]\nmrr = "{sql}"\n'
        assert contracts(company, rows, CONFIG + computed).warnings == ()
        company.load()
        amounts = {float(amount) for (amount,) in company.rows("subscriptions", "mrr")}
        assert amounts == {float(price.replace(".", "")) for price in prices}


@pytest.mark.parametrize("word", ["Summe", "TOTAL"])
def test_a_row_of_totals_is_no_account(company: Any, word: str) -> None:
    accounts = f"account_id,name,created_at\na1,Alpha,2024-01-01\n{word},2,\n"
    report = contracts(company, ["s1,a1,9,2024-01-01,"], accounts=accounts)
    (problem,) = report.problems if len(report.problems) == 1 else report.problems[1:]
    assert (problem.column, problem.value, problem.line) == ("account_id", word, 3)
    assert "row of totals" in problem.reason


def test_an_account_may_be_called_total(company: Any) -> None:
    accounts = "account_id,name,created_at\na1,Alpha,2024-01-01\ntotal,Total SE,2024-01-01\n"
    assert contracts(company, ["s1,a1,9,2024-01-01,"], accounts=accounts).problems == ()


def upgrades(ends: str) -> list[str]:
    """Twelve accounts' rows, of which each account has two; `ends` is of the older ones."""
    return [
        row
        for n in range(12)
        for row in (f"s{n}a,a{n},9,2024-01-01,{ends}", f"s{n}b,a{n},12,2024-06-10,")
    ]


TWELVE = "account_id,name\n" + "".join(f"a{n},Firm {n}\n" for n in range(12))


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ("", "12 of 12 rows that another of their account and product follows never end"),
        ("2024-06-30", "12 of 12 rows that another of their account and product follows end up"),
        ("2024-06-10", None),
        ("2024-11-30", None),
    ],
)
def test_rows_beside_the_one_that_follows_them_are_told(
    company: Any, ends: str, told: str | None
) -> None:
    found = contracts(company, upgrades(ends), accounts=TWELVE).warnings
    assert [w.reason[: len(told or "")] for w in found] == ([told] if told else [])
    if told:
        sql = found[0].remedy.split('"')[1]
        computed = f'\n[sources.subscriptions.compute]\nended_at = "{sql}"\n'
        assert contracts(company, upgrades(ends), CONFIG + computed, TWELVE).warnings == ()


def test_other_products_may_run_side_by_side(company: Any) -> None:
    company.write("accounts.csv", TWELVE)
    rows = [row + f",{'ab'[i % 2]}" for i, row in enumerate(upgrades(""))]
    header = "subscription_id,account_id,mrr,started_at,ended_at,product"
    company.write("subscriptions.csv", "\n".join([header, *rows]) + "\n")
    company.write("forewarn.toml", CONFIG)
    assert company.check().warnings == ()


def test_an_id_that_comes_with_every_period_has_to_say_which(company: Any) -> None:
    rows = ["s1,a1,9,2024-01-01,2024-02-01", "s1,a1,9,2024-02-01,2024-03-01"]
    problem = contracts(company, rows).problems[-1]
    assert "compute it, e.g. of subscription_id and started_at" in problem.remedy
