"""Turns every error of the application into a problem."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from inspect import iscoroutinefunction
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import Match

from serving import problems
from serving.api.conditional import NotModified, not_modified
from serving.problems import Fault, Problem, ProblemError, shorten
from serving.security import SECURITY_HEADERS
from serving.store import CursorError, KeyReusedError, StaleCursorError

LOG = logging.getLogger(__name__)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

Page = Callable[[Problem], str]
"""Renders a problem as an HTML page for people."""
Handler = Callable[[Request, Exception], Awaitable[Response]]


def install(app: FastAPI, page: Page) -> None:
    """Answer every error with a problem: as a page to browsers, as JSON to programs."""

    def answer(request: Request, found: Problem, headers: dict[str, str] | None = None) -> Response:
        if _wants_page(request):
            return Response(page(found), found.status, headers, "text/html")
        return problems.respond(found, headers)

    @app.exception_handler(ProblemError)
    def _(request: Request, error: ProblemError) -> Response:
        if error.problem.status == 401 and _wants_page(request):
            asked = f"{request.url.path}?{request.url.query}".rstrip("?")
            return RedirectResponse(f"/login?next={quote(asked, safe='')}", status_code=303)
        return answer(request, error.problem, error.headers)

    @app.exception_handler(RequestValidationError)
    def _(request: Request, error: RequestValidationError) -> Response:
        return answer(request, invalid(error))

    @app.exception_handler(CursorError)
    def _(request: Request, error: CursorError) -> Response:
        return answer(request, wrong_cursor(error))

    @app.exception_handler(KeyReusedError)
    def _(request: Request, error: KeyReusedError) -> Response:
        more = "Send the request that the key stood for, or use a new key."
        return answer(request, problems.problem(problems.KEY_REUSED, str(error), next=more))

    @app.exception_handler(NotModified)  # no error: not worth a thread of its own
    async def _(_request: Request, error: NotModified) -> Response:
        return not_modified(error.tag)

    @app.exception_handler(HTTPException)
    def _(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if error.status_code == problems.WRONG_METHOD.status:
            headers["Allow"] = methods_of(request)
        return answer(request, http_error(request, error), headers)

    @app.exception_handler(SQLAlchemyError)
    def _(request: Request, error: SQLAlchemyError) -> Response:
        # The statement's values may be personal, so only the kind of error is logged.
        LOG.error("the store failed: %s", type(error).__name__)
        return answer(request, store_unreachable())

    @app.exception_handler(Exception)
    def _(request: Request, _error: Exception) -> Response:
        # This answer is made outside of every middleware.
        return answer(request, internal(), dict(SECURITY_HEADERS))


def handler_of(app: FastAPI, error: Exception) -> Handler | None:
    """What answers an error; None for those that nobody expects."""
    handlers: dict[Any, Callable[[Request, Exception], Any]] = app.exception_handlers
    for kind in type(error).__mro__:
        found = None if kind is Exception else handlers.get(kind)
        if found is not None:
            waits = iscoroutinefunction(found)
            return found if waits else _in_a_thread(found)
    return None


def _in_a_thread(handler: Callable[[Request, Exception], Response]) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        return await run_in_threadpool(handler, request, error)

    return handle


def _wants_page(request: Request) -> bool:
    is_program = request.url.path.startswith(("/v1/", "/livez", "/readyz", "/openapi.json"))
    return not is_program and "text/html" in request.headers.get("accept", "")


def invalid(error: RequestValidationError) -> Problem:
    """The problem of a query or a body that does not fit what the route declares."""
    found = error.errors()
    faults = [_fault(each) for each in found]
    detail = " ".join(
        f"{fault.parameter}: {fault.given!r} is given; allowed: {_joined(fault.allowed)}."
        for fault in faults
    )
    in_body = any(each["loc"][0] == "body" for each in found)
    kind = problems.INVALID_BODY if in_body else problems.INVALID_QUERY
    return problems.problem(kind, detail, errors=faults)


def _joined(allowed: str | list[str]) -> str:
    return allowed if isinstance(allowed, str) else ", ".join(allowed)


def _fault(found: Mapping[str, Any]) -> Fault:
    where = [str(part) for part in found["loc"][1:]]
    in_body = found["loc"][0] == "body"
    return Fault(
        parameter=".".join(where if in_body else where[:1]) or "request",
        given=shorten(found.get("input", "")),
        allowed=_allowed(found),
        detail=f"{found['msg']}.",
    )


def _allowed(found: Mapping[str, Any]) -> str | list[str]:
    """What a validation error would have let pass."""
    context = found.get("ctx", {})
    match found["type"]:
        case "enum" | "literal_error":
            return re.findall(r"'([^']*)'", context["expected"])
        case "greater_than_equal":
            return f"at least {context['ge']}"
        case "less_than_equal":
            return f"at most {context['le']}"
        case "string_too_long":
            return f"at most {context['max_length']} characters"
        case "int_parsing" | "int_parsing_size":
            return "a whole number"
        case "extra_forbidden":
            return "no parameter of this name"
    return str(found["msg"])


def wrong_cursor(error: CursorError) -> Problem:
    """The problem of a cursor that leads nowhere."""
    stale = isinstance(error, StaleCursorError)
    kind = problems.STALE_CURSOR if stale else problems.INVALID_CURSOR
    allowed = "the next_cursor of the page before, with the same band and sort"
    again = "Ask again without cursor."
    return problems.problem(kind, str(error), allowed=allowed, next=again)


def http_error(request: Request, error: HTTPException) -> Problem:
    """The problem of an unknown address, a wrong method, or another HTTP error."""
    given = f"{request.method} {shorten(request.url.path)}"
    if error.status_code == 404:
        detail = f"{given} is not served here."
        return problems.problem(
            problems.NOT_FOUND, detail, given=given, allowed="the addresses under /docs"
        )
    if error.status_code == 405:
        allowed = methods_of(request)
        detail = f"{given} is not possible; allowed: {allowed}."
        return problems.problem(problems.WRONG_METHOD, detail, given=given, allowed=allowed)
    if error.status_code == 400:  # all that FastAPI says of a body that is not UTF-8
        return problems.problem(problems.INVALID_BODY, "The body is no JSON in UTF-8.")
    if error.status_code == problems.TOO_LARGE.status:
        return problems.problem(problems.TOO_LARGE, str(error.detail))
    return problems.problem(problems.HTTP_ERROR, str(error.detail), status=error.status_code)


def methods_of(request: Request) -> str:
    """The methods that an address is served for, all of them.

    The error names only those of the first route that has the address.
    """
    routes = request.app.router.routes

    def served(method: str) -> bool:
        scope = {**request.scope, "method": method}
        return any(route.matches(scope)[0] is Match.FULL for route in routes)

    return ", ".join(method for method in METHODS if served(method))


def store_unreachable() -> Problem:
    """The problem of a store that does not answer."""
    return problems.problem(
        problems.STORE_UNREACHABLE,
        "The store could not be read.",
        next="Check that the database runs; /readyz says when it answers.",
    )


def internal() -> Problem:
    """The problem of a fault of ours; says nothing of the inside."""
    return problems.problem(
        problems.INTERNAL, "The request failed through no fault of yours.", next="See the log."
    )
