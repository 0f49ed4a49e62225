"""What a list shows of its accounts, and no more: most requests for accounts are for a page.

Of the reasons only the one that leads is unpacked, and only the columns that are shown are read.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Table, bindparam, select

from models.score import Band, Reason
from serving.store.leading import leading
from serving.store.listing import STANDING, table_of
from serving.store.named import among, on_postgresql
from serving.store.packing import WordOf, each_reason
from serving.store.pages import PageOf, Sort, SortValue
from serving.store.publications import beside, word_of
from serving.store.records import RunInfo, loss_of
from serving.store.rows import name_key_of
from serving.store.tables import ACCOUNT, LATEST, SCORE


class Line(NamedTuple):
    """One account of a list; see `AccountScore` and `Standing` for what the fields mean.

    Attributes:
        expected_loss: recurring revenue per year expected to be lost within the primary horizon.
        reason: the one that is told first; None where there is none.
    """

    account_id: str
    name: str
    industry: str
    region: str
    tier: str
    csm: str
    crm_id: str
    arr: Decimal | None
    renews_at: date | None
    size_class: str
    revenue_class: str
    stage: str
    paid_or_free: str
    as_of: date
    band: Band
    health_score: float | None
    risk: float | None
    model_version: str
    since: date
    expected_loss: Decimal | None
    reason: Reason | None
    previous_as_of: date | None
    previous_band: Band | None
    previous_health: float | None
    previous_risk: float | None
    risk_change: float | None
    signals: tuple[float | None, ...]
    """The newest values of the signals in `kept.KEPT`, in that order."""


LinePage = PageOf[Line]

OWN = (
    *(ACCOUNT.c[name] for name in Line._fields[:13]),
    *(SCORE.c[name] for name in Line._fields[13:19]),
)
"""The first fields of a line, in their order."""
STANDS = 5
"""Columns in which `listing.STANDING` tells of the run before; then come signals."""
OF_SCORE = len(OWN) + 2
"""Columns of a row of `BY_IDS`: those, the share of revenue that is lost, and the reasons."""
ARR, BAND = Line._fields.index("arr"), Line._fields.index("band")


def _statement(postgresql: bool) -> Any:
    return (
        select(*OWN, SCORE.c.revenue_lost, SCORE.c.reasons)
        .join_from(ACCOUNT, SCORE, ACCOUNT.c.account_id == SCORE.c.account_id)
        .where(among(SCORE.c.account_id, postgresql), SCORE.c.as_of == bindparam("day"))
    )


def _at_once(postgresql: bool, table: Table) -> Any:
    """The same with how accounts stand against the run before, and what was published last."""
    stands = [table.c[name] for name in STANDING]
    whole = _statement(postgresql).add_columns(*stands, *beside())
    return whole.join(table, table.c.account_id == ACCOUNT.c.account_id)


BY_IDS = {postgresql: _statement(postgresql) for postgresql in (False, True)}
AT_ONCE = {(p, table.name): _at_once(p, table) for p in (False, True) for table in LATEST}
PUBLISHED = -2
"""From where on a row of `AT_ONCE` tells what was published last."""


def read_lines(
    connection: Connection, run: RunInfo, found: Sequence[Row[Any]], word: WordOf
) -> list[Line]:
    """The lines of accounts, in the order in which `listing` found them."""
    asked = {"ids": [row[0] for row in found], "day": run.as_of}
    rows = connection.execute(BY_IDS[on_postgresql(connection)], asked)
    by_id = {row[0]: tuple(row) for row in rows}
    return [_line(by_id[row[0]], tuple(row)[1:], word) for row in found]


def read_at_once(
    connection: Connection, run: RunInfo, ids: Sequence[str], published: str, word: WordOf
) -> list[Line] | None:
    """The lines of accounts of the newest run, in their order, in one statement.

    Args:
        connection: to the store, for one statement.
        run: the newest.
        ids: the accounts.
        published: what was published last when they were found, see `publications`.
        word: of a code.

    Returns:
        None where something was published since: the accounts are of another state then.
    """
    asked = {"ids": list(ids), "day": run.as_of}
    statement = AT_ONCE[on_postgresql(connection), table_of(run).name]
    rows = [tuple(row) for row in connection.execute(statement, asked)] if ids else []
    by_id = {row[0]: row for row in rows}
    if len(by_id) < len(ids) or any(word_of(*row[PUBLISHED:]) != published for row in rows[:1]):
        return None
    return [_line(row, row[OF_SCORE:PUBLISHED], word) for row in map(by_id.__getitem__, ids)]


def _line(row: Sequence[Any], stands: Sequence[Any], word: WordOf) -> Line:
    """A line of a row of `BY_IDS`, and how it stands against the run before."""
    reason = leading(row[BAND], each_reason(row[OF_SCORE - 1], word))
    loss = loss_of(row[ARR], row[OF_SCORE - 2])
    return Line._make((*row[: len(OWN)], loss, reason, *stands[:STANDS], tuple(stands[STANDS:])))


def line_sorted_by(line: Line, sort: Sort) -> SortValue:
    """What an account is sorted by; None where unknown."""
    values: dict[Sort, SortValue] = {
        Sort.RISK: line.risk,
        Sort.EXPECTED_LOSS: line.expected_loss,
        Sort.CHANGE: line.risk_change,
        Sort.ARR: line.arr,
        Sort.NAME: name_key_of(line.name, line.account_id),
        Sort.RENEWAL: line.renews_at,
    }
    return values[sort]
