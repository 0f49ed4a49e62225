from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from pipelines.demo import DemoCompany
from pipelines.demo.company import FILES
from pipelines.demo.dirt import MESSES, RAGGED, SMALL, Flaw, Mess, soil

Rows = list[dict[str, str]]


def test_good_rows_stay_as_they_are_and_copies_stand_behind_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipelines.demo.dirt.SMALL", 1)
    columns = {
        "id": np.array(["a", "b", "c", "d"], dtype=object),
        "amount": np.array(["1", "2", "3", "4"], dtype=object),
    }
    mess = Mess((Flaw("duplicate", 0.25), Flaw("bad", 0.5, {"amount": "x"})), "id")
    soiled, counts = soil(np.random.default_rng(1), columns, mess)
    assert counts == {"duplicate": 1, "bad": 2}
    pairs = list(zip(soiled["id"], soiled["amount"], strict=True))
    good = [pair for pair in pairs if pair[1] != "x"]
    assert list(dict.fromkeys(good)) == [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]
    assert len(good) == 5
    for place, (identifier, amount) in enumerate(pairs):
        if amount == "x":
            assert identifier.endswith("-bad")
            assert any(before[0] == identifier[0] for before in pairs[:place])
    assert not soiled[RAGGED].any()


def test_an_empty_table_stays_empty() -> None:
    soiled, counts = soil(np.random.default_rng(1), {"id": np.array([])}, MESSES["risks"])
    assert counts == {}
    assert len(soiled["id"]) == 0


def test_every_table_is_a_little_dirty(company: DemoCompany) -> None:
    assert set(company.dirt) == {"usage", *FILES}
    for table, counts in company.dirt.items():
        assert sum(counts.values()) < 0.045 * company.rows[table], table
        if company.rows[table] >= SMALL:
            assert min(counts.values()) > 0, table


def test_duplicates_are_not_for_quarantine(company: DemoCompany) -> None:
    counts = company.dirt["subscriptions"]
    assert company.quarantined("subscriptions") == sum(counts.values()) - counts["duplicate"]
    assert company.quarantined("nothing of the kind") == 0


@pytest.mark.parametrize(
    ("file", "table", "flaw", "column", "value"),
    [
        ("support/tickets.csv", "tickets", "unknown_word", "priority", "P0!!"),
        ("support/tickets.csv", "tickets", "orphan_account", "client_no", "ORR-99999"),
        ("support/tickets.csv", "tickets", "unparsable_date", "opened", "31/02/2025 09:00"),
        ("billing/contract_lines.csv", "subscriptions", "negative_money", "monthly_fee", "-120.00"),
        ("billing/contract_lines.csv", "subscriptions", "ragged_line", "trial", None),
        ("billing/invoices.csv", "invoices", "not_a_number", "total", "see annex"),
        ("crm/conversations.csv", "interactions", "unknown_word", "channel", "carrier pigeon"),
        ("crm/conversations.csv", "interactions", "ragged_line", "contact_id", None),
    ],
)
def test_the_files_hold_the_dirt_that_is_told(
    company: DemoCompany,
    rows: Callable[[str], Rows],
    file: str,
    table: str,
    flaw: str,
    column: str,
    value: str | None,
) -> None:
    found = sum(row[column] == value for row in rows(file))
    assert found == company.dirt[table][flaw]


def test_usage_holds_the_dirt_that_is_told(company: DemoCompany) -> None:
    usage = pd.concat(pd.read_parquet(p) for p in company.folder.glob("product/*.parquet"))
    dirt = company.dirt["usage"]
    assert (usage["org"] == "ORR-99999").sum() == dirt["orphan_account"]
    assert usage["org"].isna().sum() == dirt["no_account"]
    assert usage[usage["org"].notna()].duplicated().sum() == dirt["duplicate"]
