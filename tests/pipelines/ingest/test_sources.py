from typing import Any

import pytest

from pipelines.errors import SourceError
from pipelines.ingest.problems import Problem
from pipelines.ingest.raw import Raw
from pipelines.ingest.sources import read_inputs, read_source

ORDERS = """
customer,day,amount
007,2025-01-01 10:00,1.5
007,2025-02-01 10:00,2
8,2025-03-01 10:00,
"""


def config(sql: str, inputs: str = '[inputs.orders]\nfiles = "orders.csv"') -> str:
    return f'{inputs}\n[sources.accounts]\nsql = """{sql}"""\n'


def read(company: Any, sql: str, **more: str) -> Raw:
    company.write("forewarn.toml", config(sql, **more))
    settings = company.config()
    return read_source("accounts", settings.sources["accounts"], settings, read_inputs(settings))


def refusal(company: Any, sql: str, **more: str) -> tuple[Problem, ...]:
    with pytest.raises(SourceError) as caught:
        read(company, sql, **more)
    return caught.value.problems


@pytest.fixture(autouse=True)
def orders(company: Any) -> None:
    company.write("orders.csv", ORDERS)


def test_sql_sees_the_inputs_typed(company: Any) -> None:
    raw = read(
        company,
        "with o as (select * from orders) select customer as account_id, min(day) as created_at,"
        " sum(amount) as total from o group by 1 order by 1; -- the end",
    )
    assert [tuple(map(str, row.values())) for row in raw.table.to_pylist()] == [
        ("007", "2025-01-01 10:00:00", "3.5"),
        ("8", "2025-03-01 10:00:00", "None"),
    ]
    assert raw.origin.locate([1])[0].line == 2


def test_a_mistake_in_sql_shows_what_there_is(company: Any) -> None:
    (found,) = refusal(company, "select customr from orders")
    assert (found.source, found.fatal) == ("accounts", True)
    assert 'DuckDB says about its sql: Binder Error: Referenced column "customr"' in found.reason
    assert found.remedy == (
        "The inputs are: orders (customer VARCHAR, day TIMESTAMP, amount DOUBLE)."
    )


def test_sql_without_inputs_is_told_so(company: Any) -> None:
    (found,) = refusal(company, "select * from orders", inputs="")
    assert "name orders does not exist" in found.reason
    assert found.remedy == "There are no [inputs]; name the files the query reads there."


@pytest.mark.parametrize(
    "sql",
    [
        "select * from 'orders.csv'",
        "select * from read_csv('orders.csv')",
        "select * from read_text('https://example.com/')",
        "select * from duckdb_settings() s join 'orders.csv' o on true",
    ],
)
def test_sql_reaches_nothing_but_the_inputs(company: Any, sql: str) -> None:
    (found,) = refusal(company, sql)
    assert found.reason.startswith("DuckDB says")


def test_an_absent_input_is_reported_once(company: Any) -> None:
    company.write(
        "forewarn.toml", config("select * from orders", '[inputs.orders]\nfiles = "ordrs.csv"')
    )
    settings = company.config()
    inputs = read_inputs(settings)
    (found,) = inputs.problems
    assert (found.source, found.value) == ("inputs.orders", "ordrs.csv")
    assert found.remedy.startswith("Did you mean orders.csv?")
    with pytest.raises(SourceError) as caught:
        read_source("accounts", settings.sources["accounts"], settings, inputs)
    assert caught.value.problems == ()


def test_ragged_rows_of_an_input_are_set_aside(company: Any) -> None:
    company.write("orders.csv", ORDERS + "9,2025-01-01\n")
    company.write("forewarn.toml", config("select * from orders"))
    inputs = read_inputs(company.config())
    assert inputs.tables["orders"].column("amount").to_pylist() == [1.5, 2.0, None]
    (bad,) = inputs.bad["orders"]
    assert (bad.problem.source, bad.problem.line) == ("inputs.orders", 5)
    assert inputs.read["orders"] == 4


def test_columns_of_a_query_must_differ(company: Any) -> None:
    (found,) = refusal(company, "select customer as account_id, amount as Account_ID from orders")
    assert found.reason == "it has the columns account_id more than once"


@pytest.mark.parametrize("sql", ["select 1; select 2", "create table x as select 1", "-- nothing"])
def test_sql_is_one_select(company: Any, sql: str) -> None:
    (found,) = refusal(company, sql)
    assert found.reason == "its sql is not one SELECT"
