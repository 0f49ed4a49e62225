"""Keyset pages: an order, a cursor that says where the last page ended, and what follows.

A cursor belongs to one filter, one order and one published run, so that following it
shows every account exactly once.
"""

import base64
import binascii
import json
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, UnaryExpression, and_, or_

from models.score import Band
from serving.store.columns import MONEY_LIMIT
from serving.store.errors import CursorError, StaleCursorError
from serving.store.records import AccountScore, RunInfo
from serving.store.rows import storable
from serving.store.tables import ACCOUNT, SCORE_LATEST

CURSOR_LENGTH = 4096
_TAG_LENGTH = 12

SortValue = float | str | Decimal | None
"""What an account may be sorted by; None where unknown."""


class Sort(StrEnum):
    """Orders of the list of accounts; what is unknown comes last."""

    RISK = "risk"
    NAME = "name"
    ARR = "arr"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the newest run.

    Attributes:
        items: the accounts, in order.
        run: the run they belong to; None where nothing is published.
        total: accounts that pass the filter, on all pages.
        counts: accounts by band, whatever the filter.
        start: how many accounts come before this page.
        next_cursor: leads to the next page; None on the last.
    """

    items: tuple[AccountScore, ...]
    run: RunInfo | None
    total: int
    counts: dict[Band, int]
    start: int
    next_cursor: str | None


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


def order(sort: Sort) -> list[UnaryExpression[Any] | ColumnElement[Any]]:
    """The ORDER BY of a sort; ties are settled by account id."""
    column = _column(sort)
    first = column.asc() if sort is Sort.NAME else column.desc().nulls_last()
    return [first, ACCOUNT.c.account_id.asc()]


def after(sort: Sort, cursor: Cursor) -> ColumnElement[bool]:
    """The condition that holds for everything that follows a cursor."""
    column, later = _column(sort), ACCOUNT.c.account_id > cursor.account_id
    if cursor.value is None:
        return and_(column.is_(None), later)
    if sort is Sort.NAME:
        return or_(column > cursor.value, and_(column == cursor.value, later))
    ties = and_(column == cursor.value, later)
    return or_(column < cursor.value, ties, column.is_(None))


def _column(sort: Sort) -> ColumnElement[Any]:
    columns: dict[Sort, ColumnElement[Any]] = {
        Sort.RISK: SCORE_LATEST.c.risk,
        Sort.NAME: ACCOUNT.c.name_key,
        Sort.ARR: ACCOUNT.c.arr,
    }
    return columns[sort]


def encode(cursor: Cursor, sort: Sort, bands: Collection[Band], run: RunInfo) -> str:
    """A cursor as opaque text."""
    value = str(cursor.value) if isinstance(cursor.value, Decimal) else cursor.value
    parts = [*_question(sort, bands), run.digest[:_TAG_LENGTH]]
    plain = json.dumps([*parts, value, cursor.account_id, cursor.seen], separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def decode(text: str, sort: Sort, bands: Collection[Band], run: RunInfo) -> Cursor:
    """The cursor in a text made by `encode` for the same question.

    Raises:
        CursorError: the text is damaged or was made for another filter or order.
        StaleCursorError: it was made before the present run was published.
    """
    match _parts(text):
        case [
            str() as sort_word,
            str() as band_words,
            str() as tag,
            value,
            str() as key,
            int() as n,
        ]:
            pass
        case _:
            raise CursorError(f"{text[:80]!r} is no cursor of this list.")
    if [sort_word, band_words] != _question(sort, bands):
        raise CursorError("The cursor belongs to another filter or order.")
    if tag != run.digest[:_TAG_LENGTH]:
        raise StaleCursorError("A newer run was published since the cursor was made.")
    if not storable(key) or n < 0:
        raise CursorError(f"{text[:80]!r} is no cursor of this list.")
    return Cursor(_value(value, sort), key, n)


def _question(sort: Sort, bands: Collection[Band]) -> list[str]:
    return [sort.value, " ".join(sorted(set(bands)))]


def _parts(text: str) -> Any:
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return json.loads(plain)
    except (binascii.Error, ValueError, RecursionError):
        return None


def _value(value: Any, sort: Sort) -> SortValue:
    """What an account may be sorted by; anything else would only fail in the database."""
    match sort, value:
        case ((Sort.RISK | Sort.ARR), None):
            return None
        case Sort.RISK, float() | int() if 0 <= value <= 1:
            return float(value)
        case Sort.NAME, str() if storable(value):
            return value
        case Sort.ARR, str():
            return _amount(value)
    raise CursorError("The cursor holds a value its order cannot have.")


def _amount(value: str) -> Decimal:
    try:
        amount = Decimal(value)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) > MONEY_LIMIT:
        raise CursorError("The cursor holds a value its order cannot have.")
    return amount
