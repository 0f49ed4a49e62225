"""`/docs`: the API on one plain page."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from serving import problems
from serving.console import reference
from serving.console.frame import Console


def router(console: Console, document: Callable[[], dict[str, Any]]) -> APIRouter:
    """The route; `document` gives the OpenAPI description."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/docs", response_model=None)
    def show_docs() -> Response:
        described = document()
        return console.renderer.page(
            "docs.html",
            None,
            info=described["info"],
            operations=reference.operations(described),
            shapes=reference.shapes(described),
            kinds=problems.KINDS,
        )

    return routes
