"""Reading a page of the newest run, and counting what passes a filter."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    func,
    select,
)

from models.score import Band
from serving.store import pages
from serving.store.pages import Cursor, Sort
from serving.store.question import Question, conditions
from serving.store.records import RunInfo
from serving.store.tables import LATEST, RUN_TOTAL


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
) -> list[str]:
    """The ids of at most `limit` accounts after a cursor: those with a value, then the others."""
    table = table_of(run)
    ids = select(table.c.account_id).where(*asked)
    known = ids.where(pages.known_after(sort, table, start)).order_by(*pages.order(sort, table))
    found = [*connection.scalars(known.limit(limit))]
    if len(found) == limit or sort is Sort.NAME:
        return found
    unknown = ids.where(pages.unknown_after(sort, table, start)).order_by(table.c.account_id.asc())
    return [*found, *connection.scalars(unknown.limit(limit - len(found)))]


def table_of(run: RunInfo) -> Table:
    """The table that holds the newest run."""
    return LATEST[run.slot or 0]


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
