"""Files as sheets: read as a load would read them, and each column looked at."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.config import Input
from pipelines.draft.found import Files, NotRead
from pipelines.draft.looks import Look, meaning_nothing
from pipelines.draft.naming import plain_name
from pipelines.errors import SourceError
from pipelines.ingest.engine import literal, named, query
from pipelines.ingest.files import read_files
from pipelines.ingest.problems import Problem
from pipelines.ingest.raw import Raw, joined
from pipelines.ingest.sources import checked
from pipelines.ingest.types import detected, kind_of

_ROWS = 4_000
_TEXTS = 500
_IDS = 300_000
_LONGEST_ID = 80
_NESTED = 200
_HEADERLESS = 0.5
_VALUE = re.compile(r"[\d.,:/ -]+$|\d{4}-\d\d")


@dataclass(frozen=True)
class Sheet:
    """One file, or several alike, and what its columns look like.

    Attributes:
        name: what SQL may call it.
        files: where it is and how it is written.
        rows: how many rows it has.
        looks: its columns, parts of nested values after the column that holds them.
        table: the rows as `compute` and `sql` see them.
        warnings: what a person should know of how it was read.
    """

    name: str
    files: Files
    rows: int
    looks: tuple[Look, ...]
    table: pa.Table = field(compare=False, repr=False)
    warnings: tuple[Problem, ...] = ()

    def look(self, name: str) -> Look:
        """The column of a name."""
        return next(look for look in self.looks if look.name == name)

    def row_of(self, look: Look, text: str) -> int:
        """The first row in which a column says something, counted from 1; 0 where none does."""
        same = f"trim(CAST({look.sql} AS VARCHAR)) = {literal(text)}"
        numbered = f"SELECT {same} AS same, row_number() OVER () AS row FROM t"
        found = query(f"SELECT min(row) AS first FROM ({numbered}) WHERE same", {"t": self.table})
        return int(found.column("first")[0].as_py() or 0)


def read_sheets(found: Sequence[Files]) -> tuple[list[Sheet], list[NotRead]]:
    """Read all files and look at their columns.

    Args:
        found: the files.

    Returns the sheets, and the files that could not be read with what is wrong with them.
    """
    sheets, failed = [], []
    taken: set[str] = set()
    for files in found:
        try:
            for one, raw in _read(files):
                sheets.append(_sheet(one, raw, taken))
        except SourceError as error:
            failed += [NotRead(files.pattern, str(problem)) for problem in error.problems]
    return sheets, failed


def _read(files: Files) -> Iterator[tuple[Files, Raw]]:
    """The rows under a pattern; file by file where they do not have the same columns."""
    parts = [_of_one(path, files.settings) for path in files.paths]
    if len({frozenset(map(str.casefold, raw.table.column_names)) for raw in parts}) == 1:
        yield files, joined(parts)
        return
    parent = Path(files.pattern).parent
    for path, raw in zip(files.paths, parts, strict=True):
        yield replace(files, pattern=(parent / path.name).as_posix(), paths=(path,)), raw


def _of_one(path: Path, settings: dict[str, str]) -> Raw:
    given = Input.model_validate({"files": path.name} | settings)
    raw = checked(path.name, read_files(path.name, given, path.parent))
    _with_header(path, raw)
    return raw


def _with_header(path: Path, raw: Raw) -> None:
    """Refuse a file whose first line is a row like all others."""
    names = raw.table.column_names
    values = [name for name in names if _VALUE.match(name)]
    if raw.text and len(values) > _HEADERLESS * len(names):
        reason = f"its first line seems to be a row: {', '.join(names[:4])}"
        remedy = "Write the columns' names in the first line."
        raise SourceError([Problem("", reason, remedy, file=path.name, line=1, fatal=True)])


def _sheet(files: Files, raw: Raw, taken: set[str]) -> Sheet:
    typed = detected(raw.table) if raw.text else raw.table
    looks: list[Look] = []
    for name in raw.table.column_names:
        look = _look(
            name, named(name), raw.table.column(name), kind_of(typed.schema.field(name).type)
        )
        looks += [look, *_inside(look, raw.table.column(name))]
    name = _input_name(files, taken)
    return Sheet(name, files, raw.read, tuple(looks), typed, raw.warnings)


def _input_name(files: Files, taken: set[str]) -> str:
    words = plain_name(files.name).split() or ["data"]
    name = "_".join(words)
    name = name if name[0].isalpha() else f"data_{name}"
    name = name if named(name) == name else f"{name}_rows"
    free = next(n for n in (name, *(f"{name}_{i}" for i in range(2, 10_000))) if n not in taken)
    taken.add(free)
    return free


def _look(name: str, sql: str, column: pa.ChunkedArray, kind: str, nested: bool = False) -> Look:
    values = _some(column)
    if pa.types.is_nested(values.type):
        values = pa.chunked_array([pa.nulls(len(values), pa.string())])
    texts = _texts(values)
    nothing = meaning_nothing(texts)
    kept = tuple(text for text in texts if text.lower() not in nothing)[:_TEXTS]
    different = _different(column)
    filled = len(column) - column.null_count
    ids = _ids(different) if filled else frozenset()
    return Look(name, sql, kind, values, kept, nothing, filled, len(different), ids, nested)


def _some(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Rows spread evenly over all that have a value."""
    filled = column.drop_null()
    if len(filled) <= _ROWS:
        return filled
    return filled.take(pa.array(np.linspace(0, len(filled) - 1, _ROWS).astype(np.int64)))


def _texts(values: pa.ChunkedArray) -> tuple[str, ...]:
    if pa.types.is_floating(values.type) or pa.types.is_null(values.type):
        return tuple(str(value) for value in values.unique().to_pylist())
    try:
        text = values.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return tuple(str(value) for value in values.unique().to_pylist())
    return tuple(found for value in text.unique().to_pylist() if value and (found := value.strip()))


def _different(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_nested(column.type):
        return column.slice(0, 0)
    different = column.unique()
    return different.drop_null()


def _ids(different: pa.ChunkedArray) -> frozenset[str]:
    """The values as ids, where they may be some: no instants, no fractions, no long texts."""
    kind = different.type
    words = pa.types.is_string(kind) or pa.types.is_large_string(kind) or _coded(kind)
    if not (words or pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return frozenset()
    if len(different) > _IDS:
        return frozenset()
    if pa.types.is_floating(kind):
        whole = different.filter(pc.equal(pc.floor(different), different))
        if len(whole) < len(different):
            return frozenset()
        different = whole.cast(pa.int64())
    texts = different.cast(pa.string()).to_pylist()
    return frozenset(text.strip() for text in texts if len(text) <= _LONGEST_ID)


def _coded(kind: pa.DataType) -> bool:
    """Whether words are kept as numbers of a list, as pandas keeps categories."""
    return bool(pa.types.is_dictionary(kind) and pa.types.is_string(kind.value_type))


def _inside(look: Look, column: pa.ChunkedArray) -> Iterator[Look]:
    """The parts of JSON objects in a column, two levels down."""
    if not look.texts or not all(text.startswith("{") for text in look.texts[:_NESTED]):
        return
    rows = [_object(text) for text in look.texts[:_NESTED]]
    paths = dict.fromkeys(path for row in rows for path in _paths(row))
    for path in paths:
        sql = f"{named(look.name)} ->> '{_pointer(path)}'"
        found = query(f"SELECT {sql} AS value FROM t", {"t": pa.table({look.name: column})})
        yield _look(
            ".".join((look.name, *path)), f"({sql})", found.column("value"), "VARCHAR", True
        )


def _object(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _paths(row: dict[str, object], depth: int = 2) -> Iterator[tuple[str, ...]]:
    for key, value in row.items():
        if isinstance(value, dict) and depth > 1:
            yield from ((key, *rest) for rest in _paths(value, depth - 1))
        elif not isinstance(value, dict | list):
            yield (key,)


def _pointer(path: Sequence[str]) -> str:
    steps = "/".join(key.replace("~", "~0").replace("/", "~1") for key in path)
    return f"/{steps}".replace("'", "''")
