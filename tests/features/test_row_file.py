"""Single rows of a snapshot, found in a file without the others."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from features.row_file import ROWS_AT_ONCE, RowFile, RowFileError, RowSource, row_of, write_rows

ACCOUNTS = 3 * ROWS_AT_ONCE + 5


@pytest.fixture(scope="module")
def snapshot() -> pa.Table:
    ids = sorted(f"acc/{i:04d}é" for i in range(ACCOUNTS))
    return pa.table(
        {
            "account_id": ids,
            "as_of": [date(2026, 6, 30)] * ACCOUNTS,
            "adoption__users_30d": pa.array([i / 3 if i % 7 else None for i in range(ACCOUNTS)]),
            "consumption__days": pa.array(range(ACCOUNTS), pa.int64()),
            "profile__tier": [("core", "enterprise", None)[i % 3] for i in range(ACCOUNTS)],
            "profile__plan": pa.nulls(ACCOUNTS, pa.string()),
        }
    )


@pytest.fixture
def file(snapshot: pa.Table, tmp_path: Path) -> Path:
    path = tmp_path / "run-0001.rows.arrow"
    write_rows(RowSource.of(snapshot), path, "abc")
    return path


def test_every_row_comes_back_whole(snapshot: pa.Table, file: Path) -> None:
    rows = RowFile(file, "abc")
    for i, wanted in enumerate(snapshot.to_pylist()):
        found = rows.row(wanted.pop("account_id"))
        assert found is not None
        wanted.pop("as_of")
        assert {name: found.value(name) for name in wanted} == wanted
        again = row_of(snapshot, found.account)
        assert again is not None
        assert [again.value(name) for name in wanted] == list(wanted.values()), i
    assert found.value("no such column") is None


def test_a_row_as_a_snapshot_of_its_own(file: Path) -> None:
    found = RowFile(file, "abc").row("acc/0001é")
    assert found is not None
    dated = found.dated(date(2026, 6, 30))
    assert (dated["account_id"], dated["as_of"]) == ("acc/0001é", date(2026, 6, 30))
    assert dated["adoption__users_30d"] == 1 / 3
    assert dated["profile__tier"] == "enterprise"
    assert dated["profile__plan"] is None


@pytest.mark.parametrize("account", ["", "acc/", "acc/0000", "acc/0000ê", "zzz"])
def test_who_is_not_there(file: Path, account: str) -> None:
    assert RowFile(file, "abc").row(account) is None


def test_only_the_snapshot_that_was_asked_for(file: Path, tmp_path: Path) -> None:
    with pytest.raises(RowFileError, match="another snapshot"):
        RowFile(file, "other")
    with pytest.raises(RowFileError, match="is no file of rows"):
        RowFile(tmp_path / "none", "abc")
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(RowFileError, match="is no file of rows"):
        RowFile(file, "abc")


def test_nobody_at_all(snapshot: pa.Table, tmp_path: Path) -> None:
    path = tmp_path / "empty.arrow"
    write_rows(RowSource.of(snapshot.slice(0, 0)), path, "abc")
    assert RowFile(path, "abc").row("x") is None


def test_a_snapshot_that_comes_in_parts_gives_the_same_file(
    snapshot: pa.Table, file: Path, tmp_path: Path
) -> None:
    read = []

    def parts(names: Sequence[str] | None) -> Iterator[pa.Table]:
        read.append(names)
        for begin in range(0, ACCOUNTS, ROWS_AT_ONCE):
            part = snapshot.slice(begin, ROWS_AT_ONCE)
            yield part if names is None else part.select(names)

    path = tmp_path / "in parts.arrow"
    write_rows(RowSource(snapshot.schema, parts), path, "abc")
    assert read == [["profile__tier", "profile__plan"], None]
    whole, rows = RowFile(file, "abc"), RowFile(path, "abc")
    assert rows.layout == whole.layout
    for account in snapshot["account_id"].to_pylist():
        found, wanted = rows.row(account), whole.row(account)
        assert found is not None
        assert wanted is not None
        assert found.values.tobytes() == wanted.values.tobytes()
