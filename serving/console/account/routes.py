"""The routes of an account's page and of the parts that change in it."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from serving.addresses import ACCOUNT_ID
from serving.api.accounts import require
from serving.auth.gate import AccountsReader
from serving.auth.roles import Principal
from serving.console.account.helping import asked_of
from serving.console.account.neighbours import neighbours
from serving.console.account.page import changed_context, context, help_of
from serving.console.frame import Console, is_swap, swapped
from serving.console.links import account_link, what_if_link
from serving.store import AccountScore

TEMPLATE = "account.html"
HELP = "help"
"""The part of the page that asks for itself once the page is there."""


class Since(BaseModel):
    """What the address of the page holds."""

    model_config = ConfigDict(extra="forbid")

    since: date | None = None
    view: str = Field(default="", max_length=2000)


def router(console: Console) -> APIRouter:
    """The routes: the page, and the page with sliders moved."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get(f"/accounts/{ACCOUNT_ID}", response_model=None)
    def show_account(
        request: Request,
        account_id: str,
        query: Annotated[Since, Query()],
        principal: AccountsReader,
    ) -> Response:
        found = require(console.scores, account_id, principal)
        if is_swap(request):
            part = {**changed_context(console, found, query.since), "view": query.view}
            return swapped(console.renderer.part("account_changed.html", **part))
        return _page(found, principal, query.since, view=query.view)

    @routes.get(f"/what-if/{ACCOUNT_ID}", response_model=None)
    def show_what_if(request: Request, account_id: str, principal: AccountsReader) -> Response:
        """What would help, and sliders: every parameter but `since` is a signal and its value."""
        found = require(console.scores, account_id, principal)
        asked = dict(request.query_params)
        since = _day(asked.pop("since", ""))
        if not is_swap(request):
            return _page(found, principal, since, asked)
        if request.headers.get("hx-target") == HELP:
            part = {"found": found, "help": help_of(console, found, asked)}
            return swapped(console.renderer.part("account_help.html", **part))
        told = asked_of(console.close_up, account_id, asked)
        answer = swapped(console.renderer.part("account_result.html", result=told.result))
        answer.headers["hx-replace-url"] = _address(account_id, since, told.moved)
        return answer

    def _page(
        found: AccountScore,
        principal: Principal,
        since: date | None,
        asked: dict[str, str] | None = None,
        view: str = "",
    ) -> Response:
        shown = context(console, found, principal, since, asked)
        shown["beside"] = neighbours(console, found, view, principal)
        return swapped(console.renderer.page(TEMPLATE, principal=principal, view=view, **shown))

    return routes


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


def _address(account_id: str, since: date | None, moved: Mapping[str, float]) -> str:
    """Where the page is to be found as it stands: with its comparison and the moved sliders."""
    page = what_if_link(account_id) if moved else account_link(account_id)
    asked = {"since": since.isoformat()} if since else {}
    query = urlencode({**asked, **{name: f"{value:g}" for name, value in moved.items()}})
    return f"{page}?{query}" if query else page
