"""The route of the first page."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from serving.auth.gate import AccountsReader
from serving.console.frame import Console
from serving.console.portfolio.album import Album
from serving.console.portfolio.page import OfRun, context
from serving.store.portfolio import PortfolioRepository


def router(console: Console) -> APIRouter:
    """The route."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    sums = PortfolioRepository(console.engine)
    album: Album[OfRun] = Album()

    @routes.get("/", response_model=None)
    def show_portfolio(principal: AccountsReader) -> Response:
        summary = sums.summary(principal.owner)
        if summary is None:
            return console.renderer.page("empty.html", None, principal=principal)
        found = context(console, sums, album, summary, principal.owner)
        return console.renderer.page("portfolio.html", principal=principal, **found)

    return routes
