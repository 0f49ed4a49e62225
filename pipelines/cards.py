"""What people recognise accounts by, for a snapshot that is read in parts."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from features.contract import TABLES
from features.lake import Lake
from features.prepare import prepare
from features.view import View
from models.score import AccountCard
from serving.store import KEPT

CENT = Decimal("0.01")
ACCOUNT = "account_id"
WORDS = ("name", "industry", "region", "csm", "crm_id")
CLASSES = ("tier", "size_class", "revenue_class", "stage", "paid_or_free")
"""What the snapshot says of the profile in words; the card has the same names."""
MRR, RENEWAL = "profile__mrr", "profile__renewal"
SIGNALS = tuple(each.signal for each in KEPT)
NOTHING: dict[str, Any] = dict.fromkeys(WORDS, "")


@dataclass(frozen=True)
class Cards:
    """What the accounts table says at a date, ordered by account.

    Attributes:
        table: the account's id and `WORDS`; empty words where not known.
    """

    as_of: date
    table: pa.Table

    def of(self, snapshot: pd.DataFrame) -> list[AccountCard]:
        """The cards of some rows of the date's snapshot, ordered by account, in their order."""
        ids = snapshot[ACCOUNT].tolist()
        known = self._between(ids[0], ids[-1]) if ids else {}
        renewal, mrr = (snapshot[name] for name in (RENEWAL, MRR))
        classes = zip(*(_words(snapshot, f"profile__{name}") for name in CLASSES), strict=True)
        signals = zip(*(_numbers(snapshot, each.signal) for each in KEPT), strict=True)
        return [
            AccountCard(
                account,
                **known.get(account, NOTHING),
                **dict(zip(CLASSES, words, strict=True)),
                arr=_arr(revenue),
                renews_at=None if pd.isna(days) else self.as_of + timedelta(days=int(days) + 1),
                signals=dict(zip(SIGNALS, values, strict=True)),
            )
            for account, revenue, days, words, values in zip(
                ids, mrr, renewal, classes, signals, strict=True
            )
        ]

    def _between(self, first: str, last: str) -> dict[str, dict[str, Any]]:
        """What is known of the accounts from one id to another."""
        keys: Sequence[str] = _Keys(self.table[ACCOUNT])
        begin, end = bisect_left(keys, first), bisect_right(keys, last)
        rows = self.table.slice(begin, end - begin).to_pylist()
        return {row.pop(ACCOUNT): row for row in rows}


@dataclass(frozen=True)
class _Keys(Sequence[str]):
    """Ids of an Arrow column, so that a search in it needs no copy."""

    column: pa.ChunkedArray

    def __len__(self) -> int:
        return len(self.column)

    def __getitem__(self, place: Any) -> Any:
        return self.column[place].as_py()


def cards_at(lake: Lake, dates: Sequence[date]) -> dict[date, Cards]:
    """The cards of several dates from one pass over the lake's accounts."""
    columns = {"accounts": TABLES["accounts"].names}
    parts: dict[date, list[pa.Table]] = {day: [] for day in dates}
    for index in range(lake.manifest.buckets):
        bucket = prepare(lake.bucket(index, columns))
        for day in dates:
            parts[day].append(_described(bucket.at(day)))
    return {
        day: Cards(day, pa.concat_tables(found).sort_by(ACCOUNT).combine_chunks())
        for day, found in parts.items()
    }


def _described(view: View) -> pa.Table:
    """What the accounts table says of each visible account of a bucket."""
    accounts = view.facts("accounts")
    ids = pa.array(view.bucket.accounts, pa.string()).take(pa.array(accounts.account))
    columns = {ACCOUNT: ids}
    for name in WORDS:
        words = accounts.words(name)
        codes = pa.array(words.codes, mask=words.codes < 0)
        found = pa.array(words.words, pa.string()).take(codes)
        columns[name] = pc.fill_null(found, "")
    return pa.table(columns)


def _words(snapshot: pd.DataFrame, column: str) -> list[str]:
    """A column of words; empty where not known, or where there is no such column."""
    if column not in snapshot:
        return [""] * len(snapshot)
    return ["" if pd.isna(word) else word for word in snapshot[column]]


def _numbers(snapshot: pd.DataFrame, column: str) -> list[float | None]:
    """A column of numbers; None where not known, or where there is no such column."""
    if column not in snapshot:
        return [None] * len(snapshot)
    return [None if np.isnan(value) else value for value in snapshot[column].tolist()]


def _arr(mrr: float) -> Decimal | None:
    """Recurring revenue per year, to the cent; None where no subscriptions are connected."""
    return None if pd.isna(mrr) else (Decimal(repr(float(mrr))) * 12).quantize(CENT)
