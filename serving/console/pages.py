"""The console's routes and the rendering of its templates."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from models.score import Band
from serving import format, problems
from serving.addresses import ACCOUNT_ID
from serving.api.accounts import AccountQuery, find, require
from serving.auth.gate import AccountsReader
from serving.console import charts, reference, vendor, views
from serving.console.links import list_link
from serving.presentation import Presentation
from serving.problems import Problem
from serving.store import RunInfo, ScoreRepository, StaleCursorError


class Renderer:
    """Renders templates with what every page shows around its own content."""

    def __init__(self, scores: ScoreRepository, presentation: Presentation) -> None:
        self._scores = scores
        self._environment = _environment()
        self._environment.globals["company"] = presentation.company

    def page(self, template: str, run: RunInfo | None, **context: Any) -> HTMLResponse:
        """A page within the frame of a run."""
        return HTMLResponse(self._environment.get_template(template).render(run=run, **context))

    def login(self, to: str, failed: bool) -> HTMLResponse:
        """The page to log in with; tells nothing of what is in the store."""
        return self.page("login.html", None, next=to, failed=failed)

    def problem(self, found: Problem) -> str:
        """A problem as a page; needs no store."""
        return self._environment.get_template("problem.html").render(run=None, problem=found)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("serving.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"mark": charts.mark, "letters": charts.LETTERS, "Band": Band}
    environment.globals["htmx"] = vendor.htmx_address()
    environment.filters |= {"day": format.day, "count": format.count}
    return environment


def router(
    scores: ScoreRepository,
    presentation: Presentation,
    renderer: Renderer,
    document: Callable[[], dict[str, Any]],
) -> APIRouter:
    """The routes of the console; `document` gives the OpenAPI description."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/", response_model=None)
    def show_accounts(
        query: Annotated[AccountQuery, Query()], principal: AccountsReader
    ) -> Response:
        try:
            page = find(scores, query, principal)
        except StaleCursorError:
            start = query.model_copy(update={"cursor": None})
            return RedirectResponse(list_link(start), status_code=303)
        if page.run is None:
            return renderer.page("empty.html", None, principal=principal)
        view = views.list_view(page, query, presentation)
        return renderer.page("accounts.html", page.run, view=view, principal=principal)

    @routes.get(f"/accounts/{ACCOUNT_ID}", response_model=None)
    def show_account(account_id: str, principal: AccountsReader) -> Response:
        found = require(scores, account_id, principal)
        view = views.account_view(found, scores, presentation)
        return renderer.page("account.html", scores.newest(), view=view, principal=principal)

    @routes.get("/docs", response_model=None)
    def show_docs() -> Response:
        described = document()
        return renderer.page(
            "docs.html",
            None,
            info=described["info"],
            operations=reference.operations(described),
            shapes=reference.shapes(described),
            kinds=problems.KINDS,
        )

    return routes
