"""Logging in with a browser: a key is exchanged for a cookie."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from serving import problems
from serving.auth.gate import COOKIE, Gate
from serving.auth.keys import read_key
from serving.problems import ProblemError
from serving.store import AccessRepository
from serving.store.access import SESSION_HOURS

LARGEST_FORM = 4096
HOME = "/"
Form = Callable[[str, bool], Response]
"""The page with the form: where to go afterwards, and whether a key was refused."""


def router(access: AccessRepository, form: Form) -> APIRouter:
    """The routes of logging in and out, where people have to."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/login", response_model=None)
    def show_login(next: str = HOME) -> Response:
        return form(local(next), False)

    @routes.post("/login", response_model=None)
    async def log_in(request: Request) -> Response:
        own_form(request)
        gate: Gate = request.app.state.gate
        fields = await _fields(request)
        key, to = read_key(fields.get("key", "").strip()), local(fields.get("next", HOME))
        gate.attempt(request)
        token = access.log_in(key) if key else None
        if token is None:
            page = form(to, True)
            page.status_code = 401
            return page
        answer = RedirectResponse(to, status_code=303)
        keep(request, answer, token)
        return answer

    @routes.post("/logout", response_model=None)
    def log_out(request: Request) -> Response:
        own_form(request)
        access.log_out(request.cookies.get(COOKIE, ""))
        answer = RedirectResponse("/login", status_code=303)
        answer.delete_cookie(COOKIE)
        return answer

    return routes


def local(address: str) -> str:
    """An address of this service to go on to; the start for anything else."""
    found = urlsplit(address)
    safe = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if safe and not found.scheme and not found.netloc else HOME


def own_form(request: Request) -> None:
    """Refuse a form that another site sent.

    Raises:
        ProblemError: the browser says that it comes from elsewhere.
    """
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        detail = "This form was sent by a page of another site."
        raise ProblemError(problems.FORBIDDEN, detail, allowed="forms of this service")


def keep(request: Request, answer: Response, token: str) -> None:
    """Leave a session's token in the browser, where neither scripts nor other sites reach it."""
    answer.set_cookie(
        COOKIE,
        token,
        max_age=SESSION_HOURS * 3600,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a small form.

    Raises:
        ProblemError: it is larger than any that this service shows.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            detail = f"A form may have {LARGEST_FORM} bytes."
            raise ProblemError(problems.HTTP_ERROR, detail, status=413)
    pairs = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in pairs.items()}
