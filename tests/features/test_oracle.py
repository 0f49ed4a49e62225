"""Every column of a snapshot against naive SQL over the raw versions, on random histories.

Hundreds of histories are put into one bucket, so that one statement checks them all; what
differs is then shrunk to the fewest rows that show it. `python experiments/oracle.py` runs
the same by the thousand.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import strategies as st

from features import measures
from features.contract import TABLES
from features.currency import Rate, Rates
from features.measures import Measure

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Drawn = Callable[[st.SearchStrategy[Rows], int], list[Rows]]

DATES = [
    date(2023, 12, 31), date(2024, 2, 13), date(2024, 2, 28), date(2024, 2, 29), date(2024, 4, 20),
]  # fmt: skip
RATES = Rates(
    "EUR",
    (
        Rate("USD", date(2024, 1, 1), Decimal("0.9")),
        Rate("usd", date(2024, 2, 20), Decimal("0.5")),
        Rate("CHF", date(2024, 3, 10), Decimal("1.25")),
    ),
)
WITHOUT = [
    {"subscriptions", "tickets"},
    {"accounts", "interactions", "risks", "outcomes"},
    {"usage", "invoices", "contacts", "surveys"},
]


def test_snapshots_say_what_the_oracle_says(helper: SimpleNamespace, drawn: Drawn) -> None:
    companies = drawn(helper.histories.histories(), 500)
    wrong = helper.comparison.report(companies, helper.further.catalogue(), DATES, RATES)
    assert not wrong, wrong


def test_busy_accounts_too(helper: SimpleNamespace, drawn: Drawn) -> None:
    companies = drawn(helper.histories.histories(busy=True), 15)
    dates = [date(2024, 1, 31), *DATES]
    wrong = helper.comparison.report(companies, helper.further.catalogue(), dates, RATES)
    assert not wrong, wrong


@pytest.mark.parametrize("absent", WITHOUT, ids=lambda names: f"{len(names)} of them")
def test_tables_that_are_not_connected(
    helper: SimpleNamespace, drawn: Drawn, absent: set[str]
) -> None:
    companies = drawn(helper.histories.histories(), 30)
    fewer = [{n: rows for n, rows in company.items() if n not in absent} for company in companies]
    wrong = helper.comparison.report(fewer, helper.further.catalogue(), DATES, RATES)
    assert not wrong, wrong


def test_the_oracle_covers_every_measure(helper: SimpleNamespace) -> None:
    exported = {getattr(measures, name) for name in measures.__all__}
    known = {kind for kind in exported if hasattr(kind, "over")} - {Measure}
    assert set(helper.expected.SAID) == known
    asked = {type(m) for c in helper.further.catalogue().columns for m in nested(c.signal.measure)}
    assert asked == known


def nested(measure: Any) -> list[Any]:
    """A measure and those that it builds on."""
    return [measure, *(nested(measure.of) if hasattr(measure, "of") else [])]


def test_the_oracle_finds_a_row_that_is_lost(helper: SimpleNamespace, drawn: Drawn) -> None:
    compare, catalogue = helper.comparison, helper.further.catalogue()
    rows = helper.histories.together(drawn(helper.histories.histories(), 3))
    asked = catalogue, DATES, RATES
    found = compare.computed(rows, *asked)
    account = found["account_id"][0].as_py()
    lost = {"account_id": account, "event": "login", "quantity": 1.0}
    moment = datetime(2024, 2, 12, tzinfo=UTC)
    more = {**rows, "usage": [*rows["usage"], {**lost, "occurred_at": moment, "known_at": moment}]}
    wrong = compare.between(found, compare.oracle(more, *asked), catalogue)
    assert {d.account for d in wrong} == {account}
    assert {d.as_of for d in wrong} == set(DATES[1:])
    assert "consumption__login_count_30d" in {d.column for d in wrong}


def test_the_histories_have_all_that_befalls_facts(helper: SimpleNamespace, drawn: Drawn) -> None:
    found: set[str] = set()
    for company in drawn(helper.histories.histories(), 100):
        for name, rows in company.items():
            found |= set(helper.cases.of_table(TABLES[name], rows))
        found |= set(helper.cases.of_company(company))
    assert found == set(helper.cases.ALL)
