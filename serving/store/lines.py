"""What a list shows of its accounts, and no more: most requests for accounts are for a page.

Of the reasons only the one that leads is unpacked, and only the columns that are shown are read.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, select

from models.score import Band, Reason
from serving.store.leading import leading
from serving.store.named import among, on_postgresql
from serving.store.packing import WordOf, each_reason
from serving.store.pages import PageOf, Sort, SortValue
from serving.store.records import RunInfo, loss_of
from serving.store.rows import name_key_of
from serving.store.tables import ACCOUNT, SCORE


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
"""Columns after the id in which `listing.STANDING` tells of the run before; then come signals."""


def _statement(postgresql: bool) -> Any:
    return (
        select(*OWN, SCORE.c.revenue_lost, SCORE.c.reasons)
        .join_from(ACCOUNT, SCORE, ACCOUNT.c.account_id == SCORE.c.account_id)
        .where(among(SCORE.c.account_id, postgresql), SCORE.c.as_of == bindparam("day"))
    )


BY_IDS = {postgresql: _statement(postgresql) for postgresql in (False, True)}


def read_lines(
    connection: Connection, run: RunInfo, found: Sequence[Row[Any]], word: WordOf
) -> list[Line]:
    """The lines of accounts, in the order in which `listing` found them."""
    asked = {"ids": [row[0] for row in found], "day": run.as_of}
    rows = connection.execute(BY_IDS[on_postgresql(connection)], asked)
    by_id = {row[0]: row for row in rows}
    return [_line(by_id[row[0]], row, word) for row in found]


def _line(row: Row[Any], stands: Row[Any], word: WordOf) -> Line:
    own, before = tuple(row), tuple(stands)
    reason = leading(row.band, each_reason(row.reasons, word))
    loss = loss_of(row.arr, row.revenue_lost)
    signals = before[1 + STANDS :]
    return Line._make((*own[: len(OWN)], loss, reason, *before[1 : 1 + STANDS], signals))


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
