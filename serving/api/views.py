"""`/v1/views`: questions to the list of accounts that people keep under a name."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import Connection, Engine

from serving import problems
from serving.api.conditional import UNCHANGED, IfNoneMatch, NotModified, matches
from serving.api.view_schemas import ViewIn, ViewOut, ViewsOut
from serving.api.writes import (
    IdempotencyKey,
    IfMatch,
    changed,
    recognised,
    tag_of,
    version_of,
)
from serving.auth.gate import ViewKeeper
from serving.problems import GUARDED, WRITTEN, ProblemError, documented, shorten
from serving.store import (
    Answer,
    ChangedSinceError,
    NameTakenError,
    SavedView,
    SavedViewRepository,
    TooManyViewsError,
)
from serving.store.once import once

TAGGED: Mapping[str, Any] = {
    "ETag": {"description": "For If-Match.", "schema": {"type": "string"}, "example": '"1"'}
}
PLACED: Mapping[str, Any] = {
    "Location": {
        "description": "The address of what was made.",
        "schema": {"type": "string"},
        "example": "/v1/views/0f4c6f7c2f7b4b6fb7a1c1a1c9f3d2e1",
    }
}
ViewId = Annotated[
    str,
    Path(
        description="The view's id.",
        pattern="^[0-9a-f]{32}$",
        examples=["0f4c6f7c2f7b4b6fb7a1c1a1c9f3d2e1"],
    ),
]


def router(engine: Engine) -> APIRouter:
    """The routes of views; everybody has their own."""
    views = SavedViewRepository(engine)
    routes = APIRouter(prefix="/v1/views", tags=["views"])
    _add_reading(routes, views)
    _add_keeping(routes, views, engine)
    _add_changing(routes, views)
    _add_dropping(routes, views)
    return routes


def _add_reading(routes: APIRouter, views: SavedViewRepository) -> None:
    @routes.get(
        "", operation_id="list_views", summary="List your views", responses=documented(*GUARDED)
    )
    def list_views(principal: ViewKeeper) -> ViewsOut:
        """The views that whoever asks has kept; nobody sees those of others."""
        return ViewsOut(items=[_out(view) for view in views.all(principal.name)])

    @routes.get(
        "/{view_id}",
        operation_id="get_view",
        summary="Get one view",
        responses=documented(problems.UNKNOWN_VIEW, problems.INVALID_QUERY, *GUARDED)
        | {200: {"headers": TAGGED}}
        | UNCHANGED,
    )
    def get_view(
        view_id: ViewId,
        principal: ViewKeeper,
        response: Response,
        if_none_match: IfNoneMatch = None,
    ) -> ViewOut:
        """One of your views; its ETag is needed to change it."""
        view = _found(views.view(principal.name, view_id), view_id)
        if matches(if_none_match or "", tag_of(view.version)):
            raise NotModified(tag_of(view.version))
        return _tagged(view, response)


def _add_keeping(routes: APIRouter, views: SavedViewRepository, engine: Engine) -> None:
    @routes.post(
        "",
        operation_id="create_view",
        summary="Keep a view",
        status_code=201,
        response_model=ViewOut,
        responses=documented(
            problems.NAME_TAKEN, problems.TOO_MANY_VIEWS, *WRITTEN, *GUARDED
        ) | {201: {"headers": {**TAGGED, **PLACED}, "description": "Kept."}},
    )  # fmt: skip
    def create_view(
        view: ViewIn,
        request: Request,
        principal: ViewKeeper,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Keep a question to the list under a name."""

        def keep(connection: Connection) -> Answer:
            kept = views.create_on(connection, principal.name, view.name, _query(view))
            return Answer(201, _out(kept).model_dump(mode="json"))

        asked = recognised(request, principal, idempotency_key, view)
        try:
            answer = once(engine, asked, datetime.now(UTC), keep)
        except NameTakenError as error:
            raise _taken(view, error) from error
        except TooManyViewsError as error:
            raise ProblemError(problems.TOO_MANY_VIEWS, str(error)) from error
        address = f"/v1/views/{answer.body['view_id']}"
        headers = {"location": address, "etag": tag_of(answer.body["version"])}
        return JSONResponse(answer.body, answer.status, headers)


def _add_changing(routes: APIRouter, views: SavedViewRepository) -> None:
    @routes.put(
        "/{view_id}",
        operation_id="change_view",
        summary="Change a view",
        responses=documented(
            problems.UNKNOWN_VIEW, problems.NAME_TAKEN, problems.VERSION_CHANGED,
            problems.VERSION_MISSING, problems.INVALID_BODY, problems.INVALID_QUERY,
            problems.TOO_LARGE, *GUARDED,
        ) | {200: {"headers": TAGGED}},
    )  # fmt: skip
    def change_view(
        view_id: ViewId,
        view: ViewIn,
        principal: ViewKeeper,
        response: Response,
        if_match: IfMatch = None,
    ) -> ViewOut:
        """Give a view another name or question, unless it was changed meanwhile.

        The same change sent again finds itself done, and gets the same answer.
        """
        before = _found(views.view(principal.name, view_id), view_id)
        version = version_of(if_match, before.version) or before.version
        try:
            found = views.change(principal.name, view_id, version, view.name, _query(view))
        except ChangedSinceError as error:
            found = views.view(principal.name, view_id)
            if not _is_done(view, version, found):
                raise changed(str(error), if_match) from error
        except NameTakenError as error:
            raise _taken(view, error) from error
        return _tagged(_found(found, view_id), response)


def _add_dropping(routes: APIRouter, views: SavedViewRepository) -> None:
    @routes.delete(
        "/{view_id}",
        operation_id="remove_view",
        summary="Drop a view",
        status_code=204,
        responses=documented(
            problems.UNKNOWN_VIEW, problems.VERSION_CHANGED, problems.VERSION_MISSING,
            problems.INVALID_QUERY, *GUARDED,
        ) | {204: {"description": "Dropped."}},
    )  # fmt: skip
    def remove_view(view_id: ViewId, principal: ViewKeeper, if_match: IfMatch = None) -> None:
        """Drop a view, unless it was changed meanwhile."""
        before = views.view(principal.name, view_id)
        version = version_of(if_match, before.version if before else None)
        try:
            gone = views.remove(principal.name, view_id, version)
        except ChangedSinceError as error:
            raise changed(str(error), if_match) from error
        if not gone:
            _found(None, view_id)


def _is_done(view: ViewIn, version: int, found: SavedView | None) -> bool:
    """Whether a view is what this very change of a version made of it (RFC 9110, 13.1.1)."""
    if found is None:
        return False
    wanted = (version + 1, view.name, _query(view))
    return (found.version, found.name, found.query) == wanted


def _query(view: ViewIn) -> dict[str, Any]:
    return view.query.model_dump(mode="json", exclude_unset=True, exclude_none=True)


def _out(view: SavedView) -> ViewOut:
    return ViewOut(**{name: getattr(view, name) for name in ViewOut.model_fields})


def _tagged(view: SavedView, response: Response) -> ViewOut:
    response.headers["etag"] = tag_of(view.version)
    return _out(view)


def _found(view: SavedView | None, view_id: str) -> SavedView:
    if view is None:
        given = shorten(view_id)
        detail = f"You have no view {given!r}."
        allowed = "the view_id of a view listed by /v1/views"
        raise ProblemError(problems.UNKNOWN_VIEW, detail, given=given, allowed=allowed)
    return view


def _taken(view: ViewIn, error: NameTakenError) -> ProblemError:
    given = shorten(view.name)
    return ProblemError(problems.NAME_TAKEN, str(error), given=given, allowed="another name")
