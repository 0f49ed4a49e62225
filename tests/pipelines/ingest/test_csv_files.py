import csv
import gzip
from pathlib import Path

import pytest

from pipelines.errors import SourceError
from pipelines.ingest.csv_files import CsvFile, read_csv
from pipelines.ingest.raw import Raw


def read(path: Path, content: bytes, encoding: str = "utf-8", delimiter: str = "") -> Raw:
    path.write_bytes(content)
    file = CsvFile(path, path.name, "usage", encoding, delimiter or ",", '"')
    return read_csv(file, detect=not delimiter)


def refusal(path: Path, content: bytes, encoding: str = "utf-8") -> tuple[int | None, str]:
    with pytest.raises(SourceError) as caught:
        read(path, content, encoding)
    (problem,) = caught.value.problems
    assert problem.fatal
    assert problem.file == path.name
    return problem.line, problem.reason


def rows(raw: Raw) -> list[tuple[str | None, ...]]:
    return [tuple(row.values()) for row in raw.table.to_pylist()]


def lines(raw: Raw) -> list[int]:
    return [place.line for place in raw.origin.locate(range(len(raw.table)))]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "usage.csv"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("delimiter", [b",", b";", b"\t", b"|"])
def test_delimiters_and_line_ends_are_detected(path: Path, delimiter: bytes, end: bytes) -> None:
    raw = read(path, end.join([b"a,b", b"1,x", b"2,y", b""]).replace(b",", delimiter))
    assert raw.table.column_names == ["a", "b"]
    assert rows(raw) == [("1", "x"), ("2", "y")]
    assert lines(raw) == [2, 3]


def test_the_delimiter_can_be_given(path: Path) -> None:
    assert rows(read(path, b"a;b,c\n1;2,3\n", delimiter=";")) == [("1", "2,3")]


def test_a_byte_order_mark_is_no_part_of_a_name(path: Path) -> None:
    raw = read(path, b"\xef\xbb\xbfa,b\n1,2\n3\n")
    assert raw.table.column_names == ["a", "b"]
    assert lines(raw) == [2]


@pytest.mark.parametrize("spoilt", [b"", b"odd\n"])
def test_lines_count_quoted_line_breaks_and_blank_lines(path: Path, spoilt: bytes) -> None:
    content = b'a,b\n"one\ntwo\nthree",1\n\n\nx,2\n"y\n",3\nz,4\n' + spoilt
    raw = read(path, content)
    assert rows(raw) == [("one\ntwo\nthree", "1"), ("x", "2"), ("y\n", "3"), ("z", "4")]
    assert lines(raw) == [2, 7, 8, 10]


def test_rows_with_too_few_or_too_many_fields_are_set_aside(path: Path) -> None:
    raw = read(path, b'a,b\n1,2\n3\n\n4,"5\n6",7\n8,9\n')
    assert rows(raw) == [("1", "2"), ("8", "9")]
    assert [(b.problem.line, b.problem.reason, b.raw) for b in raw.bad] == [
        (3, "the row has 1 fields and the header 2", '["3"]'),
        (5, "the row has 3 fields and the header 2", '["4", "5\\n6", "7"]'),
    ]
    assert lines(raw) == [2, 7]
    assert raw.read == 4


def test_a_trailing_delimiter_is_no_field(path: Path) -> None:
    assert rows(read(path, b"a,b,\n1,2,\n3,4\n")) == [("1", "2"), ("3", "4")]
    assert rows(read(path, b"a,b,\n1,2,\n3,4\n5\n")) == [("1", "2"), ("3", "4")]


def test_columns_without_a_name_are_named_by_their_place(path: Path) -> None:
    assert read(path, b",a,\n0,1,\n").table.column_names == ["column_1", "a"]
    assert read(path, b"a,,b\n1,2,3\n").table.column_names == ["a", "column_2", "b"]


def test_empty_fields_are_missing_however_the_file_is_read(path: Path) -> None:
    clean = b'a,b\n1,\n,2\n"",""\n'
    expected = [("1", None), (None, "2"), (None, None)]
    assert rows(read(path, clean)) == expected
    assert rows(read(path, clean + b"odd\n")) == expected


def test_text_after_a_closing_quote_spoils_only_its_row(path: Path) -> None:
    raw = read(path, b'a,b\n"x"y,1\nz,2\n')
    assert rows(raw) == [("z", "2")]
    assert [(b.problem.line, b.problem.remedy) for b in raw.bad] == [
        (2, "Double the quotation marks inside quoted text.")
    ]


def test_an_open_quote_is_fatal_and_names_where_it_opens(path: Path) -> None:
    found = refusal(path, b'a,b\n1,2\n"x,1\nz,2\n')
    assert found == (3, "a quotation mark is opened here and never closed")


def test_latin_1_is_read_where_it_is_declared(path: Path) -> None:
    content = "a;b\nMüller;1\n".encode("latin-1")
    assert rows(read(path, content, encoding="latin-1")) == [("Müller", "1")]


def test_rows_that_are_not_utf_8_are_set_aside(path: Path) -> None:
    raw = read(path, b"a,b\nM\xfcller,1\nMeier,2\n")
    assert rows(raw) == [("Meier", "2")]
    (bad,) = raw.bad
    assert (bad.problem.line, bad.problem.reason) == (2, "the row is not utf-8 text")
    assert 'encoding = "latin-1"' in bad.problem.remedy


def test_utf_16_is_known_by_its_mark(path: Path) -> None:
    assert rows(read(path, "a\tb\nMüller\t1\n".encode("utf-16"))) == [("Müller", "1")]


def test_an_unknown_encoding_is_refused(path: Path) -> None:
    assert refusal(path, b"a,b\n", "utf-88")[1].endswith("unknown encoding: utf-88")


def test_a_name_that_comes_again_gets_a_number(path: Path) -> None:
    raw = read(path, b"a,b,A,a_2,a\n1,2,3,4,5\n")
    assert raw.table.column_names == ["a", "b", "A_3", "a_2", "a_4"]
    assert rows(raw) == [("1", "2", "3", "4", "5")]
    told = [(warning.line, warning.reason) for warning in raw.warnings]
    assert told == [
        (1, "the header has 'A' more than once; the later one is read as 'A_3'"),
        (1, "the header has 'a' more than once; the later one is read as 'a_4'"),
    ]
    assert read(path, b"a,b\n1,2\n").warnings == ()


def test_an_empty_file_has_no_header(path: Path) -> None:
    assert refusal(path, b"") == (1, "the file is empty")
    assert refusal(path, b"\n\n") == (1, "the file is empty")


def test_a_header_alone_has_no_rows(path: Path) -> None:
    raw = read(path, b"a,b")
    assert (raw.table.column_names, raw.read) == (["a", "b"], 0)


def test_blank_lines_before_the_header_are_skipped(path: Path) -> None:
    raw = read(path, b"\n\na,b\n1,2\n")
    assert (rows(raw), lines(raw)) == ([("1", "2")], [4])


def test_one_column_is_enough_and_blank_lines_are_no_rows(path: Path) -> None:
    raw = read(path, b"account_id\na1\n\na2\n\n")
    assert (rows(raw), lines(raw)) == ([("a1",), ("a2",)], [2, 4])


def test_a_compressed_file_is_read(tmp_path: Path) -> None:
    raw = read(tmp_path / "usage.csv.gz", gzip.compress(b"a,b\n1,2\n\n3,4\n"))
    assert (rows(raw), lines(raw)) == ([("1", "2"), ("3", "4")], [2, 4])


def test_a_cut_off_compressed_file_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(b"a,b\n" + b"1,2\n" * 10_000)
    _, reason = refusal(tmp_path / "usage.csv.gz", whole[:-20])
    assert reason.startswith("the file cannot be read")


def test_a_name_with_the_signs_of_a_glob_is_a_name(tmp_path: Path) -> None:
    assert rows(read(tmp_path / "us[a]ge*.csv", b"a,b\n1,2\n")) == [("1", "2")]


def test_a_very_long_field_is_one_field(path: Path) -> None:
    long = "x" * 200_000
    raw = read(path, f"a,b\n{long},1\nodd\n".encode())
    assert rows(raw) == [(long, "1")]


@pytest.mark.parametrize("spoilt", ["", "odd\n"])
def test_both_ways_of_reading_agree(path: Path, spoilt: str) -> None:
    values = ["", " x ", 'say "hi"', "a,b", "line\nbreak", "ü€😀", "'", "0012", "NULL"]
    expected = [(a, b) for a in values for b in values]
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerows([("a", "b"), *expected])
        stream.write(spoilt)
    raw = read(path, path.read_bytes())
    assert rows(raw) == [(a or None, b or None) for a, b in expected]
