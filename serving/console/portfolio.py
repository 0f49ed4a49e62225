"""`/`: the portfolio, whom to call first and what moved."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from serving.api.accounts import AccountQuery, find
from serving.auth.gate import AccountsReader
from serving.console.accounts import list_view
from serving.console.frame import Console

FIRST = 3


def router(console: Console) -> APIRouter:
    """The route."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/", response_model=None)
    def show_portfolio(principal: AccountsReader) -> Response:
        query = AccountQuery(limit=FIRST)
        page = find(console.scores, query, principal)
        if page.run is None:
            return console.renderer.page("empty.html", None, principal=principal)
        view = list_view(page, query, console.presentation)
        return console.renderer.page("portfolio.html", page.run, view=view, principal=principal)

    return routes
