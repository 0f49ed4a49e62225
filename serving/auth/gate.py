"""The gate that every route with something to protect stands behind."""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Protocol

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from serving import problems
from serving.auth.keys import read_key
from serving.auth.limits import Limit
from serving.auth.roles import ALLOWED, HERE, Action, Principal
from serving.problems import ProblemError, shorten

COOKIE = "forewarn_session"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="forewarn"'}
Rule = Callable[[Request], Awaitable[Principal]]


class Directory(Protocol):
    """Knows who keys and browser sessions belong to."""

    def by_key(self, prefix: str, digest: str) -> Principal | None:
        """The owner of a key that holds; None where there is none."""

    def by_session(self, token: str) -> Principal | None:
        """Who logged in with a browser; None where the session is over or unknown."""


@dataclass(frozen=True)
class Gate:
    """Tells who asks, and refuses what they may not do.

    Attributes:
        directory: who there is; None where only this machine can ask, and nobody logs in.
        requests: how often one principal may ask.
        failures: how often one address may fail to say who it is.
    """

    directory: Directory | None = None
    requests: Limit = field(default_factory=lambda: Limit(rate=300, burst=600))
    failures: Limit = field(default_factory=lambda: Limit(rate=1, burst=20))

    def part(self, of: int) -> "Gate":
        """The gate of one of so many processes: which of them is asked is left to chance."""
        return Gate(self.directory, self.requests.part(of), self.failures.part(of))

    def admit(self, request: Request, action: Action) -> Principal:
        """Who asks, if they may do this.

        Raises:
            ProblemError: nobody known asks, they may not, or ask too often.
        """
        found = self.principal(request)
        if not found.may(action):
            raise _forbidden(found, action)
        return found

    def principal(self, request: Request) -> Principal:
        """Who asks.

        Raises:
            ProblemError: nobody that is known, or too often.
        """
        if self.directory is None:
            return HERE
        found = self._known(request, self.directory)
        if found is None:
            raise self._unknown(request)
        _refuse_while(self.requests.wait(found.name))
        return found

    def attempt(self, request: Request) -> None:
        """Count an attempt to be somebody.

        Raises:
            ProblemError: there were too many from this address.
        """
        _refuse_while(self.failures.wait(request.client.host if request.client else ""))

    def _known(self, request: Request, directory: Directory) -> Principal | None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            key = read_key(given.strip())
            return directory.by_key(key.prefix, key.digest) if key else None
        token = request.cookies.get(COOKIE, "")
        return directory.by_session(token) if token else None

    def _unknown(self, request: Request) -> ProblemError:
        self.attempt(request)
        tried = "authorization" in request.headers or COOKIE in request.cookies
        detail = "The key or session is not valid (any more)." if tried else "Nobody is logged in."
        return ProblemError(
            problems.UNAUTHENTICATED,
            detail,
            allowed="Authorization: Bearer fw_..., or a browser that has logged in at /login",
            next="forewarn keys create --name NAME --role ROLE makes a key",
            headers=CHALLENGE,
        )


def allowed(action: Action) -> Rule:
    """The rule of a route, as a dependency: the principal, if they may do this.

    The gate is that of the application which serves the request.
    """

    async def rule(request: Request) -> Principal:
        gate: Gate = request.app.state.gate
        if gate.directory is None:  # nothing is looked up, so nothing can be waited for
            return gate.admit(request, action)
        return await run_in_threadpool(gate.admit, request, action)

    rule.action = action  # type: ignore[attr-defined]  # for whoever lists the rules of routes
    return rule


READS_ACCOUNTS = allowed(Action.READ_ACCOUNTS)
AccountsReader = Annotated[Principal, Depends(READS_ACCOUNTS)]
ModelsReader = Annotated[Principal, Depends(allowed(Action.READ_MODELS))]
ModelsChanger = Annotated[Principal, Depends(allowed(Action.CHANGE_MODELS))]
InsightsReader = Annotated[Principal, Depends(allowed(Action.READ_INSIGHTS))]
RowScorer = Annotated[Principal, Depends(allowed(Action.SCORE_ROWS))]
MetricsReader = Annotated[Principal, Depends(allowed(Action.READ_METRICS))]
ViewKeeper = Annotated[Principal, Depends(allowed(Action.KEEP_VIEWS))]
JobsReader = Annotated[Principal, Depends(allowed(Action.READ_JOBS))]
JobsStarter = Annotated[Principal, Depends(allowed(Action.START_JOBS))]


def _forbidden(principal: Principal, action: Action) -> ProblemError:
    roles = sorted(ALLOWED[action])
    given = shorten(f"{principal.name} ({principal.role})")
    return ProblemError(
        problems.FORBIDDEN,
        f"{given} may not do this ({action}); allowed: {', '.join(roles)}.",
        given=given,
        allowed=list(roles),
    )


def _refuse_while(seconds: float) -> None:
    if seconds > 0:
        wait = math.ceil(seconds)
        raise ProblemError(
            problems.TOO_MANY,
            f"Too many requests; ask again in {wait} s.",
            headers={"Retry-After": str(wait)},
        )
