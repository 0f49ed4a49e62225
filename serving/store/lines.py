"""What a list shows of its accounts, and no more: most requests for accounts are for a page.

Of the reasons only the one that leads is unpacked, and only the columns that are shown are read.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table

from models.score import Band, Reason
from serving.store.by_ids import BAND, Shown, plain
from serving.store.columns import amount_if
from serving.store.kept import KEPT
from serving.store.leading import leading
from serving.store.packing import WordOf, each_reason
from serving.store.pages import PageOf, Sort, SortValue
from serving.store.records import RunInfo
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
    size_class: str
    revenue_class: str
    stage: str
    paid_or_free: str
    renews_at: date | None
    since: date
    health_score: float | None
    risk: float | None
    previous_as_of: date | None
    previous_health: float | None
    previous_risk: float | None
    risk_change: float | None
    arr: Decimal | None
    expected_loss: Decimal | None
    band: Band
    previous_band: Band | None
    reason: Reason | None
    as_of: date
    model_version: str
    signals: tuple[float | None, ...]
    """The newest values of the signals in `kept.KEPT`, in that order."""


LinePage = PageOf[Line]

OF_ACCOUNT, OF_RUN = Line._fields[:12], Line._fields[12:19]
"""The first fields of a line: what the tables of accounts and of the newest run hold alike."""
ALIKE = len(OF_ACCOUNT) + len(OF_RUN)


def _columns(table: Table) -> list[ColumnElement[Any]]:
    alike = (*(ACCOUNT.c[name] for name in OF_ACCOUNT), *(table.c[name] for name in OF_RUN))
    others = (ACCOUNT.c.arr, table.c.expected_loss, table.c.band, table.c.previous_band)
    signals = (table.c[kept.name] for kept in KEPT)
    return [*alike, *map(plain, others), SCORE.c.reasons, *signals]


def _line(row: Sequence[Any], run: RunInfo, word: WordOf) -> Line:
    arr, loss, band_word, before, reasons = row[ALIKE : ALIKE + 5]
    band = BAND[band_word]
    others = (
        amount_if(arr),
        amount_if(loss),
        band,
        BAND.get(before),
        leading(band, each_reason(reasons, word)),
        run.as_of,
        run.model_version,
    )
    signals = tuple(row[ALIKE + 5 : ALIKE + 5 + len(KEPT)])
    return Line._make((*row[:ALIKE], *others, signals))


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


LINES = Shown(_columns, _line, line_sorted_by, attrgetter("account_id"))
