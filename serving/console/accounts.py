"""`/accounts`: the list of accounts."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from models.score import Band
from serving import format
from serving.api.accounts import AccountQuery, find
from serving.auth.gate import AccountsReader
from serving.console import links
from serving.console.frame import Console
from serving.presentation import Presentation, leading_reason
from serving.store import AccountScore, Page, Sort, StaleCursorError


@dataclass(frozen=True, slots=True)
class Row:
    """One account in the list."""

    band: Band
    name: str
    link: str
    chance: str
    health: str
    arr: str
    tier: str
    csm: str
    reason: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter by band: a link that switches it on or off."""

    band: Band
    count: str
    link: str
    on: bool


@dataclass(frozen=True, slots=True)
class ListView:
    """The list of accounts.

    Attributes:
        sorts: the address of the same list in each order.
        shown: `1 to 50 of 1,914`.
        lead_days: the minimum lead time that chance and health were given with.
    """

    rows: tuple[Row, ...]
    chips: tuple[Chip, ...]
    query: AccountQuery
    sorts: dict[str, str]
    everything: str
    total: str
    shown: str
    first: str | None
    next: str | None
    lead_days: int


def router(console: Console) -> APIRouter:
    """The route."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/accounts", response_model=None)
    def show_accounts(
        query: Annotated[AccountQuery, Query()], principal: AccountsReader
    ) -> Response:
        try:
            page = find(console.scores, query, principal)
        except StaleCursorError:
            start = query.model_copy(update={"cursor": None})
            return RedirectResponse(links.list_link(start), status_code=303)
        if page.run is None:
            return console.renderer.page("empty.html", None, principal=principal)
        view = list_view(page, query, console.presentation)
        return console.renderer.page("accounts.html", page.run, view=view, principal=principal)

    return routes


def list_view(page: Page, query: AccountQuery, presentation: Presentation) -> ListView:
    """The list as it is printed."""
    start = query.model_copy(update={"cursor": None})
    following = query.model_copy(update={"cursor": page.next_cursor})
    total = format.count(page.total)
    end = page.start + len(page.items)
    return ListView(
        rows=tuple(_row(found, presentation) for found in page.items),
        chips=tuple(_chip(band, page, start) for band in Band),
        query=query,
        sorts={
            sort.value: links.list_link(start.model_copy(update={"sort": sort})) for sort in Sort
        },
        everything=links.list_link(start.model_copy(update={"band": []})),
        total=total,
        shown=f"{format.count(page.start + 1)} to {format.count(end)} of {total}",
        first=links.list_link(start) if page.start else None,
        next=links.list_link(following) if page.next_cursor else None,
        lead_days=max((found.score.outlook.lead_days for found in page.items), default=0),
    )


def _chip(band: Band, page: Page, start: AccountQuery) -> Chip:
    bands = links.toggled(start.band, band)
    link = links.list_link(start.model_copy(update={"band": bands}))
    return Chip(band, format.count(page.counts[band]), link, band in start.band)


def _row(found: AccountScore, presentation: Presentation) -> Row:
    reason = leading_reason(found.score)
    return Row(
        band=found.score.band,
        name=found.card.name or found.card.account_id,
        link=links.account_link(found.card.account_id),
        chance=format.percent(found.risk),
        health=format.health(found.score.health_score),
        arr=format.money(found.card.arr, presentation.currency),
        tier=found.card.tier,
        csm=found.card.csm,
        reason=presentation.words(reason) if reason else "",
    )
