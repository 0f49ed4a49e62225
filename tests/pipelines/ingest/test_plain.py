"""What is taken at a look is what the query makes of the same values."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from features.contract import Column, Kind, Table
from features.contract.arrow import TYPES
from pipelines.ingest.convert import Converted, convert
from pipelines.ingest.plain import plain

WORDS = ("a", "Bee", " c ", "", "\t", "\xa0d", "née", "ÉTÉ", "0", "true", "x y")
EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
DRAWN: dict[Kind, Callable[[random.Random], object]] = {
    Kind.ID: lambda r: r.choice(WORDS),
    Kind.TEXT: lambda r: r.choice(WORDS),
    Kind.CATEGORY: lambda r: r.choice(WORDS),
    Kind.INTEGER: lambda r: r.choice((0, 1, -3, 7, 10**12, 10**12 + 1, -(10**13))),
    Kind.NUMBER: lambda r: r.choice((0.0, -0.0, 0.1, -2.5, 1e12, 2e12, float("nan"), 1e-9)),
    Kind.MONEY: lambda r: Decimal(r.choice(("0.0000", "1.2345", "-7.0000", "2000000000000.0000"))),
    Kind.BOOLEAN: lambda r: r.random() < 0.5,
    Kind.TIMESTAMP: lambda r: r.choice(
        (EPOCH, EPOCH + timedelta(microseconds=1), EPOCH.replace(year=1899), EPOCH.replace(9999))
    ),
}
LIMITS: dict[Kind, dict[str, object]] = {
    Kind.CATEGORY: {"allowed": ("a", "bee", "c", "d")},
    Kind.NUMBER: {"minimum": 0, "maximum": 10},
    Kind.INTEGER: {"minimum": 0},
}


def cases() -> Iterator[tuple[Column, pa.ChunkedArray]]:
    draw = random.Random(7)
    for kind, value in DRAWN.items():
        for nth in range(12):
            required, limits = nth % 2 == 0, LIMITS.get(kind, {}) if nth % 4 > 1 else {}
            column = Column("value", kind, "a value", required=required, **limits)  # type: ignore[arg-type]
            gone = 0.0 if nth % 3 else 0.3
            values = [None if draw.random() < gone else value(draw) for _ in range(nth % 5)]
            yield column, pa.chunked_array([pa.array(values, TYPES[kind])])


def told(found: Converted) -> tuple[object, ...]:
    rows = found.table.select(["value", "__row"]).to_pylist()
    bad = [(f.rows.tolist(), f.column, f.reason, f.remedy) for f in found.findings]
    return sorted(map(repr, rows)), bad


def test_a_look_tells_what_the_query_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0
    for column, values in cases():
        table = Table("things", "one thing", (column,), occurred="value")
        given = pa.table({"value": values})
        quick = told(convert(table, given))
        looked += plain(column, values) is not None
        with monkeypatch.context() as patch:
            patch.setattr("pipelines.ingest.convert.plain", lambda *_: None)
            assert told(convert(table, given)) == quick, (column, values)
    assert looked > 30


def test_text_of_no_letters_is_left_to_the_query() -> None:
    column = Column("value", Kind.TEXT, "a value")
    broken = pa.array([b"\xff\xfe"], pa.binary()).view(pa.string())
    assert plain(column, pa.chunked_array([broken])) is None
