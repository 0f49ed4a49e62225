"""The list made ready to print: rows, filters with counts, heads, views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from models.score import Band
from serving import format
from serving.auth.roles import Principal
from serving.console.accounts import segments
from serving.console.accounts.cells import CellView, RowMaker
from serving.console.accounts.columns import HEADINGS, Column
from serving.console.accounts.query import ListQuery, plainly, toggled, view_of
from serving.console.frame import Console
from serving.store import Page, Sort
from serving.store.pages import FORWARD
from serving.store.saved_views import SavedView
from serving.store.trends import health_trends

MOST_CSMS = 40
RENEWALS = (30, 60, 90, 180)
SILENCES = (14, 30, 60, 90)
MOVES = (7, 30)
ORDERS = {
    Sort.RISK: "likeliest to leave first",
    Sort.EXPECTED_LOSS: "largest expected loss first",
    Sort.CHANGE: "risen most first",
    Sort.ARR: "largest ARR first",
    Sort.NAME: "by name",
    Sort.RENEWAL: "next to renew first",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that a link switches on or off; `band` gives it its mark."""

    label: str
    count: str
    link: str
    on: bool
    band: Band | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column."""

    label: str
    hint: str
    css: str
    link: str
    sorted: str


@dataclass(frozen=True, slots=True)
class Tab:
    """A view: a query under a name; `view_id` for one that can be removed."""

    label: str
    link: str
    on: bool
    view_id: str = ""


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column that can be switched on."""

    key: str
    label: str
    on: bool


def context(
    console: Console, query: ListQuery, page: Page, principal: Principal, saved: Sequence[SavedView]
) -> dict[str, Any]:
    """What the template takes; the page holds a run."""
    run = page.run
    assert run is not None  # an empty store has a page of its own
    facets = console.scores.facets(query.question(run.as_of), principal.owner)
    columns = _filled(query, page)
    return {
        "run": run,
        "principal": principal,
        "query": query,
        "rows": _rows(console, columns, page, view_of(query)),
        "heads": tuple(_head(column, query) for column in columns),
        "bands": tuple(_band(band, facets.bands.get(band, 0), query) for band in Band),
        "tiers": tuple(_tier(tier, number, query) for tier, number in _sized(facets.tiers)),
        "csms": _csms(facets.csms, query),
        "segments": segments.chosen(query),
        "tabs": _tabs(query, principal, saved),
        "choices": tuple(
            ColumnChoice(c.value, HEADINGS[c].label, c in query.columns)
            for c in Column
            if c is not Column.NAME
        ),
        "hidden": _hidden(query),
        "lead_days": max((each.score.outlook.lead_days for each in page.items), default=0),
        "order": ORDERS[query.sort],
        "choice": {"renews": RENEWALS, "silent": SILENCES, "moved": MOVES},
        "more": query.with_(more=not query.more).link(),
        "everything": ListQuery(cols=query.cols, sort=query.sort).link(),
        "export": query.with_().link("/export/accounts.csv"),
        **_paging(query, page, console.presentation.currency),
    }


def _csms(counts: Mapping[str, int], query: ListQuery) -> tuple[str, ...]:
    """The names to choose from, and those chosen: a form that left one out would drop it."""
    named = sorted(name for name in counts if name)[:MOST_CSMS]
    return tuple(dict.fromkeys([*named, *query.csm]))


def _paging(query: ListQuery, page: Page, currency: str) -> dict[str, Any]:
    end = page.start + len(page.items)
    revenue = [found.card.arr for found in page.items if found.card.arr is not None]
    following = page.next_cursor
    return {
        "total": format.count(page.total),
        "shown": f"{format.count(page.start + 1)} to {format.count(end)}",
        "shown_arr": format.money(sum(revenue, Decimal(0)), currency) if revenue else "",
        "first": query.with_().link() if page.start else "",
        "next": query.with_(cursor=following).link() if following else "",
        "next_size": min(query.limit, page.total - end),
    }


def _filled(query: ListQuery, page: Page) -> tuple[Column, ...]:
    """The shown columns without those of the usual ones that nobody on the page fills."""
    empty = {
        Column.ARR: all(found.card.arr is None for found in page.items),
        Column.LOSS: all(found.expected_loss is None for found in page.items),
        Column.TIER: not any(found.card.tier for found in page.items),
        Column.CSM: not any(found.card.csm for found in page.items),
        Column.RENEWS: all(found.card.renews_at is None for found in page.items),
    }
    chosen = set(query.cols)
    return tuple(c for c in query.columns if c in chosen or not empty.get(c, False))


def _rows(
    console: Console, columns: Sequence[Column], page: Page, view: str
) -> tuple[tuple[CellView, ...], ...]:
    trends: Mapping[str, Sequence[float | None]] = {}
    if Column.TREND in columns and page.run is not None:
        ids = [found.card.account_id for found in page.items]
        trends = health_trends(console.engine, ids, page.run.as_of)
    make = RowMaker(columns, console.presentation, trends, view)
    return tuple(make.row(found) for found in page.items)


def _head(column: Column, query: ListQuery) -> Head:
    heading = HEADINGS[column]
    on = heading.sort is query.sort
    way = "ascending" if heading.sort in FORWARD else "descending"
    link = query.with_(sort=heading.sort).link() if heading.sort else ""
    css = "n" if heading.number else ""
    return Head(heading.label, heading.hint, css, link, way if on and heading.sort else "")


def _band(band: Band, number: int, query: ListQuery) -> Chip:
    order = list(Band)
    bands = sorted(toggled(query.band, band), key=order.index)
    link = query.with_(band=bands).link()
    return Chip(band.value.capitalize(), format.count(number), link, band in query.band, band)


def _tier(tier: str, number: int, query: ListQuery) -> Chip:
    link = query.with_(tier=toggled(query.tier, tier)).link()
    return Chip(tier or "no tier", format.count(number), link, tier in query.tier)


def _sized(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    named = {name: number for name, number in counts.items() if name or len(counts) > 1}
    return sorted(named.items(), key=lambda each: each[1])[:12]


def _tabs(query: ListQuery, principal: Principal, saved: Sequence[SavedView]) -> tuple[Tab, ...]:
    built: list[tuple[str, ListQuery]] = [("All accounts", ListQuery())]
    if principal.csm:
        built.append(("Mine", ListQuery(csm=[principal.csm])))
    built += [
        ("Red and renewing in 90 days", ListQuery(band=[Band.RED], renews=90)),
        ("Silent for 30 days", ListQuery(silent=30)),
        ("Moved in 30 days", ListQuery(moved=30, sort=Sort.CHANGE)),
        ("Grey, data missing", ListQuery(band=[Band.GREY])),
    ]
    plain = plainly(query)
    tabs = [Tab(name, q.with_(cols=query.cols).link(), q == plain) for name, q in built]
    own = [_own(view, query) for view in saved]
    return (*tabs, *(tab for tab in own if tab is not None))


def _own(view: SavedView, query: ListQuery) -> Tab | None:
    """A saved view; None for one that asks what this page cannot, such as a program's."""
    try:
        kept = ListQuery.model_validate(view.query)
    except ValueError:
        return None  # shown as the whole list, its name would say what is not so
    return Tab(view.name, kept.link(), kept == query.with_(), view.view_id)


def _hidden(query: ListQuery) -> list[tuple[str, list[Any]]]:
    """What the address holds, for forms that change a part of it and keep the rest."""
    chosen = query.with_().model_dump(mode="json", exclude_defaults=True)
    return [(name, of if isinstance(of, list) else [of]) for name, of in chosen.items()]
