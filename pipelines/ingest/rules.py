"""What rows of a source must hold together: their dates, their accounts, their money."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.contract import Kind, Order, Table
from pipelines.config import Config
from pipelines.ingest.engine import query
from pipelines.ingest.findings import Finding, Rows
from pipelines.ingest.project import ROW


@dataclass(frozen=True, slots=True)
class Money:
    """Which currencies can be turned into the company's own, and since when.

    Attributes:
        own: the company's currency.
        since: the first day of the first rate of every other currency.
    """

    own: str
    since: Mapping[str, date]

    @classmethod
    def of(cls, config: Config) -> "Money":
        """The currencies of a configuration."""
        since: dict[str, date] = {}
        for rate in config.rates:
            since[rate.currency] = min(rate.since, since.get(rate.currency, rate.since))
        return cls(config.company.currency, since)


def with_codes_upper(table: Table, rows: pa.Table) -> pa.Table:
    """Codes of currencies in capitals, so that usd and USD are one."""
    if not _has_currency(table):
        return rows
    index = rows.column_names.index("currency")
    return rows.set_column(index, "currency", pc.utf8_upper(rows.column("currency")))


def broken_orders(table: Table, rows: pa.Table) -> Iterator[Finding]:
    """Rows with a date that lies before the date it must follow."""
    for order in table.orders:
        early = rows.filter(_lies_before(rows, order))
        if len(early):
            yield _finding(
                early,
                order.later,
                f"it lies before {order.earlier}",
                f"Correct {order.later} or {order.earlier}, or leave {order.later} empty.",
            )


def _lies_before(rows: pa.Table, order: Order) -> pa.ChunkedArray:
    earlier, later = rows.column(order.earlier), rows.column(order.later)
    # A date without a time of day is midnight, and may be the day of the earlier one.
    day = pc.floor_temporal(earlier, unit="day")
    is_date = pc.equal(pc.floor_temporal(later, unit="day"), later)
    start = pc.if_else(is_date, day, earlier)
    return pc.fill_null(pc.less(later, start), False)


def owners(rows: pa.Table, accounts: pa.Table) -> pa.ChunkedArray:
    """The place of each row's account among those known, each of which comes once; else null."""
    known = accounts.column("account_id").combine_chunks()
    return pc.index_in(rows.column("account_id"), value_set=known)


def unknown_accounts(rows: pa.Table, owner: pa.ChunkedArray) -> Iterator[Finding]:
    """Rows of accounts that are not among those known, by what `owners` gave."""
    if owner.null_count:
        yield _finding(
            rows.filter(owner.is_null()),
            "account_id",
            "accounts has no such account",
            "Add the account to accounts, or correct the id; a bad row of accounts has none.",
        )


def before_account(
    table: Table, rows: pa.Table, accounts: pa.Table, owner: pa.ChunkedArray
) -> Rows:
    """The numbers of rows whose fact lies before their account was created."""
    created = accounts.column("created_at").take(owner)
    early = pc.fill_null(pc.less(rows.column(table.occurred), created), False)
    return np.asarray(rows.column(ROW).filter(early).to_numpy(), dtype=np.int64)


def too_early(table: Table, rows: pa.Table, numbers: Rows) -> Finding:
    """The finding for rows that `before_account` gave."""
    early = rows.filter(pc.is_in(rows.column(ROW), value_set=pa.array(numbers)))
    return _finding(
        early,
        table.occurred,
        "it lies before the account's created_at",
        'Correct either date, or keep such rows with before_account = "keep".',
    )


def without_rate(table: Table, rows: pa.Table, money: Money) -> Iterator[Finding]:
    """Rows whose amount cannot be turned into the company's currency."""
    if not _has_currency(table):
        return
    own = pc.equal(rows.column("currency"), money.own)
    if pc.all(own).as_py() is not False:  # nulls are passed over
        return
    since = pa.table(
        {
            "currency": pa.array([money.own, *money.since], pa.string()),
            "since": pa.array([None, *money.since.values()], pa.date32()),
        }
    )
    # The own currency comes first: a rate for it would say nothing.
    sql = (
        f"SELECT {ROW} AS row FROM rows r WHERE currency IS NOT NULL AND NOT EXISTS "
        f"(SELECT 1 FROM since s WHERE s.currency = r.currency "
        f"AND (s.since IS NULL OR s.since <= CAST(r.{table.occurred} AS DATE)))"
    )
    used = rows.select([ROW, "currency", table.occurred])
    found = query(sql, {"rows": used, "since": since}).column("row").combine_chunks()
    poor = rows.filter(pc.is_in(rows.column(ROW), value_set=found))
    if len(poor):
        reason = f"no [[rates]] turns it into {money.own} at {table.occurred}"
        remedy = "Add [[rates]] with this currency and a `from` no later than its first amount."
        yield _finding(poor, "currency", reason, remedy)


def _has_currency(table: Table) -> bool:
    has_money = any(column.kind is Kind.MONEY for column in table.columns)
    return has_money and "currency" in table.names


def _finding(rows: pa.Table, column: str, reason: str, remedy: str) -> Finding:
    numbers = np.asarray(rows.column(ROW).to_numpy(), dtype=np.int64)
    return Finding(numbers, column, reason, remedy)
