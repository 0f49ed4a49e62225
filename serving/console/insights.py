"""`/insights`: what the whole base tells, as `forewarn insights` last worked it out."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from serving.api.insights import visible
from serving.api.jobs import Runner
from serving.auth.gate import InsightsReader, JobsStarter
from serving.console import insight_words
from serving.console.frame import Console
from serving.console.insight_views import indicators, product_tables
from serving.console.insight_work import InsightWork
from serving.store import JobRepository

HOME = "/insights"
SHOWN, LISTED = 12, 15
"""Indicators, and other findings, that are shown before the rest is asked for."""


def router(console: Console, figures: Path | None, runner: Runner | None) -> APIRouter:
    """The routes.

    Args:
        console: renders the page.
        figures: the file that `forewarn insights` writes; None where there is no such place.
        runner: has them worked out anew; None where nobody can.
    """
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    work = InsightWork(JobRepository(console.engine), runner)
    _add_work(routes, console, work)

    @routes.get("/insights", response_model=None)
    def show_insights(principal: InsightsReader) -> Response:
        run, asked = console.scores.newest(), work.seen_by(principal)
        if figures is None or not figures.exists():
            return console.renderer.page("no_insights.html", run, principal=principal, work=asked)
        found: Mapping[str, Any] = json.loads(figures.read_text(encoding="utf-8"))
        named = principal.owner is None
        return console.renderer.page(
            "insights.html",
            run,
            principal=principal,
            work=asked,
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


def _add_work(routes: APIRouter, console: Console, work: InsightWork) -> None:
    """Having them worked out, and following how far that is."""

    @routes.post("/insights", response_model=None)
    def work_out(principal: JobsStarter) -> Response:
        work.start(principal.name)
        return RedirectResponse(HOME, status_code=303)

    @routes.get("/insights/work", response_model=None)
    def show_work(principal: InsightsReader) -> Response:
        found = work.seen_by(principal)
        answer = console.renderer.part("insights_work.html", work=found)
        if not found.runs and not found.failed:
            answer.headers["hx-redirect"] = HOME  # what was found is shown on the page itself
        return answer
