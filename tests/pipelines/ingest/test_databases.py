import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipelines.config import Input
from pipelines.errors import SourceError
from pipelines.ingest.databases import read_database
from pipelines.ingest.problems import Problem
from pipelines.ingest.raw import Raw

ACCOUNTS = """
CREATE TABLE accounts (
    id uuid, name text, mrr numeric(12, 2), at timestamptz, day date, on_trial boolean, more jsonb)
"""
ROWS = """
INSERT INTO accounts VALUES
('00000000-0000-0000-0000-000000000001', '100 %% sure', 12.50,
    '2025-01-01 02:00+02', '2025-01-01', true, '{"a": 1}'),
('00000000-0000-0000-0000-000000000002', NULL, NULL, NULL, NULL, NULL, NULL)
"""


def read(folder: Path, address: str, query: str, environment: dict[str, str] | None = None) -> Raw:
    by_name = address.isupper()
    given = Input(
        database=None if by_name else address,
        database_env=address if by_name else None,
        query=query,
    )
    return read_database("inputs.crm", given, folder, environment or {})


def refusal(
    folder: Path, address: str, query: str = "select 1", environment: dict[str, str] | None = None
) -> Problem:
    with pytest.raises(SourceError) as caught:
        read(folder, address, query, environment)
    (problem,) = caught.value.problems
    assert (problem.source, problem.fatal) == ("inputs.crm", True)
    return problem


@pytest.fixture
def crm(tmp_path: Path) -> str:
    with sqlite3.connect(tmp_path / "crm.db") as connection:
        connection.execute("CREATE TABLE accounts (id, name, employees)")
        rows = [("a1", "50%", 5), ("a2", None, "many")]
        connection.executemany("INSERT INTO accounts VALUES (?, ?, ?)", rows)
    connection.close()
    return "sqlite:///crm.db"


@pytest.fixture(scope="module")
def server(postgres: str) -> Iterator[str]:
    engine = sa.create_engine(sa.make_url(postgres).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.exec_driver_sql(ACCOUNTS)
        connection.exec_driver_sql(ROWS)
    yield postgres
    engine.dispose()


def test_sqlite_is_read_relative_to_the_configuration(tmp_path: Path, crm: str) -> None:
    raw = read(
        tmp_path,
        crm,
        "select * from accounts where name is null or name like '%\\%' escape '\\' order by id",
    )
    assert raw.table.to_pylist() == [
        {"id": "a1", "name": "50%", "employees": "5"},
        {"id": "a2", "name": None, "employees": "many"},
    ]
    place = raw.origin.locate([1])[0]
    assert (place.file, place.line, place.unit) == ("", 2, "row")


def test_a_missing_sqlite_file_is_not_created(tmp_path: Path) -> None:
    found = refusal(tmp_path, "sqlite:///crm.db")
    assert found.reason == "there is no SQLite file crm.db"
    assert list(tmp_path.iterdir()) == []


def test_an_address_may_stand_in_the_environment(tmp_path: Path, crm: str) -> None:
    raw = read(tmp_path, "CRM_URL", "select id from accounts order by id", {"CRM_URL": crm})
    assert raw.table.column("id").to_pylist() == ["a1", "a2"]
    found = refusal(tmp_path, "CRM_URL", environment={})
    assert found.reason == "the environment variable CRM_URL is not set"


def test_a_wrong_query_shows_what_the_database_says(tmp_path: Path, crm: str) -> None:
    found = refusal(tmp_path, crm, "select * from account")
    assert "no such table: account" in found.reason


def test_nothing_is_ever_written(tmp_path: Path, crm: str) -> None:
    refusal(tmp_path, crm, "delete from accounts")
    assert len(read(tmp_path, crm, "select * from accounts").table) == 2


def test_an_address_must_be_one(tmp_path: Path) -> None:
    assert "not a SQLAlchemy address" in refusal(tmp_path, "my database").reason
    assert "not a SQLAlchemy address" in refusal(tmp_path, "nosuch://host/db").reason


def test_a_missing_driver_is_named(tmp_path: Path) -> None:
    found = refusal(tmp_path, "mysql://me:s3cret@host/db")
    assert "no driver for mysql" in found.reason
    assert "s3cret" not in str(found)


def test_postgresql_is_read_with_its_types(tmp_path: Path, server: str) -> None:
    raw = read(
        tmp_path,
        server,
        "select * from accounts where name like '%sure' or name is null order by id",
    )
    first, second = raw.table.to_pylist()
    assert str(first["id"]) == "00000000-0000-0000-0000-000000000001"
    assert first["mrr"] == Decimal("12.50")
    assert first["at"] == datetime(2025, 1, 1, tzinfo=UTC)
    assert first["on_trial"] is True
    assert second["name"] is None


def test_postgresql_may_only_be_read(tmp_path: Path, server: str) -> None:
    found = refusal(tmp_path, server, "delete from accounts returning id")
    assert "read-only transaction" in found.reason


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    address = "postgresql://me:s3cret@127.0.0.1:1/db?connect_timeout=2"
    found = refusal(tmp_path, address)
    assert "s3cret" not in str(found)
    assert "postgresql+psycopg://me:***@127.0.0.1:1/db" in found.reason


def test_a_query_without_rows_has_columns(tmp_path: Path, crm: str) -> None:
    raw = read(tmp_path, crm, "select id, name from accounts where false")
    assert (raw.table.column_names, raw.read) == (["id", "name"], 0)
