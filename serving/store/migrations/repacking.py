"""Reasons and outlooks between text (revision 0001) and codes and numbers (0002)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

import sqlalchemy as sa

from models.score import Outlook, Reason
from serving.store.columns import compact
from serving.store.packing import pack_outlooks, pack_reasons, unpack_outlook, unpack_reasons
from serving.store.partitions import partition_statements

ROWS = 5000
PLAIN = (
    "account_id", "as_of", "band", "health_score", "risk", "p_loss_30", "p_loss_90", "p_loss_180",
    "p_loss_365", "base", "model_version",
)  # fmt: skip
AHEAD = ("lead_days", "revenue_lost")

Row = dict[str, Any]


def pack(bind: sa.Connection) -> None:
    """Fill `score` from `score_before` and `outlook`; runs in order, so that `since` is known."""
    days = bind.scalars(sa.text("SELECT as_of FROM scoring_run ORDER BY as_of")).all()
    months = [date.fromisoformat(str(day)) for day in days]
    for statement in partition_statements(months, bind.dialect.name):
        bind.execute(sa.text(statement))
    codes: dict[str, int] = {}
    before: dict[str, tuple[str, Any]] = {}
    for day in days:
        read = _select("score_before", ("reasons",), "p_by_cause, p_expansion", "outlook")
        before = _pack_run(bind, bind.execute(read, {"day": day}), before, codes)
    if codes:
        words = [{"word": word, "code": code} for word, code in codes.items()]
        insert = "INSERT INTO reason_code (code, word) VALUES (:code, :word)"
        bind.execute(sa.text(insert), words)


def _select(table: str, own: Sequence[str], more: str, joined: str) -> sa.TextClause:
    columns = ", ".join(f"s.{name}" for name in (*PLAIN, *own))
    ahead = ", ".join(f"o.{name}" for name in AHEAD)
    return sa.text(
        f"SELECT {columns}, {ahead}, {more} FROM {table} s LEFT JOIN {joined} o ON "
        "o.account_id = s.account_id AND o.as_of = s.as_of WHERE s.as_of = :day"
    )


def _pack_run(
    bind: sa.Connection,
    found: sa.CursorResult[Any],
    before: Mapping[str, tuple[str, Any]],
    codes: dict[str, int],
) -> dict[str, tuple[str, Any]]:
    """Write one run; gives by account its band and since when it has it."""
    held = {}

    def packed(row: sa.RowMapping) -> Row:
        account, band = row["account_id"], row["band"]
        was = before.get(account)
        since = was[1] if was and was[0] == band else row["as_of"]
        held[account] = (band, since)
        return {**_packed(row, codes), "since": since}

    _copy(bind, "score", (packed(row) for row in found.mappings()))
    return held


def _packed(row: sa.RowMapping, codes: dict[str, int]) -> Row:
    def known(words: set[str]) -> dict[str, int]:
        return {word: codes.setdefault(word, len(codes) + 1) for word in sorted(words)}

    reasons = [Reason(*item) for item in json.loads(row["reasons"])]
    by_cause = json.loads(row["p_by_cause"] or "{}")
    ahead = Outlook(
        p_by_cause={c: _by_days(chances) for c, chances in by_cause.items()},
        p_expansion=_by_days(json.loads(row["p_expansion"] or "{}")),
    )
    return {
        **{name: row[name] for name in PLAIN},
        "reasons": pack_reasons([reasons], known)[0],
        "lead_days": row["lead_days"] or 0,
        "ahead": pack_outlooks([ahead], known)[0],
        "revenue_lost": row["revenue_lost"],
    }


def _by_days(chances: Mapping[str, float]) -> dict[int, float]:
    return {days: chances[str(days)] for days in sorted(map(int, chances))}


def unpack(bind: sa.Connection) -> None:
    """Fill `score` and `outlook` of revision 0001 from `score_after`."""
    words = {row.code: row.word for row in bind.execute(sa.text("SELECT * FROM reason_code"))}
    own = ", ".join((*PLAIN, "reasons", "ahead", *AHEAD))
    read = sa.text(f"SELECT {own} FROM score_after WHERE as_of = :day")
    for day in bind.scalars(sa.text("SELECT as_of FROM scoring_run ORDER BY as_of")).all():
        found = bind.execute(read, {"day": day}).mappings().all()
        _copy(bind, "score", (_unpacked(row, words) for row in found))
        ahead = (_outlook(row, words) for row in found if row["ahead"] or row["lead_days"])
        _copy(bind, "outlook", ahead)


def _unpacked(row: sa.RowMapping, words: Mapping[int, str]) -> Row:
    reasons = unpack_reasons(row["reasons"], words.__getitem__)
    told = [[r.signal, r.value, r.contribution, r.together] for r in reasons]
    return {**{name: row[name] for name in PLAIN}, "reasons": compact(told)}


def _outlook(row: sa.RowMapping, words: Mapping[int, str]) -> Row:
    by_cause, growth = unpack_outlook(row["ahead"], words.__getitem__)
    return {
        **{name: row[name] for name in ("account_id", "as_of", *AHEAD)},
        "p_by_cause": compact(by_cause),
        "p_expansion": compact(growth),
    }


def _copy(bind: sa.Connection, table: str, rows: Iterator[Row]) -> None:
    while some := list(islice(rows, ROWS)):
        names = list(some[0])
        values = ", ".join(f":{name}" for name in names)
        bind.execute(sa.text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})"), some)
