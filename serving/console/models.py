"""`/models`: does the score keep its word, which version serves, and who is to serve next."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Engine

from serving import problems
from serving.auth.gate import ModelsChanger, ModelsReader
from serving.auth.roles import HERE, Action, Principal
from serving.console.forms import form_fields
from serving.console.frame import Console, is_swap, swapped
from serving.console.model_facts import word_of
from serving.console.model_moves import MovesShown, moves_shown
from serving.console.model_rows import VersionRow, side_by_side, versions
from serving.problems import ProblemError
from serving.store import ModelChangeRepository, ModelVersionRepository, served_before
from serving.workshop import NotChanged, NotTold, Workshop

HOME = "/models"
LONGEST_REASON = 500
Beside = Annotated[str, Query(max_length=200, description="The version beside the champion.")]


def router(console: Console, engine: Engine, workshop: Workshop) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    desk = _Desk(console, ModelVersionRepository(engine), ModelChangeRepository(engine), workshop)

    @routes.get(HOME, response_model=None)
    def show_models(
        request: Request, principal: ModelsReader, beside: Beside = "", moves: bool = False
    ) -> Response:
        if moves and is_swap(request):
            return swapped(desk.moves(beside))
        return swapped(desk.page(principal, beside, moves=moves))

    @routes.post(f"{HOME}/change", response_model=None)
    async def change_model(request: Request, principal: ModelsChanger) -> Response:
        fields = await form_fields(request)
        version, reason = fields.get("version", ""), fields.get("reason", "").strip()
        if not 0 < len(reason) <= LONGEST_REASON:
            why = f"Say why, in up to {LONGEST_REASON} characters: it is kept in the audit log."
            return await run_in_threadpool(desk.again, principal, version, why)
        answer = desk.change if fields.get("sure") == "yes" else desk.ask
        return await run_in_threadpool(answer, principal, version, reason)

    return routes


@dataclass(frozen=True)
class _Desk:
    """What the routes do, each as one page.

    Attributes:
        known: the versions there are.
        changes: which of them served when, and why.
        workshop: changes which one serves.
    """

    console: Console
    known: ModelVersionRepository
    changes: ModelChangeRepository
    workshop: Workshop

    def moves(self, version: str) -> HTMLResponse:
        """The part about bands that would be others, were a version to serve."""
        return self.console.renderer.part("model_moves.html", moves=self._moves(version))

    def _moves(self, version: str) -> MovesShown | None:
        if self.workshop.band_moves is None or not version:
            return None
        try:
            return moves_shown(self.workshop.band_moves(version))
        except NotTold as error:
            return MovesShown(problem=str(error))

    def page(
        self, principal: Principal, beside: str, refusal: str = "", *, moves: bool = False
    ) -> HTMLResponse:
        """Champion, track record and versions, with one of them beside the champion."""
        champion, story = self.known.champion(), self.changes.all()
        rows = versions(self.known.newest(), champion, story)
        other = _beside(rows, beside)
        return self.console.renderer.page(
            "models.html",
            self.console.scores.newest(),
            champion=champion,
            word=word_of(champion, other.model if other else None) if champion else None,
            rows=rows,
            other=other,
            side=side_by_side(champion, other.model) if champion and other else None,
            moves=self._moves(other.model.version) if moves and other else None,
            earlier=served_before(story),
            may_change=self.workshop.change is not None and principal.may(Action.CHANGE_MODELS),
            workshop=self.workshop,
            principal=principal,
            refusal=refusal,
        )

    def again(self, principal: Principal, version: str, why: str) -> Response:
        """The page with what speaks against a change."""
        answer = self.page(principal, version, why)
        answer.status_code = 409
        return answer

    def ask(self, principal: Principal, version: str, reason: str) -> Response:
        """The same once more, with what is about to happen."""
        champion = self.known.champion()
        wanted = self.known.get(version) if version else None
        return self.console.renderer.page(
            "model_change.html",
            self.console.scores.newest(),
            to=version or served_before(self.changes.all()),
            version=version,
            reason=reason,
            champion=champion,
            side=side_by_side(champion, wanted) if champion and wanted else None,
            principal=principal,
        )

    def change(self, principal: Principal, version: str, reason: str) -> Response:
        """Let another version serve, or say why not."""
        if self.workshop.change is None:
            detail = "The service was started without its workspace, which holds the models."
            raise ProblemError(problems.FORBIDDEN, detail, next="forewarn promote VERSION")
        try:
            self.workshop.change(version, reason, None if principal == HERE else principal.name)
        except NotChanged as refused:
            return self.again(principal, version, str(refused))
        return RedirectResponse(HOME, status_code=303)


def _beside(rows: tuple[VersionRow, ...], asked: str) -> VersionRow | None:
    """The version asked for; else the newest that waits, else the one that served last."""
    others = [row for row in rows if row.state != "champion"]
    named = [row for row in others if row.model.version == asked]
    waiting = [row for row in others if row.state == "waits"]
    served = [row for row in others if row.state == "served before"]
    return next(iter([*named, *waiting, *served, *others]), None)
