"""The configurations under experiments/, on the data they were written for."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from features.lake import Lake
from pipelines.config import read_config
from pipelines.ingest.load import load
from pipelines.ingest.report import LoadReport

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def loaded(name: str, folder: Path) -> tuple[LoadReport, Lake]:
    if not (ROOT.parent / "shared" / "data" / name).is_dir():
        pytest.skip(f"../shared/data/{name} is absent")
    config = read_config(ROOT / "experiments" / name / "forewarn.toml")
    lake = Lake(folder / "lake", config.load.buckets)
    return load(config, lake, folder / "quarantine", NOW), lake


def counts(report: LoadReport) -> dict[str, tuple[int, int, int, int]]:
    return {c.source: (c.read, c.added, c.duplicates, c.quarantined) for c in report.sources}


def test_orders_become_accounts_and_usage(tmp_path: Path) -> None:
    report, lake = loaded("online_retail_ii", tmp_path)
    assert counts(report)["accounts"] == (5942, 5942, 0, 0)
    usage = lake.read("usage").group_by("event").aggregate([("quantity", "count")]).to_pylist()
    by_event = {row["event"]: row["quantity_count"] for row in usage}
    assert by_event["order"] + by_event["return"] == 44_751
    assert by_event["order"] == by_event["order_value"] == by_event["order_lines"]
    assert report.problems == ()


def test_contradictions_are_set_aside_and_the_rest_stays(tmp_path: Path) -> None:
    report, _ = loaded("ravenstack", tmp_path)
    found = counts(report)
    assert found["accounts"] == (500, 500, 0, 0)
    assert found["subscriptions"] == (5000, 5000, 0, 0)
    assert found["usage"] == (25_000, 11_788, 0, 13_212)
    assert found["tickets"] == (2000, 923, 0, 1077)
    assert len((tmp_path / "quarantine" / "tickets.csv").read_text().splitlines()) == 1078


@pytest.mark.slow
def test_enrolments_become_subscriptions(tmp_path: Path) -> None:
    report, lake = loaded("oulad", tmp_path)
    found = counts(report)
    assert found["accounts"] == (4752, 4752, 0, 0)
    assert found["subscriptions"] == (4273, 4273, 0, 0)
    assert found["usage"] == (596_898, 596_606, 292, 0)
    completed = lake.read("subscriptions").column("is_completed").to_pylist()
    assert (completed.count(True), completed.count(False)) == (3567, 706)
