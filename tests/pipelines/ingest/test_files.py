import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.config import Input
from pipelines.errors import SourceError
from pipelines.ingest.files import read_files
from pipelines.ingest.problems import Problem
from pipelines.ingest.raw import Raw


def read(folder: Path, *patterns: str, **given: str) -> Raw:
    return read_files("usage", Input(files=patterns, **given), folder)  # type: ignore[arg-type]


def refusal(folder: Path, *patterns: str) -> tuple[Problem, ...]:
    with pytest.raises(SourceError) as caught:
        read(folder, *patterns)
    return caught.value.problems


def test_a_glob_joins_files_by_the_names_of_their_columns(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("Y,x\n3,4\n")
    (tmp_path / "a.csv").write_text("x,y,z\n1,2,0\n")
    raw = read(tmp_path, "*.csv")
    assert raw.table.to_pylist() == [
        {"x": "1", "y": "2", "z": "0"},
        {"x": "4", "y": "3", "z": None},
    ]
    assert [(p.file, p.line) for p in raw.origin.locate([0, 1])] == [("a.csv", 2), ("b.csv", 2)]


def test_folders_are_searched(tmp_path: Path) -> None:
    (tmp_path / "x" / "y").mkdir(parents=True)
    (tmp_path / "x" / "y" / "a.tsv").write_text("a\tb\n1\t2\n")
    raw = read(tmp_path, "x/**/*.tsv")
    assert raw.origin.locate([0])[0].file == "x/y/a.tsv"


def test_every_pattern_without_a_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "usage.csv").write_text("a,b\n")
    missing, nothing = refusal(tmp_path, "usgae.csv", "*.jsonl")
    assert (missing.value, missing.reason) == ("usgae.csv", "the file does not exist")
    assert missing.remedy == f"Did you mean usage.csv? Paths are relative to {tmp_path}."
    assert (nothing.value, nothing.reason) == ("*.jsonl", "no file matches")


def test_parquet_keeps_its_types_and_counts_rows(tmp_path: Path) -> None:
    table = pa.table({"a": [1, 2], "b": pa.array([None, "x"]).dictionary_encode()})
    pq.write_table(table, tmp_path / "u.parquet")
    raw = read(tmp_path, "u.parquet")
    assert raw.table.column("a").to_pylist() == [1, 2]
    assert not raw.text
    place = raw.origin.locate([1])[0]
    assert (place.file, place.line, place.unit) == ("u.parquet", 2, "row")


def test_compressed_parquet_is_read(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "u.parquet")
    packed = gzip.compress((tmp_path / "u.parquet").read_bytes())
    (tmp_path / "v.parquet.gz").write_bytes(packed)
    assert read(tmp_path, "v.parquet.gz").table.to_pylist() == [{"a": 1}]


def test_parquet_files_that_disagree_about_types_are_read_as_text(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": [1]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"id": ["x1"]}), tmp_path / "2.parquet")
    assert read(tmp_path, "*.parquet").table.column("id").to_pylist() == ["1", "x1"]


def test_parquet_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "u.parquet").write_text("account_id,event\n")
    (found,) = refusal(tmp_path, "u.parquet")
    assert found.file == "u.parquet"
    assert found.reason.startswith("the file cannot be read: ")


def test_an_unknown_extension_needs_a_format(tmp_path: Path) -> None:
    (tmp_path / "usage.dat").write_text("a,b\n1,2\n")
    (found,) = refusal(tmp_path, "usage.dat")
    assert 'Set format = "csv"' in found.remedy
    assert read(tmp_path, "usage.dat", format="csv").table.to_pylist() == [{"a": "1", "b": "2"}]


def test_all_broken_files_are_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\n\n")
    (tmp_path / "b.csv").write_text("")
    assert [(p.file, p.line) for p in refusal(tmp_path, "*.csv")] == [("a.csv", 1), ("b.csv", 1)]
