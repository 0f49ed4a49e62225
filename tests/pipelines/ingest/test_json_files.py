import gzip
from pathlib import Path

import pytest

from pipelines.errors import SourceError
from pipelines.ingest.json_files import read_json_lines
from pipelines.ingest.raw import Raw

CLEAN = b'{"a": 1, "b": "x"}\n\n{"a": 2.50, "c": true, "b": null}\n{"d": {"k": [1]}}\n'


def read(path: Path, content: bytes) -> Raw:
    path.write_bytes(content)
    return read_json_lines(path, path.name, "usage")


def lines(raw: Raw) -> list[int]:
    return [place.line for place in raw.origin.locate(range(len(raw.table)))]


def test_objects_become_rows_of_text(tmp_path: Path) -> None:
    raw = read(tmp_path / "u.jsonl", CLEAN)
    assert raw.table.to_pylist() == [
        {"a": "1", "b": "x", "c": None, "d": None},
        {"a": "2.5", "b": None, "c": "true", "d": None},
        {"a": None, "b": None, "c": None, "d": '{"k":[1]}'},
    ]
    assert lines(raw) == [1, 3, 4]


def test_lines_that_are_no_object_are_set_aside(tmp_path: Path) -> None:
    raw = read(tmp_path / "u.jsonl", b'{"a": 1}\n[1]\n\n{"a": \n7\n{"a": 2}\n')
    assert raw.table.to_pylist() == [{"a": "1"}, {"a": "2"}]
    assert [(b.problem.line, b.problem.value) for b in raw.bad] == [
        (2, "[1]"),
        (4, '{"a":'),
        (5, "7"),
    ]
    assert {b.problem.reason for b in raw.bad} == {"the line is not a JSON object"}
    assert lines(raw) == [1, 6]
    assert raw.read == 5


def test_both_ways_of_reading_agree(tmp_path: Path) -> None:
    clean = b'{"a.b": 1, "it\'s": "x", "q\\"": true, "n": 12345678901, "s/t": "1.50"}\n'
    fast = read(tmp_path / "u.jsonl", clean)
    slow = read(tmp_path / "u.jsonl", clean + b"odd\n")
    assert fast.table.to_pylist() == slow.table.to_pylist()
    assert fast.table.to_pylist()[0]["a.b"] == "1"


def test_a_compressed_file_is_read(tmp_path: Path) -> None:
    raw = read(tmp_path / "u.jsonl.gz", gzip.compress(CLEAN))
    assert lines(raw) == [1, 3, 4]


def test_what_is_not_compressed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"u\.jsonl\.gz: the file cannot be read"):
        read(tmp_path / "u.jsonl.gz", CLEAN)


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path / "u.jsonl", b"").read == 0
