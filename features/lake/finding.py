"""Finding the rows held that are like new ones, by what lies ready beside the rows."""

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.clock import MISSING
from features.columns import instants
from features.contract import TABLES
from features.contract.arrow import schema
from features.lake.additions import is_small
from features.lake.alike import Alike, alike
from features.lake.copied import Copied, is_copied, opened_copy
from features.lake.incoming import key_of
from features.lake.index import Index, identifying, opened_index, suspected
from features.lake.order import Int64
from features.lake.pieces import Pieces
from features.lake.schema import chosen, stored
from features.lake.storage import Folder
from features.versions import KNOWN_UNTIL

_BUCKET = np.int64(1) << 40


def find_alike(pieces: Pieces, name: str, rows: pa.Table) -> Alike:
    """The rows of a connected table that may be of the same facts as some of `rows`.

    Tables that are small, and those of lakes that lie elsewhere, are looked through.
    """
    table, info = TABLES[name], pieces.info(name)
    ready = isinstance(pieces.root, Path) and not is_small(info)
    if table.key and ready:
        return _by_key(pieces, name, rows)

    def read(index: int, columns: Collection[str]) -> pa.Table:
        wanted = pa.schema([f for f in stored(table) if f.name in columns])
        return pieces.read(name, index, wanted)

    buckets = pieces.manifest.buckets
    indexes = [_index(pieces, name, load) for load in info.loads] if ready else []
    some = suspected(table, rows, info.last, buckets, indexes) if ready else range(buckets)
    return alike(table, rows, info.last, some, read)


def every(pieces: Pieces, name: str, columns: Collection[str]) -> Iterator[pa.Table]:
    """Some columns of all rows of a connected table, every version, in no order.

    They come from the copies of its pieces where those are made, which are there at once.
    """
    folders = [pieces.folder(load) / name for load in pieces.info(name).loads]
    if all(isinstance(folder, Path) and is_copied(folder) for folder in folders):
        for load in pieces.info(name).loads:
            yield pa.Table.from_batches(_copied(pieces, name, load).batches).select([*columns])
        return
    wanted = chosen(TABLES[name], columns)
    for index in range(pieces.manifest.buckets):
        yield pieces.read(name, index, wanted).select([*columns])


def _index(pieces: Pieces, name: str, load: int) -> Index:
    table = TABLES[name]
    columns = pa.schema([f for f in stored(table) if f.name in identifying(table)])
    return opened_index(
        _local(pieces.folder(load)) / name,
        table,
        lambda: pieces.sizes(name, load),
        lambda: pieces.piece(name, load, columns),
    )


def _by_key(pieces: Pieces, name: str, rows: pa.Table) -> Alike:
    """The rows held with a key of some of `rows`, from the copies of each piece."""
    table = TABLES[name]
    keys = rows.column(key_of(table)[0]).combine_chunks().unique().drop_null()
    offset = np.zeros(pieces.manifest.buckets, np.int64)
    parts, places = [], []
    for load in pieces.info(name).loads:
        copied = _copied(pieces, name, load)
        found = copied.places(keys)
        bucket = np.searchsorted(copied.begin, found, side="right") - 1
        parts.append(copied.rows(found))
        places.append(bucket * _BUCKET + found - copied.begin[bucket] + offset[bucket])
        offset += np.diff(copied.begin)
    whole, place = pa.concat_tables(parts), np.concatenate(places)
    same = pc.is_in(whole.column(key_of(table)[0]), value_set=keys)  # not only of equal hash
    whole, place = whole.filter(same), place[same.to_numpy()]
    until = instants(whole.column(KNOWN_UNTIL)).copy()
    _mark(until, place, pieces.ends(name))
    plain = whole.select(schema(table).names)
    return Alike(plain, (place // _BUCKET).astype(np.int32), place % _BUCKET, until)


def _copied(pieces: Pieces, name: str, load: int) -> Copied:
    return opened_copy(
        _local(pieces.folder(load)) / name,
        TABLES[name],
        lambda: pieces.sizes(name, load),
        lambda: pieces.piece(name, load, stored(TABLES[name])),
    )


def _local(folder: Folder) -> Path:
    assert isinstance(folder, Path)  # of other lakes nothing lies ready
    return folder


def _mark(until: Int64, place: Int64, ends: pa.Table) -> None:
    """Give rows the ends that later loads gave them."""
    marked = ends.column("bucket").to_numpy() * _BUCKET + ends.column("place").to_numpy()
    order = np.argsort(place)
    at = np.searchsorted(place[order], marked)
    inside = np.flatnonzero(at < len(place))
    hit = inside[place[order[at[inside]]] == marked[inside]]
    until[order[at[hit]]] = instants(ends.column(KNOWN_UNTIL))[hit]
    assert MISSING not in until[order[at[hit]]]
