"""Rows are judged as one would judge them one at a time."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from features.contract import TABLES
from features.contract.arrow import schema
from pipelines.ingest.judge import Verdict, judged
from pipelines.ingest.project import ROW

TABLE = TABLES["feedback"]
NOW = datetime(2025, 6, 1, tzinfo=UTC)
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
Row = dict[str, Any]


def drawn(draw: random.Random, known: bool) -> Row:
    row: Row = dict.fromkeys(schema(TABLE).names)
    row["feedback_id"] = draw.choice("abcd")
    row["account_id"], row["kind"] = draw.choice("xy"), draw.choice(("praise", "request"))
    row["text"] = draw.choice((None, "t"))
    row["occurred_at"] = BEGIN
    row["known_at"] = BEGIN + timedelta(days=draw.randrange(5)) if known else None
    return row


def by_hand(row: Row, held: list[Row], brought: bool) -> Verdict:
    """The rules, said one row at a time."""
    own = sorted(
        (h for h in held if h["feedback_id"] == row["feedback_id"]), key=lambda h: h["known_at"]
    )
    content = {name: row[name] for name in TABLE.names}
    known = row["known_at"]
    before = [h for h in own if known is None or h["known_at"] <= known]
    if before and {n: before[-1][n] for n in TABLE.names} == content:
        return Verdict.UNCHANGED
    if brought and known is None and any({n: h[n] for n in TABLE.names} == content for h in own):
        return Verdict.UNCHANGED
    if before and before[-1]["known_at"] == known:
        return Verdict.REWRITTEN
    return Verdict.CORRECTED if own else Verdict.ADDED


@pytest.mark.parametrize("seed", range(20))
def test_rows_are_judged_as_by_hand(seed: int) -> None:
    draw = random.Random(seed)
    brought = seed % 2 == 0
    unique = {(r["feedback_id"], r["known_at"]): r for r in (drawn(draw, True) for _ in range(9))}
    held = list(unique.values())
    load = [drawn(draw, draw.random() < 0.7) for _ in range(30)]
    wanted = schema(TABLE).append(pa.field(ROW, pa.int64()))
    rows = pa.Table.from_pylist([{**r, ROW: n} for n, r in enumerate(load)], wanted)
    told, counts, rewritten = judged(
        TABLE, rows, pa.Table.from_pylist(held, schema(TABLE)), NOW, brought
    )
    expected = [by_hand(row, held, brought) for row in load]
    assert counts == {one: expected.count(one) for one in Verdict}
    added = [n for n, v in enumerate(expected) if v in (Verdict.ADDED, Verdict.CORRECTED)]
    assert told[ROW].to_pylist() == added
    assert rewritten[ROW].to_pylist() == [
        n for n, v in enumerate(expected) if v is Verdict.REWRITTEN
    ]
    assert all(
        found == (load[n]["known_at"] or NOW)
        for n, found in zip(added, told["known_at"].to_pylist(), strict=True)
    )
