"""Logging in with the company's own account: to its provider and back."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.concurrency import run_in_threadpool

from serving import problems
from serving.auth.gate import Gate
from serving.auth.oidc import NotLoggedIn, Pending, ProviderSilent, SignIn
from serving.auth.person import NoRole
from serving.auth.providers import CALLBACK, START
from serving.console.frame import Renderer
from serving.console.login import HOME, keep, local
from serving.problems import Kind, ProblemError, shorten
from serving.store.errors import AccessError
from serving.store.people import PeopleRepository

BEGUN = "forewarn_login_begun"
MINUTES = 10
UNQUOTED = ":/%#?=@[]!$&'()*+,"


def router(sign_in: SignIn, people: PeopleRepository, renderer: Renderer) -> APIRouter:
    """The routes to the provider and back."""
    routes = APIRouter(include_in_schema=False)
    sealed = URLSafeTimedSerializer(sign_in.provider.client_secret, salt=BEGUN)

    @routes.get(START, response_model=None)
    async def begin(request: Request, next: str = HOME) -> Response:
        _count(request)
        try:
            address, pending = await sign_in.begin(local(next))
        except ProviderSilent as error:
            raise ProblemError(problems.NO_PROVIDER, str(error)) from error
        answer = RedirectResponse(address, status_code=303)
        _remember(request, answer, _seal(sealed, pending))
        return answer

    @routes.get(CALLBACK, response_model=None)
    async def come_back(request: Request) -> Response:
        _count(request)
        pending = _unseal(sealed, request.cookies.get(BEGUN, ""))
        try:
            person = await sign_in.finish(request.query_params, pending)
            token = await run_in_threadpool(people.log_in, person)
        except (NotLoggedIn, NoRole, AccessError) as error:
            raise _refused(error) from error
        # The browser counts a redirect from here as the provider's, and would not send the
        # cookie along; a page of ours that leads on is our own.
        to = pending.to if pending else HOME
        answer = renderer.page("logged_in.html", None, to=to)
        answer.headers["refresh"] = f"0; url={quote(to, safe=UNQUOTED)}"
        keep(request, answer, token)
        answer.delete_cookie(BEGUN, path=START)
        return answer

    return routes


def _count(request: Request) -> None:
    gate: Gate = request.app.state.gate
    gate.attempt(request)


def _refused(error: Exception) -> ProblemError:
    kind: Kind = problems.NOT_LOGGED_IN
    if isinstance(error, ProviderSilent):
        kind = problems.NO_PROVIDER
    elif isinstance(error, NoRole | AccessError):
        kind = problems.NO_ROLE
    return ProblemError(kind, shorten(error), next=f"Try again at {START}.")


def _remember(request: Request, answer: Response, sealed: str) -> None:
    # Lax, unlike the cookie of the session: the provider leads the browser back here.
    answer.set_cookie(
        BEGUN,
        sealed,
        max_age=MINUTES * 60,
        path=START,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def _seal(sealed: URLSafeTimedSerializer, pending: Pending) -> str:
    fields = [pending.state, pending.nonce, pending.verifier, pending.to]
    return str(sealed.dumps(fields))


def _unseal(sealed: URLSafeTimedSerializer, text: str) -> Pending | None:
    """What was kept in this browser; None where it is none of ours, or too old."""
    try:
        fields: Any = sealed.loads(text, max_age=MINUTES * 60)
    except BadSignature:
        return None
    return Pending(*fields)
