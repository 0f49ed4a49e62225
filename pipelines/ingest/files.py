"""Finding a source's files and reading them, whatever their format."""

import glob
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.config import Input
from pipelines.errors import SourceError
from pipelines.ingest.csv_files import CsvFile, opened_bytes, read_csv
from pipelines.ingest.json_files import read_json_lines
from pipelines.ingest.origin import Segment
from pipelines.ingest.problems import Problem, nearest
from pipelines.ingest.raw import Raw, joined, read_failed

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


def read_files(source: str, given: Input, folder: Path) -> Raw:
    """All rows of the files that `given` names, in the order of the files' names.

    Raises:
        SourceError: lists every pattern without a file and every file that cannot be read.
    """
    parts: list[Raw] = []
    problems: list[Problem] = []
    for pattern in given.files:
        names = _matches(pattern, folder)
        if not names:
            problems.append(_nothing(source, pattern, folder))
        for name in names:
            try:
                parts.append(_read(source, given, folder / name, name))
            except SourceError as error:
                problems += error.problems
    if problems:
        raise SourceError(problems)
    return joined(parts)


def _matches(pattern: str, folder: Path) -> list[str]:
    # A name may hold the signs of a glob itself.
    if (folder / pattern).is_file():
        return [pattern]
    found = glob.glob(pattern, root_dir=folder, recursive=True)
    return sorted(name for name in found if (folder / name).is_file())


def _nothing(source: str, pattern: str, folder: Path) -> Problem:
    reason = "no file matches" if glob.has_magic(pattern) else "the file does not exist"
    beside = (folder / pattern).parent
    near = nearest(Path(pattern).name, [p.name for p in _files_in(beside)])
    remedy = f"Did you mean {near}? " if near else ""
    remedy += f"Paths are relative to {folder}."
    return Problem(source, reason, remedy, column="files", value=pattern, fatal=True)


def _files_in(folder: Path) -> list[Path]:
    return [p for p in folder.iterdir() if p.is_file()] if folder.is_dir() else []


def _read(source: str, given: Input, path: Path, name: str) -> Raw:
    kind = given.format or format_of(path)
    if kind == "csv":
        quote, delimiter = given.quote, given.delimiter
        file = CsvFile(path, name, source, given.encoding, delimiter or ",", quote)
        return read_csv(file, detect=delimiter is None)
    if kind == "jsonl":
        return read_json_lines(path, name, source)
    if kind == "parquet":
        return _read_parquet(path, name, source)
    reason = "the file's extension does not say its format"
    remedy = f'Set format = "csv", "parquet" or "jsonl", or use one of {", ".join(FORMATS)}.'
    raise SourceError([Problem(source, reason, remedy, file=name, fatal=True)])


def format_of(path: Path) -> str:
    """What a file is by its extension, or ""."""
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    return FORMATS.get(suffixes[-1], "") if suffixes else ""


def _read_parquet(path: Path, name: str, source: str) -> Raw:
    try:
        with opened_bytes(path) as stream, pq.ParquetFile(pa.BufferReader(stream.read())) as file:
            table = file.read()
    except (OSError, EOFError, pa.ArrowException) as error:
        raise read_failed(source, name, error) from None
    return Raw(table, (Segment(name, len(table)),), text=False)
