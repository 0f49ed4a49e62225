"""Reading a page of the newest run, and counting what passes a filter."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    bindparam,
    func,
    select,
)

from models.score import Band
from serving.store import pages, rows
from serving.store.kept import KEPT
from serving.store.named import among, on_postgresql
from serving.store.packing import WordOf
from serving.store.pages import Cursor, Sort
from serving.store.question import Question, conditions
from serving.store.records import AccountScore, RunInfo
from serving.store.scored import scores
from serving.store.tables import LATEST, RUN_TOTAL, SCORE

STANDING = (
    "previous_as_of", "previous_band", "previous_health", "previous_risk", "risk_change",
    *(kept.name for kept in KEPT),
)  # fmt: skip
BY_IDS = {
    postgresql: scores().where(
        among(SCORE.c.account_id, postgresql), SCORE.c.as_of == bindparam("day")
    )
    for postgresql in (False, True)
}


@dataclass(frozen=True, slots=True)
class Cell:
    """How many accounts of a CSM and a tier are in a band."""

    csm: str
    tier: str
    band: Band
    accounts: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Accounts by what they may be filtered by further; each as if it were not filtered yet."""

    bands: dict[Band, int]
    tiers: dict[str, int]
    csms: dict[str, int]


def find_page(
    connection: Connection,
    run: RunInfo,
    asked: list[ColumnElement[bool]],
    sort: Sort,
    limit: int,
    start: Cursor | None,
) -> list[Row[Any]]:
    """At most `limit` accounts after a cursor: those with a value first, then the others.

    The id of each and, in the order of `STANDING`, how it stands against the run before.
    """
    table = table_of(run)
    columns = select(*(table.c[name] for name in ("account_id", *STANDING)))
    known = columns.where(*asked, pages.known_after(sort, table, start))
    ordered = known.order_by(*pages.order(sort, table)).limit(limit)
    found = list(connection.execute(ordered).all())
    if len(found) < limit and sort is not Sort.NAME:
        unknown = columns.where(*asked, pages.unknown_after(sort, table, start))
        rest = unknown.order_by(table.c.account_id.asc()).limit(limit - len(found))
        found += connection.execute(rest).all()
    return found


def find_accounts(connection: Connection, run: RunInfo, ids: Sequence[str]) -> list[Row[Any]]:
    """The same of these accounts of the newest run, in their order."""
    table = table_of(run)
    columns = select(*(table.c[name] for name in ("account_id", *STANDING)))
    mine = columns.where(among(table.c.account_id, on_postgresql(connection)))
    by_id = {row[0]: row for row in connection.execute(mine, {"ids": list(ids)})}
    return [by_id[each] for each in ids]


def first_ids(
    connection: Connection, table: Table, asked: list[ColumnElement[bool]], sort: Sort, limit: int
) -> tuple[str, ...]:
    """The ids that `find_page` would begin with."""
    ids = select(table.c.account_id).where(*asked)
    known = ids.where(pages.known_after(sort, table, None)).order_by(*pages.order(sort, table))
    found = tuple(connection.scalars(known.limit(limit)))
    if len(found) == limit or sort is Sort.NAME:
        return found
    unknown = ids.where(pages.unknown_after(sort, table, None)).order_by(table.c.account_id.asc())
    return (*found, *connection.scalars(unknown.limit(limit - len(found))))


def table_of(run: RunInfo) -> Table:
    """The table that holds the newest run."""
    return LATEST[run.slot or 0]


def read_whole(
    connection: Connection, run: RunInfo, found: Sequence[Row[Any]], word: WordOf
) -> list[AccountScore]:
    """The accounts that were found with all there is of them.

    Two statements that never change are quicker than one that is put together each time.
    """
    asked = {"ids": [row[0] for row in found], "day": run.as_of}
    whole = connection.execute(BY_IDS[on_postgresql(connection)], asked).mappings().all()
    by_id = {row["account_id"]: row for row in whole}
    return [rows.listed(by_id[row[0]], row._mapping, word) for row in found]


def cells(
    connection: Connection, run: RunInfo, question: Question, owner: str | None
) -> list[Cell]:
    """The accounts that pass all filters but those of band, tier and CSM, by these three.

    Without further filters the sums of the run answer; otherwise the accounts are counted.
    """
    table, number, asked = _counted(run, question)
    asked += conditions(replace(question, bands=(), tiers=(), csms=()), table, run.as_of)
    if owner is not None:
        asked.append(table.c.csm == owner)
    by = (table.c.csm, table.c.tier, table.c.band)
    query = select(*by, number).where(*asked).group_by(*by)
    return [Cell(*row) for row in connection.execute(query)]


def bands(
    connection: Connection, run: RunInfo, question: Question, owner: str | None
) -> dict[Band, int]:
    """How many accounts each band would show: what a list needs, a few rows and not all cells."""
    table, number, asked = _counted(run, question)
    asked += conditions(replace(question, bands=()), table, run.as_of)
    if owner is not None:
        asked.append(table.c.csm == owner)
    query = select(table.c.band, number).where(*asked).group_by(table.c.band)
    found = {band: int(accounts) for band, accounts in connection.execute(query)}
    return {band: found.get(band, 0) for band in Band}


def _counted(
    run: RunInfo, question: Question
) -> tuple[Table, ColumnElement[Any], list[ColumnElement[bool]]]:
    """Where accounts are counted: in the sums of the run where these tell, else one by one."""
    if question.countable:
        return RUN_TOTAL, func.sum(RUN_TOTAL.c.accounts), [RUN_TOTAL.c.as_of == run.as_of]
    return table_of(run), func.count(), []


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
