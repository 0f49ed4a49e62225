"""The routes of an account's page and of the parts that change in it."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict

from serving.addresses import ACCOUNT_ID
from serving.api.accounts import require
from serving.auth.gate import AccountsReader
from serving.auth.roles import Principal
from serving.console.account.page import context
from serving.console.frame import Console, is_swap, swapped

TEMPLATE = "account.html"


class Since(BaseModel):
    """What the address of the page holds."""

    model_config = ConfigDict(extra="forbid")

    since: date | None = None


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
        found = _context(account_id, principal, query.since, {})
        return _answer(request, "account_changed.html", found)

    @routes.get(f"/what-if/{ACCOUNT_ID}", response_model=None)
    def show_what_if(request: Request, account_id: str, principal: AccountsReader) -> Response:
        """The page with sliders moved: every other parameter is a signal and its value."""
        found = _context(account_id, principal, None, dict(request.query_params))
        return _answer(request, "account_result.html", found)

    def _context(
        account_id: str, principal: Principal, since: date | None, asked: dict[str, str]
    ) -> dict[str, Any]:
        account = require(console.scores, account_id, principal)
        return {**context(console, account, principal, since, asked), "principal": principal}

    def _answer(request: Request, part: str, found: dict[str, Any]) -> Response:
        if is_swap(request):
            return swapped(console.renderer.part(part, **found))
        return swapped(console.renderer.page(TEMPLATE, **found))

    return routes
