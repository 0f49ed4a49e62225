"""`/models`: does the score keep its word, which version serves, and who is to serve next."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Engine

from serving import problems
from serving.auth.gate import ModelsChanger, ModelsReader
from serving.auth.roles import HERE, Action, Principal
from serving.console.forms import form_fields
from serving.console.frame import Console
from serving.console.model_facts import word_of
from serving.console.model_rows import VersionRow, side_by_side, versions
from serving.problems import ProblemError
from serving.store import ModelChangeRepository, ModelVersionRepository, served_before
from serving.workshop import NotChanged, Workshop

HOME = "/models"
LONGEST_REASON = 500
Beside = Annotated[str, Query(max_length=200, description="The version beside the champion.")]


def router(console: Console, engine: Engine, workshop: Workshop) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    known, changes = ModelVersionRepository(engine), ModelChangeRepository(engine)

    def page(principal: Principal, beside: str, **more: Any) -> Response:
        champion, story = known.champion(), changes.all()
        rows = versions(known.newest(), champion, story)
        other = _beside(rows, beside)
        context = {
            "champion": champion,
            "word": word_of(champion, other.model if other else None) if champion else None,
            "rows": rows,
            "other": other,
            "side": side_by_side(champion, other.model) if champion and other else None,
            "earlier": served_before(story),
            "may_change": workshop.change is not None and principal.may(Action.CHANGE_MODELS),
            "workshop": workshop,
            "principal": principal,
        }
        run = console.scores.newest()
        return console.renderer.page("models.html", run, **{"refusal": "", **context, **more})

    @routes.get(HOME, response_model=None)
    def show_models(principal: ModelsReader, beside: Beside = "") -> Response:
        return page(principal, beside)

    @routes.post(f"{HOME}/change", response_model=None)
    async def change_model(request: Request, principal: ModelsChanger) -> Response:
        fields = await form_fields(request)
        version, reason = fields.get("version", ""), fields.get("reason", "").strip()
        if not 0 < len(reason) <= LONGEST_REASON:
            why = f"Say why, in up to {LONGEST_REASON} characters: it is kept in the audit log."
            return await run_in_threadpool(_again, page, principal, version, why)
        if fields.get("sure") != "yes":
            return await run_in_threadpool(ask, principal, version, reason)
        return await run_in_threadpool(do, principal, version, reason)

    def ask(principal: Principal, version: str, reason: str) -> Response:
        """The same once more, with what is about to happen."""
        champion = known.champion()
        wanted = known.get(version) if version else None
        to = version or served_before(changes.all())
        side = side_by_side(champion, wanted) if champion and wanted else None
        context = {"to": to, "version": version, "reason": reason, "champion": champion}
        return console.renderer.page(
            "model_change.html", console.scores.newest(), principal=principal, side=side, **context
        )

    def do(principal: Principal, version: str, reason: str) -> Response:
        if workshop.change is None:
            detail = "The service was started without its workspace, which holds the models."
            raise ProblemError(problems.FORBIDDEN, detail, next="forewarn promote VERSION")
        try:
            workshop.change(version, reason, None if principal == HERE else principal.name)
        except NotChanged as refused:
            return _again(page, principal, version, str(refused))
        return RedirectResponse(HOME, status_code=303)

    return routes


def _again(page: Any, principal: Principal, version: str, why: str) -> Response:
    """The page with what speaks against a change."""
    answer: Response = page(principal, version, refusal=why)
    answer.status_code = 409
    return answer


def _beside(rows: tuple[VersionRow, ...], asked: str) -> VersionRow | None:
    """The version asked for; else the newest that waits, else the one that served last."""
    others = [row for row in rows if row.state != "champion"]
    named = [row for row in others if row.model.version == asked]
    waiting = [row for row in others if row.state == "waits"]
    served = [row for row in others if row.state == "served before"]
    return next(iter([*named, *waiting, *served, *others]), None)
