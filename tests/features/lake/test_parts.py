"""The parts that bucketing is made of, against plain Python."""

import zlib
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays as drawn

from features.contract import TABLES
from features.contract.arrow import schema
from features.lake import parquet_batches
from features.lake.hashing import bytes_of, checksums, hashes
from features.lake.numbers import Usual, in_order, together, usual_of
from features.lake.order import Int32, Int64, Moves, destinations, in_blocks, rows_of
from features.lake.packed import packed
from features.lake.records import arrays_of, numbers_of
from features.lake.text import Text, text_of
from features.lake.vocabulary import Vocabulary

ALPHABET = ["", "a", "b", "\0", "ü", "seventeen bytes", "sixteen bytes ..", "0123456789" * 5]
ORDER = np.arange(3, dtype=np.int32)


def words(count: int, seed: int) -> list[str]:
    random = np.random.default_rng(seed)
    return ["".join(random.choice(ALPHABET, random.integers(0, 4))) for _ in range(count)]


def numbered(vocabulary: Vocabulary, text: Text | None, rows: Int32) -> Int32:
    found = np.empty(len(rows), np.int32)
    vocabulary.codes(text, rows, found)
    return found


def test_checksums_are_those_of_zlib() -> None:
    found = words(300, 0)
    expected = [zlib.crc32(word.encode()) for word in found]
    assert checksums(*bytes_of(pa.array(found))).tolist() == expected
    assert checksums(*bytes_of(pa.array(found)[7:90])).tolist() == expected[7:90]


def test_equal_words_hash_alike_and_others_do_not() -> None:
    found = words(2000, 1)
    by_hash = dict(zip(hashes(*bytes_of(pa.array(found))).tolist(), found, strict=True))
    assert len(by_hash) == len(set(found))
    assert hashes(*bytes_of(pa.array(["ab"])))[0] != hashes(*bytes_of(pa.array(["ab\0"])))[0]


@pytest.mark.parametrize("kind", [pa.string(), pa.dictionary(pa.int32(), pa.string())])
def test_a_vocabulary_numbers_words_as_they_first_come(kind: pa.DataType) -> None:
    found = [*words(3000, 2), None]
    array = pa.array(found, pa.string()).cast(kind)
    vocabulary = Vocabulary()
    rows = np.random.default_rng(3).permutation(len(found)).astype(np.int32)
    codes = [numbered(vocabulary, text_of(array), some) for some in np.array_split(rows, 4)]
    distinct = dict.fromkeys(found[row] for row in rows if found[row] is not None)
    assert vocabulary.words.to_pylist() == list(distinct)
    assert vocabulary.hashes.tolist() == hashes(*bytes_of(vocabulary.words)).tolist()
    numbers = {word: number for number, word in enumerate(distinct)} | {None: -1}
    assert np.concatenate(codes).tolist() == [numbers[found[row]] for row in rows]


@pytest.mark.parametrize(
    ("found", "width"),
    [
        (words(400, 4), 0),
        (["", ""], 0),
        (["ü"], 2),
        *(([f"{n:0{size}}" for n in range(size, 400)], max(size, 3)) for size in (1, 8, 9, 16, 36)),
    ],
)
def test_words_may_be_put_in_another_order(found: list[str], width: int) -> None:
    order = np.random.default_rng(5).permutation(len(found)).astype(np.int32)
    found = [word.zfill(width) for word in found] if width > 2 else found
    text = text_of(pa.array(["before", *found])[1:])
    assert text is not None
    moved, vocabulary = text.in_order(order), Vocabulary()
    assert (moved.width, len(moved.ends)) == (width, 0 if width else len(found) + 1)
    rows = np.arange(len(found), dtype=np.int32)
    codes = numbered(vocabulary, moved, rows)
    assert vocabulary.words.take(pa.array(codes)).to_pylist() == [found[i] for i in order]


@pytest.mark.parametrize(
    ("found", "head"),
    [
        (["u-17", "u-18", "u-99"], "u-"),
        (["u-17", "u-17"], "u-1"),  # one byte is left of each word
        (["a123456789", "a223456789"], ""),  # nine would be left
        (["acc-0000001", "acc-0900002"], "acc-0"),
        ([f"invoice-{n:08}" for n in (1, 99_999_999)], "invoice-"),
        ([f"invoices-{n:08}" for n in (1, 99_999_999)], ""),  # too long
    ],
)
def test_what_words_begin_with_alike_is_held_once(found: list[str], head: str) -> None:
    text = text_of(pa.array(["another", *found])[1:])
    assert text is not None
    backwards = np.arange(len(found), dtype=np.int32)[::-1].copy()
    moved, vocabulary = text.in_order(backwards), Vocabulary()
    assert moved.head.tobytes().decode() == head
    longer = text_of(pa.array(["a word of another length, and " + word for word in found]))
    rows = np.arange(len(found), dtype=np.int32)
    codes = numbered(vocabulary, moved, rows)
    numbered(vocabulary, longer, rows)
    assert numbered(vocabulary, text, backwards).tolist() == codes.tolist()
    assert vocabulary.words.take(pa.array(codes)).to_pylist() == found[::-1]
    assert vocabulary.hashes.tolist() == hashes(*bytes_of(vocabulary.words)).tolist()


@pytest.mark.parametrize(
    ("least", "most", "width"),
    [
        (5, 5, 1),
        (-3, 252, 1),
        (-3, 253, 2),
        (0, (1 << 40) - 1, 5),
        (1_700_000_000_000_000, 1_700_604_800_000_000, 5),
        (-(2**63), 2**63 - 1, 8),
    ],
)
def test_numbers_take_as_few_bytes_as_their_range_asks_for(
    least: int, most: int, width: int
) -> None:
    values = np.array([most, least, most, (least + most) // 2], np.int64)
    assert packed(values, np.arange(4, dtype=np.int32)).width == width
    order = np.array([3, 1, 0, 2], np.int32)
    kept = in_order([values], (None,), order)
    assert kept.columns[0].values.width == width
    places = np.array([0, 2, 3], np.int32)
    assert together([(kept, places)], ORDER)[0].tolist() == values[order[places]].tolist()


@pytest.mark.parametrize(
    ("count", "kind"), [(127, np.int8), (128, np.int16), (32_767, np.int16), (32_768, np.int32)]
)
def test_codes_are_held_in_as_few_bytes_as_will_do(count: int, kind: type) -> None:
    found = [*map(str, range(count)), None]
    text = text_of(pa.array(found).dictionary_encode())
    assert text is not None
    order = np.random.default_rng(6).permutation(len(found)).astype(np.int32)
    moved, vocabulary = text.in_order(order), Vocabulary()
    assert moved.codes.dtype == kind
    always = text_of(pa.array(found[:-1]).dictionary_encode())
    assert always is not None
    unsigned = always.in_order(np.arange(count, dtype=np.int32)).codes
    assert unsigned.dtype == (np.uint8 if count < 256 else np.uint16)
    assert unsigned.tolist() == list(range(count))
    codes = numbered(vocabulary, moved, np.arange(len(found), dtype=np.int32))
    back = vocabulary.words.take(pa.array(codes, mask=codes < 0)).to_pylist()
    assert back == [found[i] for i in order]


def test_rows_are_brought_together_within_blocks() -> None:
    group = np.random.default_rng(6).integers(0, 5, 103).astype(np.int32)
    order, begins = in_blocks(group, 5, 20)
    assert begins.shape == (6, 6)
    assert sorted(order.tolist()) == list(range(103))
    for some in ([3], [0, 2, 4]):
        places = rows_of(begins, np.array(some))
        assert (np.diff(places) > 0).all()
        expected = [
            row
            for block in range(0, 103, 20)
            for one in some
            for row in range(block, min(block + 20, 103))
            if group[row] == one
        ]
        assert order[places].tolist() == expected


def _rows_of(column: Int64, rows: Int32 | None) -> Int64:
    return column.copy() if rows is None else column.take(rows)


@pytest.mark.parametrize("disorder", [0, 3, 1000])
def test_rows_are_ordered_by_group_and_keys(disorder: int) -> None:
    random = np.random.default_rng(disorder)
    group = random.integers(0, 7, 1000).astype(np.int32)
    first = (np.arange(1000) + random.integers(0, disorder + 1, 1000)) // 9
    second = random.integers(-4, 4, 1000)
    to, begin = destinations(group, 7)
    columns = np.empty((3, 1000), np.int64)
    for column, values in zip(columns, (first, second, np.arange(1000)), strict=True):
        column[to] = values
    keys = [partial(_rows_of, column.copy()) for column in columns[:2]]
    moves = Moves(begin, keys)
    for column in columns:
        moves.on(column)
    expected = np.lexsort((second, first, group))
    assert columns[2].tolist() == expected.tolist()
    assert np.diff(begin).tolist() == np.bincount(group, minlength=7).tolist()


def test_numbers_come_back_as_they_were() -> None:
    values = [
        pa.array([datetime(1, 1, 1, tzinfo=UTC), None, datetime(9999, 1, 1, tzinfo=UTC)]),
        pa.array([None, -(2**63) + 1, 2**63 - 1], pa.int64()),
        pa.array([float("nan"), None, -0.0]),
        pa.array([Decimal("-0.0001"), Decimal("99999999999999.9999"), None]),
        pa.array([True, None, False]),
    ]
    kinds = [schema(TABLES["subscriptions"]).field("started_at").type, pa.int64(), pa.float64()]
    kinds += [schema(TABLES["subscriptions"]).field("mrr").type, pa.bool_()]
    arrays = [array.cast(kind) for array, kind in zip(values, kinds, strict=True)]
    order = np.array([2, 0, 1], np.int32)
    numbers = [numbers_of(array) for array in arrays]
    moved = together([(in_order(numbers, usual_of(numbers), order), ORDER)], ORDER)
    fields = pa.schema([pa.field(str(n), kind) for n, kind in enumerate(kinds)])
    back = arrays_of(fields, moved)
    for array, found in zip(arrays, back.values(), strict=True):
        assert found.type == array.type
        assert str(found.to_pylist()) == str([array[int(i)].as_py() for i in order])


@given(st.data())
def test_numbers_of_several_groups_come_together_whatever_is_usual(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 40), min_size=1, max_size=3))
    few = st.integers(-1, 1) if data.draw(st.booleans()) else st.just(7)
    usual, found, expected = None, [], []
    for size in sizes:
        first = np.array(data.draw(st.lists(few, min_size=size, max_size=size)), np.int64)
        second = first + data.draw(drawn(np.int64, size, elements=st.sampled_from([0, 0, 0, 5])))
        columns = [first, second, np.arange(size)]
        usual = usual or usual_of(columns)
        order = np.array(data.draw(st.permutations(range(size))), np.int32)
        rows = np.flatnonzero(data.draw(drawn(bool, size))).astype(np.int32)
        found.append((in_order(columns, usual, order), rows))
        expected.append(np.array(columns)[:, order[rows]])
    wanted = np.concatenate(expected, axis=1)
    to = np.array(data.draw(st.permutations(range(wanted.shape[1]))), np.int32)
    assert together(found, to)[:, to].tolist() == wanted.tolist()


def test_what_is_usual_is_held_once() -> None:
    many = np.arange(10_000)
    columns = [many, np.where(many % 50, many, 0), np.where(many % 50, 1, many), many[::-1].copy()]
    usual = usual_of(columns)
    assert usual == (None, Usual(like=0), Usual(1), None)
    held = in_order(columns, usual, many.astype(np.int32)).columns
    assert [len(one.values) for one in held] == [10_000, 199, 200, 10_000]
    unlike = in_order([many, many[::-1].copy(), many, many], usual, many.astype(np.int32))
    assert [len(one.values) for one in unlike.columns] == [10_000] * 4


def test_the_number_that_means_null_is_refused() -> None:
    with pytest.raises(ValueError, match="-9223372036854775808 stands for null"):
        numbers_of(pa.array([-(2**63)]))


def test_parquet_is_read_as_batches(tmp_path: Path) -> None:
    at = pa.array([datetime(2025, 1, 1, tzinfo=UTC)] * 5000)
    columns = {
        "event": pa.array(["x", "y"] * 2500),
        "user_id": pa.array([f"u-{n:09d}" for n in range(5000)]),
        "account_id": pa.array(["a"] * 5000),
        "occurred_at": at,
        "known_at": at,
        "event_id": pa.nulls(5000, pa.string()),
        "of no use": at,
    }
    path = tmp_path / "usage.parquet"
    pq.write_table(pa.table(columns), path)
    [batch] = parquet_batches(TABLES["usage"], [path])
    coded = [n for n in batch.schema.names if pa.types.is_dictionary(batch.column(n).type)]
    assert set(batch.schema.names) == set(schema(TABLES["usage"]).names)
    assert sorted(coded) == ["account_id", "event"]
    assert batch.column("quantity").null_count == batch.column("event_id").null_count == 5000
    assert batch.column("user_id").to_pylist() == columns["user_id"].to_pylist()
    pq.write_table(pa.table(columns).drop_columns(["account_id"]), path)
    with pytest.raises(ValueError, match=r"usage.parquet has no account_id, which usage must"):
        next(parquet_batches(TABLES["usage"], [path]))
