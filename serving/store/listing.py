"""Reading a page of the newest run, and counting what passes a filter."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    RowMapping,
    Select,
    Table,
    and_,
    cast,
    func,
    select,
    type_coerce,
)

from models.score import Band
from serving.store import pages, rows
from serving.store.columns import Money
from serving.store.kept import KEPT
from serving.store.packing import WordOf
from serving.store.pages import Cursor, Sort
from serving.store.question import Question, conditions
from serving.store.records import AccountScore, RunInfo
from serving.store.scored import CARD, OWN
from serving.store.tables import ACCOUNT, LATEST, RUN_TOTAL, SCORE, SCORING_RUN

STANDING = (
    "previous_as_of", "previous_band", "previous_health", "previous_risk", "risk_change",
    *(kept.name for kept in KEPT),
)  # fmt: skip
SUMMED = ("accounts", "arr", "expected_loss")

Order = Callable[[FromClause], list[ColumnElement[Any]]]


@dataclass(frozen=True, slots=True)
class Cell:
    """How many accounts of a CSM and a tier are in a band, and their revenue.

    Attributes:
        arr: per year; None where it is known of none of them.
        expected_loss: likewise.
    """

    csm: str
    tier: str
    band: Band
    accounts: int
    arr: Decimal | None
    expected_loss: Decimal | None


@dataclass(frozen=True, slots=True)
class Facets:
    """Accounts by what they may be filtered by further; each as if it were not filtered yet."""

    bands: dict[Band, int]
    tiers: dict[str, int]
    csms: dict[str, int]


def read_page(
    connection: Connection,
    run: RunInfo,
    asked: list[ColumnElement[bool]],
    sort: Sort,
    limit: int,
    start: Cursor | None,
    word: WordOf,
) -> list[AccountScore]:
    """At most `limit` accounts after a cursor: those with a value first, then the others."""
    table = table_of(run)
    known = select(table).where(*asked, pages.known_after(sort, table, start))
    found = _rows(connection, known, lambda chosen: pages.order(sort, chosen), limit)
    if len(found) < limit and sort is not Sort.NAME:
        unknown = select(table).where(*asked, pages.unknown_after(sort, table, start))
        found += _rows(connection, unknown, _by_id, limit - len(found))
    return [rows.listed(row, word) for row in found]


def table_of(run: RunInfo) -> Table:
    """The table that holds the newest run."""
    return LATEST[run.slot or 0]


def _by_id(table: FromClause) -> list[ColumnElement[Any]]:
    return [table.c.account_id.asc()]


def _rows(connection: Connection, asked: Select[Any], order: Order, limit: int) -> list[RowMapping]:
    """The accounts are chosen and put in order alone; only they are joined with the rest."""
    (table,) = asked.get_final_froms()
    chosen = asked.order_by(*order(table)).limit(limit).subquery("chosen")
    standing = [chosen.c[name] for name in STANDING]
    same = and_(SCORE.c.account_id == chosen.c.account_id, SCORE.c.as_of == chosen.c.as_of)
    query = (
        select(*CARD, *OWN, *standing, SCORING_RUN.c.primary_horizon)
        .join_from(chosen, ACCOUNT, ACCOUNT.c.account_id == chosen.c.account_id)
        .join(SCORE, same)
        .join(SCORING_RUN, SCORING_RUN.c.as_of == chosen.c.as_of)
        .order_by(*order(chosen))
    )
    return list(connection.execute(query).mappings())


def cells(
    connection: Connection, run: RunInfo, question: Question, owner: str | None
) -> list[Cell]:
    """The accounts that pass all filters but those of band, tier and CSM, by these three.

    Without further filters the sums of the run answer; otherwise the accounts are counted.
    """
    plain = replace(question, bands=(), tiers=(), csms=())
    if question.countable:
        table, asked = RUN_TOTAL, [RUN_TOTAL.c.as_of == run.as_of]
        sums: list[ColumnElement[Any]] = [func.sum(RUN_TOTAL.c[name]) for name in SUMMED]
    else:
        table = table_of(run)
        asked = conditions(plain, table, run.as_of)
        sums = [
            cast(func.count(), BigInteger),
            func.sum(table.c.arr),
            func.sum(table.c.expected_loss),
        ]
    if owner is not None:
        asked.append(table.c.csm == owner)
    by = (table.c.csm, table.c.tier, table.c.band)
    money = [type_coerce(cast(amount, BigInteger), Money) for amount in sums[1:]]
    query = select(*by, sums[0], *money).where(*asked).group_by(*by)
    return [Cell(*row) for row in connection.execute(query)]


def passing(question: Question, found: Iterable[Cell], but: str = "") -> list[Cell]:
    """The cells that pass the filters of band, tier and CSM too, but for the one named."""
    kept = {"band": question.bands, "tier": question.tiers, "csm": question.csms}
    asked = {name: set(words) for name, words in kept.items() if words and name != but}
    return [cell for cell in found if all(getattr(cell, name) in of for name, of in asked.items())]


def facets(question: Question, found: list[Cell]) -> Facets:
    """How many accounts each choice of a filter would show."""

    def by(name: str) -> Counter[Any]:
        counted: Counter[Any] = Counter()
        for cell in passing(question, found, but=name):
            counted[getattr(cell, name)] += cell.accounts
        return counted

    bands = by("band")
    return Facets(
        {band: bands[band] for band in Band},
        dict(sorted(by("tier").items())),
        dict(by("csm").most_common()),
    )


def sorted_by(item: AccountScore, sort: Sort) -> pages.SortValue:
    """What an account is sorted by; None where unknown."""
    standing = item.standing
    values: dict[Sort, pages.SortValue] = {
        Sort.RISK: item.risk,
        Sort.EXPECTED_LOSS: item.expected_loss,
        Sort.CHANGE: standing.risk_change if standing else None,
        Sort.ARR: item.card.arr,
        Sort.NAME: rows.name_key(item.card),
        Sort.RENEWAL: item.card.renews_at,
    }
    return values[sort]
