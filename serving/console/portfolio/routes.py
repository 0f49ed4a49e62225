"""The route of the first page."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from serving.auth.gate import AccountsReader
from serving.console.frame import Console
from serving.console.portfolio.page import FirstPage


def router(console: Console, page: FirstPage) -> APIRouter:
    """The route."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/", response_model=None)
    def show_portfolio(principal: AccountsReader) -> Response:
        found = page.context(principal.owner)
        if found is None:
            return console.renderer.page("empty.html", None, principal=principal)
        return console.renderer.page("portfolio.html", principal=principal, **found)

    return routes
