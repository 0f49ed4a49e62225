"""Stored snapshots: kept as they were, never mixed, never silently something else."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from features.content import content_sha256
from features.followed import Followed
from pipelines.recipe import Recipe
from pipelines.stored import LakeState, OtherDefinitions, StoredSnapshotError, StoredSnapshots

DAY = date(2026, 6, 30)
LAKE = LakeState(3, "d1" * 32, {"accounts": 2, "tickets": 0})
RECIPE = Recipe(
    fingerprint="a1" * 32,
    contract_version=1,
    definitions={"x": "count", "y": "total"},
    followed=Followed(("login",)),
    population="LogoChurn(gap_days=30)",
    currency="EUR",
    rates={},
    tiers={},
)


def table(*values: float) -> pa.Table:
    ids = [f"a{n}" for n in range(len(values))]
    return pa.table({"account_id": ids, "as_of": [DAY] * len(values), "x": list(values)})


def clock() -> Iterator[datetime]:
    now = datetime(2026, 7, 1, tzinfo=UTC)
    while True:
        yield now
        now += timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> StoredSnapshots:
    return StoredSnapshots(tmp_path / "snapshots", clock().__next__)


def test_a_snapshot_comes_back_with_all_that_decided_it(store: StoredSnapshots) -> None:
    kept = store.keep(table(1.0, 2.0), DAY, RECIPE, LAKE)
    (found,) = store.runs(DAY)
    assert found == kept
    assert found.read() == table(1.0, 2.0)
    assert (found.recipe, found.lake, found.accounts) == (RECIPE, LAKE, 2)
    assert found.sha256 == content_sha256(table(1.0, 2.0))
    assert found.file.relative_to(store.root) == Path(
        f"as_of=2026-06-30/{'a1' * 6}/run-0001.parquet"
    )
    assert store.dates() == [DAY]


def test_the_same_snapshot_gives_the_same_bytes(tmp_path: Path) -> None:
    files = []
    for name in ("one", "two"):
        store = StoredSnapshots(tmp_path / name)
        chunked = pa.concat_tables([table(1.0), table(1.0, 2.0).slice(1)])
        whole = table(1.0, 2.0).replace_schema_metadata({"k": name})
        kept = store.keep(chunked if name == "one" else whole, DAY, RECIPE, LAKE)
        files.append(kept.file.read_bytes())
    assert files[0] == files[1]


def test_scoring_again_stores_nothing_twice(store: StoredSnapshots) -> None:
    first = store.keep(table(1.0), DAY, RECIPE, LAKE)
    again = store.keep(table(1.0), DAY, RECIPE, replace(LAKE, load=4))
    assert again == first
    assert len(list(store.root.rglob("*"))) == 4  # two folders, two files


def test_another_content_or_configuration_is_kept_beside_the_first(store: StoredSnapshots) -> None:
    first = store.keep(table(1.0), DAY, RECIPE, LAKE)
    other = store.keep(table(2.0), DAY, RECIPE, LAKE)
    dearer = store.keep(table(2.0), DAY, replace(RECIPE, currency="USD"), LAKE)
    assert [run.file.name for run in store.runs(DAY)] == [
        "run-0001.parquet",
        "run-0002.parquet",
        "run-0003.parquet",
    ]
    assert store.runs(DAY) == [first, other, dearer]
    assert store.latest(DAY, RECIPE) == dearer
    assert first.read() == table(1.0)


def test_other_definitions_lie_elsewhere_and_are_found_by_their_digits(
    store: StoredSnapshots,
) -> None:
    store.keep(table(1.0), DAY, RECIPE, LAKE)
    other = store.keep(table(1.0), DAY, replace(RECIPE, fingerprint="b2" * 32), LAKE)
    assert store.runs(DAY, "b2b") == [other]
    assert store.runs(DAY, "c") == []
    assert store.latest(DAY, RECIPE).recipe == RECIPE


def test_other_definitions_are_never_taken_for_these(store: StoredSnapshots) -> None:
    store.keep(table(1.0), DAY, RECIPE, LAKE)
    now = replace(RECIPE, fingerprint="b2" * 32, definitions={"x": "mean", "z": "count"})
    with pytest.raises(OtherDefinitions) as caught:
        store.latest(DAY, now)
    said = str(caught.value)
    assert "a1" * 32 in said
    assert "b2" * 32 in said
    assert "- column x was count, is mean" in said
    assert "- column y is gone: total" in said
    assert "- column z is new: count" in said


def test_of_many_changes_the_first_are_told(store: StoredSnapshots) -> None:
    store.keep(table(1.0), DAY, RECIPE, LAKE)
    many = {f"c{n}": "count" for n in range(40)}
    with pytest.raises(OtherDefinitions, match="- and 32 more"):
        store.latest(DAY, replace(RECIPE, fingerprint="b2" * 32, definitions=many))


def test_a_date_of_which_nothing_is_stored(store: StoredSnapshots) -> None:
    with pytest.raises(StoredSnapshotError, match="run `forewarn score` first"):
        store.latest(DAY, RECIPE)
    store.keep(table(1.0), DAY, RECIPE, LAKE)
    with pytest.raises(StoredSnapshotError, match="the latest are of 2026-06-30"):
        store.latest(date(2026, 7, 31), RECIPE)


def test_a_file_that_was_changed_is_refused(store: StoredSnapshots) -> None:
    import pyarrow.parquet as pq

    kept = store.keep(table(1.0), DAY, RECIPE, LAKE)
    pq.write_table(table(1.5), kept.file)
    with pytest.raises(StoredSnapshotError, match="was changed after it was stored"):
        kept.read()
    kept.file.unlink()
    with pytest.raises(StoredSnapshotError, match="is lost"):
        kept.read()


def test_a_lost_file_is_stored_again(store: StoredSnapshots) -> None:
    store.keep(table(1.0), DAY, RECIPE, LAKE).file.unlink()
    assert store.keep(table(1.0), DAY, RECIPE, LAKE).read() == table(1.0)


def test_half_a_snapshot_is_none(store: StoredSnapshots) -> None:
    """Whatever ends a run between its two files leaves what the next run replaces."""
    kept = store.keep(table(1.0), DAY, RECIPE, LAKE)
    kept.file.with_suffix(".json").unlink()
    assert store.runs(DAY) == []
    assert store.keep(table(2.0), DAY, RECIPE, LAKE).file == kept.file
    assert store.runs(DAY)[0].read() == table(2.0)


@pytest.mark.parametrize("text", ["{", "{}", '{"as_of": "soon"}', "[]"])
def test_a_description_that_cannot_be_read(store: StoredSnapshots, text: str) -> None:
    kept = store.keep(table(1.0), DAY, RECIPE, LAKE)
    kept.file.with_suffix(".json").write_text(text)
    with pytest.raises(StoredSnapshotError, match="remove it with the .parquet beside it"):
        store.runs(DAY)


def test_the_description_is_plain_json(store: StoredSnapshots) -> None:
    kept = store.keep(table(1.0), DAY, RECIPE, LAKE)
    body = json.loads(kept.file.with_suffix(".json").read_text())
    assert body["lake"] == {"load": 3, "digest": "d1" * 32, "rows": {"accounts": 2, "tickets": 0}}
    assert body["contract_version"] == 1
    assert body["stored_at"] == "2026-07-01T00:00:00+00:00"
