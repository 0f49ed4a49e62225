"""Logging in with a browser: a key is exchanged for a cookie."""

from collections.abc import Callable
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from serving.auth.gate import COOKIE, Gate
from serving.auth.keys import read_key
from serving.console.forms import form_fields
from serving.store import AccessRepository
from serving.store.access import SESSION_HOURS

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
        gate: Gate = request.app.state.gate
        fields = await form_fields(request)
        key, to = read_key(fields.get("key", "").strip()), local(fields.get("next", HOME))
        gate.attempt(request)
        # a night that is being published may make it wait, and nobody else is to wait with it
        token = await run_in_threadpool(access.log_in, key) if key else None
        if token is None:
            page = form(to, True)
            page.status_code = 401
            return page
        answer = RedirectResponse(to, status_code=303)
        keep(request, answer, token)
        return answer

    @routes.post("/logout", response_model=None)
    def log_out(request: Request) -> Response:
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
