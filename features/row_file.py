"""A snapshot as a file from which the row of one account is read without the others.

An Arrow file with one record for every block of a few rows, in the order of the accounts:
the first account, the ids, and the block's values column by column as one compressed piece of
float64 (words by their place in a list kept with the file). A row costs one block, whatever the
number of accounts, and the file is mapped, so that it takes no memory of its own.
"""

import json
import os
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

ROWS_AT_ONCE, BLOCKS_AT_ONCE = 16, 1_024
"""Rows of a block, and blocks of a record batch. Blocks of 64 take 5 % less room, and three times
as long to unpack; files with such blocks are read as well."""
KEY, DAY = "account_id", "as_of"
MARKS = b"forewarn"
CODEC = "zstd"

Vector = npt.NDArray[np.float64]
Value = float | str | None


class RowFileError(ValueError):
    """A file of rows cannot be read, or is of another snapshot."""


@dataclass(frozen=True)
class Layout:
    """What the values of a row mean.

    Attributes:
        names: of the columns, in order, but for account and date.
        words: of each word column its words, by name; a value is a place among them.
    """

    names: tuple[str, ...]
    words: dict[str, tuple[str, ...]]

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each column lies."""
        return {name: i for i, name in enumerate(self.names)}


@dataclass(frozen=True)
class SignalRow:
    """The signals of one account at one date."""

    account: str
    layout: Layout
    values: Vector

    def value(self, column: str) -> Value:
        """A number, a word, or None where missing or not a column."""
        place = self.layout.place.get(column)
        if place is None or np.isnan(self.values[place]):
            return None
        found = float(self.values[place])
        words = self.layout.words.get(column)
        return words[int(found)] if words else found

    @cached_property
    def cells(self) -> dict[str, object]:
        """All signals by column, and the account's id; NaN and None where missing."""
        found: dict[str, object] = dict(zip(self.layout.names, self.values.tolist(), strict=True))
        return {**found, **{n: self.value(n) for n in self.layout.words}, KEY: self.account}

    def dated(self, day: object) -> dict[str, object]:
        """The cells and the day that they describe: a snapshot's row."""
        return {**self.cells, DAY: day}


@dataclass(frozen=True)
class RowSource:
    """A snapshot that may be too large to be held: rows of one date, ordered by account.

    Attributes:
        schema: of numbers and words, beside account and date.
        read: gives some of the columns, or all for None, some rows at a time; asked twice.
    """

    schema: pa.Schema
    read: Callable[[Sequence[str] | None], Iterable[pa.Table]]

    @classmethod
    def of(cls, table: pa.Table) -> "RowSource":
        """One in memory."""
        return cls(table.schema, lambda names: [table if names is None else table.select(names)])

    def words(self) -> dict[str, "_Words"]:
        """The words of every word column, in the order in which they come first."""
        found = {field.name: _Words() for field in self.schema if _is_words(field)}
        for part in self.read(list(found)) if found else ():
            for name, words in found.items():
                words.codes(part.column(name))
        return found


def write_rows(source: RowSource, path: Path, sha256: str) -> None:
    """Write a snapshot so that single rows can be found; the file is there whole or not at all.

    Args:
        source: the snapshot.
        path: where to.
        sha256: names the content; whoever opens the file asks for it.
    """
    names = [name for name in source.schema.names if name not in (KEY, DAY)]
    words = source.words()
    known = {name: list(words[name].place) for name in names if name in words}
    body = {"sha256": sha256, "names": names, "words": known}
    schema = pa.schema(
        [("first", pa.string()), ("ids", pa.list_(pa.string())), ("values", pa.large_binary())],
        metadata={MARKS: json.dumps(body).encode()},
    )
    part = path.with_suffix(f".{os.getpid()}.part")
    with pa.ipc.new_file(part, schema) as file:
        for table in source.read(None):
            columns = [_numbers(table.column(name), words.get(name)) for name in names]
            for batch in _blocks(table.column(KEY).combine_chunks(), columns):
                file.write_batch(pa.record_batch(batch, schema=schema))
    os.replace(part, path)


def _blocks(ids: pa.Array, columns: Sequence[Vector]) -> Iterator[list[Sequence[object]]]:
    """The first ids, all ids and the packed values of blocks of rows, many blocks at a time."""
    codec, step = pa.Codec(CODEC), ROWS_AT_ONCE * BLOCKS_AT_ONCE
    for begin in range(0, len(ids), step):
        places = range(begin, min(begin + step, len(ids)), ROWS_AT_ONCE)
        own = [ids[i : i + ROWS_AT_ONCE].to_pylist() for i in places]
        whole = np.stack([values[begin : begin + step] for values in columns])
        blocks = (whole[:, i - begin : i - begin + ROWS_AT_ONCE] for i in places)
        packed = [codec.compress(block.tobytes(), asbytes=True) for block in blocks]
        yield [[rows[0] for rows in own], own, packed]


class RowFile:
    """The rows of one snapshot by account. Several threads may ask at once."""

    def __init__(self, path: Path, sha256: str) -> None:
        """Open what `write_rows` has written.

        Raises:
            RowFileError: it cannot be read, or holds another snapshot.
        """
        try:
            table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
            body = json.loads(table.schema.metadata[MARKS])
            words = {name: tuple(each) for name, each in body["words"].items()}
            self.layout = Layout(tuple(body["names"]), words)
            self._first = table.column("first").combine_chunks()
            self._ids, self._values = table.column("ids"), table.column("values")
            found = body["sha256"]
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise RowFileError(f"{path} is no file of rows: {error!r}") from error
        if found != sha256:
            raise RowFileError(f"{path} holds the rows of another snapshot.")
        self._codec = pa.Codec(CODEC)

    def row(self, account: str) -> SignalRow | None:
        """The account's row; None where the snapshot has none."""
        blocks = range(len(self._first))
        block = bisect_right(blocks, account, key=lambda i: self._first[i].as_py()) - 1
        if block < 0:
            return None
        ids: Sequence[str] = self._ids[block].as_py()
        at = bisect_right(ids, account) - 1
        if ids[at] != account:
            return None
        packed = self._values[block].as_buffer()
        size = 8 * len(self.layout.names) * len(ids)
        values = np.frombuffer(self._codec.decompress(packed, size), np.float64)
        own = values.reshape(len(self.layout.names), len(ids))[:, at].copy()
        return SignalRow(account, self.layout, own)


def row_of(table: pa.Table, account: str) -> SignalRow | None:
    """The account's row of a snapshot in memory; None where it has none."""
    ids = table.column(KEY).to_pylist()
    if account not in ids:
        return None
    mine = table.slice(ids.index(account), 1)
    layout, values = Layout((), {}), [np.empty(0)]
    for field in (each for each in mine.schema if each.name not in (KEY, DAY)):
        words = _Words() if _is_words(field) else None
        values.append(_numbers(mine.column(field.name), words))
        known = {} if words is None else {field.name: tuple(words.place)}
        layout = Layout((*layout.names, field.name), {**layout.words, **known})
    return SignalRow(account, layout, np.concatenate(values))


class _Words:
    """The words of a column, each with the place at which it came first."""

    def __init__(self) -> None:
        self.place: dict[str, int] = {}

    def codes(self, values: pa.ChunkedArray) -> Vector:
        """The place of each word, NaN where missing; new ones are given the next."""
        coded = values.cast(pa.string()).combine_chunks().dictionary_encode()
        whole = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
        words = whole.dictionary.to_pylist()
        places = [*(self.place.setdefault(word, len(self.place)) for word in words), np.nan]
        rows = whole.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
        return np.array(places, np.float64)[np.asarray(rows, np.int64)]


def _is_words(field: pa.Field) -> bool:
    words = pa.types.is_string(field.type) or pa.types.is_dictionary(field.type)
    return bool(words) and field.name != KEY


def _numbers(values: pa.ChunkedArray, words: _Words | None) -> Vector:
    """A column as numbers; of one that holds words, their places among them."""
    if words is not None:
        return words.codes(values)
    return np.asarray(values.cast(pa.float64()).fill_null(float("nan")).to_numpy(), np.float64)
