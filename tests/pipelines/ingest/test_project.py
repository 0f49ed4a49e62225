import pyarrow as pa
import pytest

from features.contract import TABLES
from pipelines.config import Source
from pipelines.errors import SourceError
from pipelines.ingest.origin import Segment
from pipelines.ingest.problems import Problem
from pipelines.ingest.project import Projected, project
from pipelines.ingest.raw import Raw

FILE = {
    "customer": ["a1", "a2"],
    "TS": ["2025-01-01", "2025-01-02"],
    "qty": ["2", "3"],
    "event": ["x", "y"],
}


def projected(columns: dict[str, list[str]] = FILE, **given: dict[str, str]) -> Projected:
    raw = Raw(pa.table(columns), (Segment("usage.csv", 2),))
    return project(TABLES["usage"], Source(files=("usage.csv",), **given), raw)  # type: ignore[arg-type]


def refusal(columns: dict[str, list[str]] = FILE, **given: dict[str, str]) -> list[Problem]:
    with pytest.raises(SourceError) as caught:
        projected(columns, **given)
    assert all(p.source == "usage" and p.fatal for p in caught.value.problems)
    return list(caught.value.problems)


RENAME = {"account_id": "customer", "occurred_at": "ts"}


def test_columns_are_renamed_computed_or_taken_as_they_are() -> None:
    compute = {"quantity": "qty * 2", "event": "upper(event) || '!'"}
    found = projected(rename=RENAME, compute=compute)
    assert found.table.to_pylist() == [
        {"account_id": "a1", "event": "X!", "occurred_at": "2025-01-01", "quantity": 4},
        {"account_id": "a2", "event": "Y!", "occurred_at": "2025-01-02", "quantity": 6},
    ]
    assert found.warnings == ()


def test_missing_columns_are_reported_with_the_nearest() -> None:
    account, occurred = refusal({**FILE, "account": ["a1", "a2"]})
    assert (account.column, account.reason) == ("account_id", "the required column is missing")
    assert account.remedy.startswith(
        'If it is account: [sources.usage.rename] account_id = "account". It has customer, TS,'
    )
    assert occurred.column == "occurred_at"


def test_a_rename_from_nowhere_names_the_nearest() -> None:
    (found,) = refusal(rename={**RENAME, "account_id": "custmer"})
    assert found.column == "account_id"
    assert found.reason == "rename takes it from 'custmer', which the source does not have"
    assert found.remedy.startswith("Did you mean customer? ")


def test_every_expression_that_fails_is_reported() -> None:
    compute = {"quantity": "qyt * 2", "event": "event * 2", "user_id": "sum(qty)"}
    found = {p.column: p for p in refusal(rename=RENAME, compute=compute)}
    assert set(found) == {"compute.quantity", "compute.event", "compute.user_id"}
    assert found["compute.quantity"].value == "qyt * 2"
    assert 'Referenced column "qyt" not found' in found["compute.quantity"].reason
    assert "customer VARCHAR, TS DATE, qty BIGINT, event VARCHAR" in (found["compute.event"].remedy)


def test_an_expression_gives_one_value_per_row() -> None:
    (found,) = refusal(rename=RENAME, compute={"quantity": "unnest([1, 2])"})
    assert found.reason == "it does not give one value per row"


def test_windows_over_rows_keep_their_order() -> None:
    compute = {"quantity": "row_number() over (order by customer desc)"}
    found = projected(rename=RENAME, compute=compute)
    assert found.table.column("quantity").to_pylist() == [2, 1]


def test_a_column_that_looks_misspelt_is_a_warning() -> None:
    found = projected({**FILE, "quantitiy": ["1", "2"], "noise": ["", ""]}, rename=RENAME)
    assert [(w.column, w.remedy) for w in found.warnings] == [
        ("quantitiy", 'If it is quantity: [sources.usage.rename] quantity = "quantitiy".')
    ]
