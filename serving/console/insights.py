"""`/insights`: what the whole base tells, as `forewarn insights` last worked it out."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from serving.api.insights import visible
from serving.auth.gate import InsightsReader
from serving.console import insight_words
from serving.console.frame import Console
from serving.console.insight_views import indicators, product_tables

SHOWN, LISTED = 12, 15
"""Indicators, and other findings, that are shown before the rest is asked for."""


def router(console: Console, figures: Path | None) -> APIRouter:
    """The route.

    Args:
        console: renders the page.
        figures: the file that `forewarn insights` writes; None where there is no such place.
    """
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/insights", response_model=None)
    def show_insights(principal: InsightsReader) -> Response:
        run = console.scores.newest()
        if figures is None or not figures.exists():
            return console.renderer.page("no_insights.html", run, principal=principal)
        found: Mapping[str, Any] = json.loads(figures.read_text(encoding="utf-8"))
        named = principal.owner is None
        return console.renderer.page(
            "insights.html",
            run,
            principal=principal,
            found=visible(found, principal),
            named=named,
            names=found.get("names", {}) if named else {},
            indicators=indicators(found["leading"]),
            tables=product_tables(found["product"]),
            words=insight_words,
            shown=SHOWN,
            listed=LISTED,
        )

    return routes
