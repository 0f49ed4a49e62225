"""Accounts of the newest run, read by their ids in one statement, for every list of accounts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Enum,
    Select,
    String,
    Table,
    and_,
    bindparam,
    select,
)
from sqlalchemy import type_coerce as raw

from models.score import Band
from serving.store.columns import Json, Money
from serving.store.listing import table_of
from serving.store.named import among, named, on_postgresql
from serving.store.packing import WordOf
from serving.store.pages import Sort, SortValue
from serving.store.publications import unchanged
from serving.store.records import RunInfo
from serving.store.tables import SCORE
from serving.store.transactions import IN_BYTES

Item = TypeVar("Item")
Columns = Callable[[Table], Sequence[ColumnElement[Any]]]

BAND = {band.value: band for band in Band}
"""Bands by the word that a database holds."""


@dataclass(frozen=True, slots=True)
class Shown(Generic[Item]):
    """What a list shows of its accounts.

    Attributes:
        columns: what is read, given the newest run's table; the account's id first, all of them
            as `plain` has them.
        from_score: whether some of them are the score's own.
        make: makes an account of their values, and of those that follow, which are not its own.
        sorted_by: what one is sorted by.
        account_id: its id.
    """

    columns: Columns
    from_score: bool
    make: Callable[[Sequence[Any], RunInfo, WordOf], Item]
    sorted_by: Callable[[Item, Sort], SortValue]
    account_id: Callable[[Item], str]


def plain(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as the database holds it.

    What a list shows of fifty accounts is two thousand values; a call for each that is an amount
    or a word takes longer than all else of reading them. Days are the driver's business.
    """
    if isinstance(column.type, Money):
        return raw(column, BigInteger)
    return raw(column, String) if isinstance(column.type, Json | Enum) else column


def read_at_once(
    connection: Connection,
    run: RunInfo,
    ids: Sequence[str],
    shown: Shown[Item],
    word: WordOf,
    csm: str | None = None,
) -> list[Item] | None:
    """Accounts of the newest run in the order of their ids, wherever these were found.

    Args:
        connection: to the store, for one statement.
        run: the newest, as it was found together with the ids.
        ids: the accounts.
        shown: what is read of them.
        word: of a code.
        csm: of all of them, where that is known: the accounts of one lie together.

    Returns:
        None where something was published since: the accounts are of another state then. Never
        in the transaction that found run and ids; see `of_one_state`.
    """
    if not ids:
        return []
    postgresql = on_postgresql(connection)
    asked: dict[str, Any] = {"ids": named(ids, postgresql), "day": run.as_of}
    asked |= {"at": run.last_published, "runs": run.runs}
    asked |= {} if csm is None else {"csm": csm}
    statement = _statement(shown, table_of(run), postgresql, csm is not None)
    rows = connection.execute(statement, asked).all()
    by_id = {row[0]: row for row in rows}
    if len(by_id) < len(ids) or not rows[0][-1]:
        return None
    make = shown.make
    return [make(by_id[each], run, word) for each in ids]


def of_one_state(found: list[Item] | None) -> list[Item]:
    """What `read_at_once` gives in the transaction that found both the run and the ids."""
    assert found is not None  # one transaction sees one state of the store
    return found


@cache
def _statement(shown: Shown[Any], table: Table, postgresql: bool, of_csm: bool) -> Select[Any]:
    """What is asked for of some accounts, and last whether nothing was published since."""
    key = table.c.account_id
    day: ColumnElement[Any] = bindparam("day")
    columns = (*shown.columns(table), unchanged())
    chosen = select(*columns).select_from(table).execution_options(**{IN_BYTES: True})
    chosen = chosen.where(among(key, postgresql), table.c.as_of == day)
    if of_csm:
        chosen = chosen.where(table.c.csm == bindparam("csm"))
    if not shown.from_score:
        return chosen
    return chosen.join(SCORE, and_(SCORE.c.account_id == key, SCORE.c.as_of == day))
