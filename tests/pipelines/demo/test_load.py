"""The demo's configuration through the real loader: what is quarantined is what was planted."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from features.lake import Lake
from pipelines.config import read_config
from pipelines.demo import DemoCompany
from pipelines.demo.company import FILES
from pipelines.ingest.load import load
from pipelines.ingest.report import SourceCounts

NOW = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def counts(
    company: DemoCompany, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, SourceCounts]:
    root: Path = tmp_path_factory.mktemp("loaded")
    report = load(read_config(company.config, {}), Lake(root / "lake"), root / "bad", NOW)
    return {source.source: source for source in report.sources}


@pytest.mark.parametrize("table", sorted(("usage", *FILES)))
def test_quarantine_holds_what_was_planted(
    company: DemoCompany, counts: dict[str, SourceCounts], table: str
) -> None:
    found, planted = counts[table], company.dirt[table]
    assert found.read == company.rows[table]
    assert found.quarantined == company.quarantined(table)
    assert found.duplicates == planted.get("duplicate", 0)
    assert found.good == company.rows[table] - sum(planted.values())
