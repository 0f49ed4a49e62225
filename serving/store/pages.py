"""Keyset pages: an order, a cursor that says where the last page ended, and what follows.

A cursor belongs to one filter, one order and one published run, so that following it
shows every account exactly once.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, FromClause, Table, and_, false, or_

from models.score import Band
from serving.store.columns import MONEY_LIMIT
from serving.store.errors import CursorError, StaleCursorError
from serving.store.question import Question
from serving.store.records import AccountScore, RunInfo
from serving.store.rows import storable

CURSOR_LENGTH = 4096
_TAG_LENGTH = 12

Item = TypeVar("Item")

SortValue = float | str | Decimal | date | None
"""What an account may be sorted by; None where unknown."""


class Sort(StrEnum):
    """Orders of the list of accounts; what is unknown comes last."""

    RISK = "risk"
    EXPECTED_LOSS = "expected_loss"
    CHANGE = "change"
    ARR = "arr"
    NAME = "name"
    RENEWAL = "renewal"


COLUMN = {
    Sort.RISK: "risk",
    Sort.EXPECTED_LOSS: "expected_loss",
    Sort.CHANGE: "risk_change",
    Sort.ARR: "arr",
    Sort.NAME: "name_key",
    Sort.RENEWAL: "renews_at",
}
FORWARD = (Sort.NAME, Sort.RENEWAL)
"""Orders that begin with the lowest; all others begin with the highest."""


@dataclass(frozen=True, slots=True)
class PageOf(Generic[Item]):
    """One page of the newest run.

    Attributes:
        items: the accounts, in order.
        run: the run they belong to; None where nothing is published.
        total: accounts that pass the filter, on all pages.
        counts: accounts by band, whatever the filter.
        start: how many accounts come before this page.
        next_cursor: leads to the next page; None on the last.
    """

    items: tuple[Item, ...]
    run: RunInfo | None
    total: int
    counts: dict[Band, int]
    start: int
    next_cursor: str | None


Page = PageOf[AccountScore]
"""A page with all there is of its accounts."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended.

    Attributes:
        value: what the last account is sorted by; None where unknown.
        account_id: the last account.
        seen: how many accounts were shown up to here.
    """

    value: SortValue
    account_id: str
    seen: int


def order(sort: Sort, table: FromClause) -> list[ColumnElement[Any]]:
    """The ORDER BY of a sort among accounts that have a value; ties are settled by id."""
    column = table.c[COLUMN[sort]]
    first = column.asc() if sort in FORWARD else column.desc().nulls_last()
    return [first, table.c.account_id.asc()]


def known_after(sort: Sort, table: Table, cursor: Cursor | None) -> ColumnElement[bool]:
    """Which accounts that have a value follow a cursor.

    The first condition alone lets the database begin in the middle of its index.
    """
    column, ids = table.c[COLUMN[sort]], table.c.account_id
    if cursor is None:
        return column.is_not(None)
    if cursor.value is None:
        return false()
    value = cursor.value
    reached, past = (
        (column >= value, column > value) if sort in FORWARD else (column <= value, column < value)
    )
    return and_(reached, or_(past, ids > cursor.account_id))


def unknown_after(sort: Sort, table: Table, cursor: Cursor | None) -> ColumnElement[bool]:
    """Which accounts that have no value follow a cursor; they come last, by id."""
    without = table.c[COLUMN[sort]].is_(None)
    if cursor is None or cursor.value is not None:
        return without
    return and_(without, table.c.account_id > cursor.account_id)


def encode(cursor: Cursor, sort: Sort, question: Question, run: RunInfo) -> str:
    """A cursor as opaque text."""
    value = str(cursor.value) if isinstance(cursor.value, Decimal | date) else cursor.value
    parts = [*_question(sort, question), run.digest[:_TAG_LENGTH]]
    plain = json.dumps([*parts, value, cursor.account_id, cursor.seen], separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def decode(text: str, sort: Sort, question: Question, run: RunInfo) -> Cursor:
    """The cursor in a text made by `encode` for the same question.

    Raises:
        CursorError: the text is damaged or was made for another filter or order.
        StaleCursorError: it was made before the present run was published.
    """
    match _parts(text):
        case [
            str() as sort_word,
            str() as asked,
            str() as tag,
            value,
            str() as key,
            int() as n,
        ]:
            pass
        case _:
            raise CursorError(f"{text[:80]!r} is no cursor of this list.")
    if [sort_word, asked] != _question(sort, question):
        raise CursorError("The cursor belongs to another filter or order.")
    if tag != run.digest[:_TAG_LENGTH]:
        raise StaleCursorError("A newer run was published since the cursor was made.")
    if not storable(key) or n < 0:
        raise CursorError(f"{text[:80]!r} is no cursor of this list.")
    return Cursor(_value(value, sort), key, n)


def _question(sort: Sort, question: Question) -> list[str]:
    return [sort.value, question.tag]


def _parts(text: str) -> Any:
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return json.loads(plain)
    except (binascii.Error, ValueError, RecursionError):
        return None


def _value(value: Any, sort: Sort) -> SortValue:
    """What an account may be sorted by; anything else would only fail in the database."""
    match sort, value:
        case Sort.NAME, None:
            pass
        case _, None:
            return None
        case (Sort.RISK, float() | int()) if 0 <= value <= 1:
            return float(value)
        case (Sort.CHANGE, float() | int()) if -1 <= value <= 1:
            return float(value)
        case Sort.NAME, str() if storable(value):
            return value
        case ((Sort.ARR | Sort.EXPECTED_LOSS), str()):
            return _amount(value)
        case Sort.RENEWAL, str():
            return _day(value)
    raise CursorError("The cursor holds a value its order cannot have.")


def _amount(value: str) -> Decimal:
    try:
        amount = Decimal(value)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) > MONEY_LIMIT:
        raise CursorError("The cursor holds a value its order cannot have.")
    return amount


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise CursorError("The cursor holds a value its order cannot have.") from error
