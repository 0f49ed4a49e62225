"""The declarations hold together, so that everything derived from them does."""

import pytest

from features.contract import CONTRACT, TABLES, Column, Kind, Table
from features.contract.arrow import MONEY, TIMESTAMP, schema

COLUMNS = [(table, column) for table in CONTRACT for column in table.columns]


def names(pair: Table | Column) -> str:
    return pair.name


@pytest.mark.parametrize("table", CONTRACT, ids=names)
def test_what_a_table_names_are_columns_of_it(table: Table) -> None:
    named = [table.occurred, *table.key]
    named += [n for n in (table.optional_key, table.announced) if n]
    named += [n for order in table.orders for n in (order.earlier, order.later)]
    assert set(named) <= set(table.names)
    assert len(set(table.names)) == len(table.names)
    assert table.column(table.occurred).kind is Kind.TIMESTAMP
    assert table.column("account_id").required


@pytest.mark.parametrize("table", CONTRACT, ids=names)
def test_a_row_can_be_told_from_another(table: Table) -> None:
    assert bool(table.key) != bool(table.optional_key)
    assert all(table.column(name).required for name in table.key)


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=names)
def test_a_column_is_declared_sensibly(table: Table, column: Column) -> None:
    assert column.meaning
    assert not column.allowed or column.kind is Kind.CATEGORY
    numeric = column.kind in (Kind.INTEGER, Kind.NUMBER, Kind.MONEY)
    assert numeric or (column.minimum is None and column.maximum is None)
    assert not (column.required and column.default)
    if column.hidden_until:
        assert table.column(column.hidden_until).kind is Kind.TIMESTAMP


def test_only_accounts_is_required() -> None:
    assert [table.name for table in CONTRACT if table.required] == ["accounts"]


def test_a_column_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(KeyError, match="table contacts has no column 'mail'; it has contact_id"):
        TABLES["contacts"].column("mail")


def test_the_schema_follows_the_declaration() -> None:
    found = schema(TABLES["invoices"])
    assert found.names == [*TABLES["invoices"].names, "known_at"]
    assert found.field("amount").type == MONEY
    assert found.field("paid_at").type == TIMESTAMP


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (Column("x", Kind.CATEGORY, "x", allowed=("a", "b")), "one of a, b"),
        (Column("x", Kind.INTEGER, "x", minimum=0), "a whole number, e.g. 12, at least 0"),
        (
            Column("x", Kind.NUMBER, "x", minimum=0, maximum=1),
            "a number with a decimal point, e.g. 12.5, from 0 to 1",
        ),
        (Column("x", Kind.ID, "x"), "any text that is not empty"),
    ],
)
def test_a_column_says_what_it_expects(column: Column, expected: str) -> None:
    assert column.expects == expected
