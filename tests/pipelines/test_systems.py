"""Where sources come from, told without a password."""

import pytest

from pipelines.config import Config
from pipelines.systems import system_of

CONFIG = {
    "inputs": {
        "orders": {"files": ["orders/*.csv", "old.csv"]},
        "people": {
            "database": "postgresql://bob:s3cret@crm.example.com:5432/sales?password=s3cret",
            "query": "select * from people",
        },
        "unused": {"files": "unused.csv"},
    },
    "sources": {
        "accounts": {"sql": "select p.id as account_id from People p join orders on true"},
        "usage": {"files": "orders/*.csv"},
        "tickets": {"database_env": "DESK_DB", "query": "select 1"},
        "invoices": {"database": "sqlite:///books.db", "query": "select 's3cret'"},
        "surveys": {"database": "no address with s3cret", "query": "select 1"},
    },
}


@pytest.mark.parametrize(
    ("table", "system"),
    [
        (
            "accounts",
            "orders/*.csv, old.csv; postgresql crm.example.com/sales, query in [inputs.people]",
        ),
        ("usage", "orders/*.csv"),
        ("tickets", "database of DESK_DB, query in [sources.tickets]"),
        ("invoices", "sqlite books.db, query in [sources.invoices]"),
        ("surveys", "database, query in [sources.surveys]"),
        ("risks", ""),
    ],
)
def test_the_system_is_named_and_no_secret_is(table, system):
    found = system_of(table, Config(**CONFIG))
    assert found == system
    assert "s3cret" not in found
    assert "bob" not in found


def test_without_a_configuration_nothing_is_known():
    assert system_of("usage", None) == ""
