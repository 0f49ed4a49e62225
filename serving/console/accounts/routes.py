"""The routes of the list: page and fragment, export, saved views."""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from serving import problems
from serving.auth.gate import AccountsReader
from serving.auth.roles import Principal
from serving.console.accounts.export import lines
from serving.console.accounts.page import context
from serving.console.accounts.query import LARGEST_PAGE, ListQuery, from_query
from serving.console.accounts.segments import selects
from serving.console.forms import form_fields
from serving.console.frame import Console, is_swap, swapped
from serving.console.links import ACCOUNTS
from serving.problems import ProblemError
from serving.store import AccountScore, Page, StaleCursorError
from serving.store.errors import NameTakenError, TooManyViewsError
from serving.store.facets import FacetRepository
from serving.store.saved_views import SavedViewRepository

TEMPLATE = "accounts.html"
LONGEST_NAME = 80
Asked = Annotated[ListQuery, Query()]


def router(console: Console) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    views, choices = SavedViewRepository(console.engine), FacetRepository(console.engine)

    @routes.get(ACCOUNTS, response_model=None)
    def show_accounts(request: Request, query: Asked, principal: AccountsReader) -> Response:
        try:
            page = find(console, query, principal)
        except StaleCursorError:
            return RedirectResponse(query.with_().link(), status_code=303)
        if page.run is None:
            return console.renderer.page("empty.html", None, principal=principal)
        asked = query.question(page.run.as_of)
        counted = choices.all(asked, principal.owner) if query.more else None
        found = context(console, query, page, principal, views.all(principal.name))
        found["selects"] = selects(query, counted.segments if counted else {})
        if is_swap(request):
            part = swapped(console.renderer.part("accounts_list.html", **found))
            part.headers["hx-push-url"] = query.link()
            return part
        return swapped(console.renderer.page(TEMPLATE, **found))

    @routes.get("/export/accounts.csv", response_model=None)
    def export_accounts(query: Asked, principal: AccountsReader) -> Response:
        """All rows that the filters show, with the columns that are shown."""
        rows = everything(console, query, principal)
        out = lines(rows, query.columns, console.presentation)
        headers = {"content-disposition": 'attachment; filename="accounts.csv"'}
        return StreamingResponse(out, media_type="text/csv; charset=utf-8", headers=headers)

    @routes.post("/views", response_model=None)
    async def save_view(request: Request, principal: AccountsReader) -> Response:
        fields = await form_fields(request)
        query = from_link(fields.get("link", ""))
        name = named(fields.get("name", ""))
        kept = query.model_dump(mode="json", exclude_defaults=True)
        try:
            await run_in_threadpool(views.create, principal.name, name, kept)
        except (NameTakenError, TooManyViewsError) as error:
            raise refused(str(error), name) from error
        return RedirectResponse(query.link(), status_code=303)

    @routes.post("/views/remove", response_model=None)
    async def remove_view(request: Request, principal: AccountsReader) -> Response:
        fields = await form_fields(request)
        await run_in_threadpool(views.remove, principal.name, fields.get("view", ""))
        return RedirectResponse(ACCOUNTS, status_code=303)

    return routes


def find(console: Console, query: ListQuery, principal: Principal) -> Page:
    """The page a query asks for, of the accounts that are the principal's to see.

    Raises:
        StaleCursorError: a newer run was published since the page before.
    """
    newest = console.scores.newest()
    question = query.question(newest.as_of) if newest else None
    return console.scores.latest(
        question,
        sort=query.sort,
        limit=query.limit,
        cursor=query.cursor,
        owner=principal.owner,
    )


def everything(console: Console, query: ListQuery, principal: Principal) -> Iterator[AccountScore]:
    """Every account of a query, page by page.

    Raises:
        StaleCursorError: a newer run was published meanwhile. A download that breaks off is made
            again; one that ended early would be taken for the whole.
    """
    asked = query.with_(limit=LARGEST_PAGE)
    while True:
        page = find(console, asked, principal)
        yield from page.items
        if page.next_cursor is None:
            return
        asked = asked.with_(cursor=page.next_cursor)


def from_link(link: str) -> ListQuery:
    """The query of an address of the list.

    Raises:
        ProblemError: it is none.
    """
    found = from_query(urlsplit(link).query)
    if found is None:
        raise refused("This address of the list cannot be kept as a view.", link)
    return found


def named(words: str) -> str:
    """The name of a view.

    Raises:
        ProblemError: it has none, or a very long one.
    """
    name = " ".join(words.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise refused(f"A view needs a name of 1 to {LONGEST_NAME} characters.", words)
    return name


def refused(why: str, given: str) -> ProblemError:
    """A form that cannot be used."""
    return ProblemError(problems.INVALID_QUERY, why, given=problems.shorten(given))
