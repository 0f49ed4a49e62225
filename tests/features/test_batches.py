"""A row of a snapshot has the same bits however it is asked for: alone or among others,
at one date or at many, from rows in any order and in buckets of any number."""

import random
import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import strategies as st

from features.contract import TABLES
from features.currency import Rate, Rates
from features.prepare import prepare
from features.signal import Catalogue
from features.snapshot import snapshots
from features.versions import KNOWN_UNTIL, known_until

Tables = dict[str, pa.Table]
Bits = dict[tuple[str, date], tuple[Any, ...]]
Compute = Callable[[Tables, Sequence[date]], Bits]

DATES = [date(2023, 12, 31), *(date(2024, 2, day) for day in (9, 28, 29)), date(2024, 4, 20)]
RATES = Rates("EUR", tuple(Rate(c, date(2024, 2, 10), Decimal("0.9")) for c in ("USD", "CHF")))


@pytest.fixture(scope="module")
def tables(
    helper: SimpleNamespace, drawn: Callable[[st.SearchStrategy[Any], int], list[Any]]
) -> Tables:
    """A company of 18 accounts; corrections move facts from one to another."""
    calm, busy = helper.histories.histories(), helper.histories.histories(busy=True)
    arrow = helper.comparison.arrow(helper.histories.together(drawn(calm, 4) + drawn(busy, 2)))
    return {n: t.append_column(KNOWN_UNTIL, known_until(TABLES[n], t)) for n, t in arrow.items()}


@pytest.fixture(scope="module")
def compute(helper: SimpleNamespace) -> Compute:
    catalogue: Catalogue = helper.further.catalogue()

    def bits(tables: Tables, dates: Sequence[date]) -> Bits:
        bucket = prepare(tables, RATES)
        return bits_of(snapshots(bucket, catalogue, dates, helper.comparison.everyone))

    return bits


@pytest.fixture(scope="module")
def whole(tables: Tables, compute: Compute) -> Bits:
    """All accounts and dates at once."""
    return compute(tables, DATES)


def bits_of(snapshot: pa.Table) -> Bits:
    """The rows of a snapshot by account and date; numbers as their bits."""
    columns = [
        c.to_numpy().view(np.int64).tolist() if pa.types.is_floating(c.type) else c.to_pylist()
        for c in snapshot.columns
    ]
    return {(row[0], row[1]): row for row in zip(*columns, strict=True)}


def of_accounts(tables: Tables, accounts: Iterable[str]) -> Tables:
    wanted = pa.array(accounts, pa.string())
    return {n: t.filter(pc.is_in(t["account_id"], wanted)) for n, t in tables.items()}


def test_an_account_alone_at_one_date_is_the_same(
    tables: Tables, compute: Compute, whole: Bits
) -> None:
    """What is computed for one account at the time of asking is what a batch would say."""
    for number, account in enumerate(sorted({account for account, _ in whole})):
        own = of_accounts(tables, [account])
        for day in (DATES[number % len(DATES)], DATES[-1]):
            assert compute(own, [day]) == {(account, day): whole[account, day]}


def test_any_set_of_dates_gives_the_same(tables: Tables, compute: Compute, whole: Bits) -> None:
    for days in ([DATES[3]], DATES[1:4], [DATES[4], DATES[0], DATES[4]]):
        assert compute(tables, days) == {key: row for key, row in whole.items() if key[1] in days}


@pytest.mark.parametrize("buckets", [2, 7])
def test_buckets_of_any_number_give_the_same(
    tables: Tables, compute: Compute, whole: Bits, buckets: int
) -> None:
    parts: dict[int, list[str]] = {}
    for account in {account for account, _ in whole}:
        parts.setdefault(zlib.crc32(account.encode()) % buckets, []).append(account)
    found: Bits = {}
    for accounts in parts.values():
        found |= compute(of_accounts(tables, accounts), DATES)
    assert found == whole


@pytest.mark.parametrize("seed", [1, 2])
def test_rows_in_any_order_give_the_same(
    tables: Tables, compute: Compute, whole: Bits, seed: int
) -> None:
    turned = {
        n: t.take(random.Random(seed).sample(range(len(t)), len(t))) for n, t in tables.items()
    }
    assert compute(turned, DATES) == whole


def test_text_may_come_as_codes(tables: Tables, compute: Compute, whole: Bits) -> None:
    encoded = {
        name: pa.table(
            [c.dictionary_encode() if pa.types.is_string(c.type) else c for c in table.columns],
            table.column_names,
        )
        for name, table in tables.items()
    }
    assert compute(encoded, DATES) == whole


def test_versions_may_be_told_apart_here_or_before(
    tables: Tables, compute: Compute, whole: Bits
) -> None:
    assert compute({n: t.drop(KNOWN_UNTIL) for n, t in tables.items()}, DATES) == whole


def test_few_accounts_at_a_time_give_the_same_bits(
    tables: Tables, compute: Compute, whole: Bits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("features.snapshot.MOST_CELLS", 1)
    assert compute(tables, DATES) == whole
