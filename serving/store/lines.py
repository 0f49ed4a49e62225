"""What a list shows of its accounts, and no more: most requests for accounts are for a page.

The newest run's table alone holds all of it: of the reasons only the one that is told first.
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
from serving.store.packing import WordOf, unpack_reasons
from serving.store.pages import PageOf, Sort, SortValue
from serving.store.records import RunInfo
from serving.store.rows import name_key_of


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

ALIKE = Line._fields[:19]
"""The first fields of a line, which the newest run's table holds as they are."""
OTHERS = ("arr", "expected_loss", "band", "previous_band", "first_reason")
SIGNALS = tuple(kept.name for kept in KEPT)
SIGNALS_FROM = len(ALIKE) + len(OTHERS)
END = SIGNALS_FROM + len(SIGNALS)


def _columns(table: Table) -> list[ColumnElement[Any]]:
    return [plain(table.c[name]) for name in (*ALIKE, *OTHERS, *SIGNALS)]


def _line(row: Sequence[Any], run: RunInfo, word: WordOf) -> Line:
    arr, loss, band, before, packed = row[len(ALIKE) : SIGNALS_FROM]
    others = (
        amount_if(arr),
        amount_if(loss),
        BAND[band],
        BAND.get(before),
        unpack_reasons(packed, word)[0] if packed else None,
        run.as_of,
        run.model_version,
    )
    return Line._make((*row[: len(ALIKE)], *others, row[SIGNALS_FROM:END]))


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


LINES = Shown(_columns, False, _line, line_sorted_by, attrgetter("account_id"))
