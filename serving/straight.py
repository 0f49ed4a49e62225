"""The straight way of a request to a route of the API, past what all other requests go through.

Every middleware wraps the next one's messages, FastAPI tries one route after the other and builds
what no route here uses, and the figures find the route once more: as much work as a small answer.
A request that is as its route declares needs the outcome of each, once. Here they follow one
another as plain steps, each by the function that the middleware calls too. Any other request goes
the usual way, from its beginning, and so does everything while requests are traced.
"""

import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from fastapi import FastAPI, Request, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.api.kept_answers import SLOT, Answers, Slot, can_unpack
from serving.api.quick import Quick
from serving.bodies import LARGEST_BODY
from serving.errors import handler_of
from serving.forgery import foreign_site
from serving.observing.counts import Asked, Counts, Sizes, length
from serving.observing.log import REQUEST_ID, Line, note, request_id
from serving.packed import packed, plain
from serving.security import RAW_HEADERS, served

TRACED = "fastapi.telemetry"


class Way(NamedTuple):
    """One route.

    Attributes:
        literal: what its addresses begin with.
        pattern: of its addresses; None where only the route knows.
        methods: which it takes; none where only the route knows.
        quick: answers it; None where it goes the usual way.
        path: its template as it was declared, and `shown` as it is described.
    """

    literal: str
    pattern: re.Pattern[str] | None
    methods: Collection[str]
    quick: Quick | None
    path: str
    shown: str


class Ways:
    """Finds the route of an address, in the order in which the routes were declared.

    Args:
        ways: all of them.
    """

    def __init__(self, ways: Iterable[Way]) -> None:
        every = list(ways)
        begins = {beginning(way.path) for way in every if way.quick}
        self._by_beginning = {
            each: [way for way in every if _may_begin(way.literal, each)] for each in begins
        }

    def of(self, method: str, path: str) -> tuple[Way, dict[str, str]] | None:
        """The route that takes a request, with what its address names; None for the usual way."""
        for way in self._by_beginning.get(beginning(path), ()):
            if way.pattern is None:
                return None
            found = way.pattern.match(path)
            if found and method in way.methods:
                return (way, found.groupdict()) if way.quick else None
            if found and not way.methods:
                return None
        return None


def beginning(path: str) -> str:
    """The first two parts of an address: `/v1/accounts`."""
    return "/".join(path.split("/", 3)[:3])


def _may_begin(literal: str, begins: str) -> bool:
    return literal.startswith(begins) or begins.startswith(literal)


def ways_of(app: FastAPI) -> Iterator[Way]:
    """Every route of an application."""
    for route in app.router.routes:
        included: Callable[[], Iterable[Any]] | None
        included = getattr(route, "effective_route_contexts", None)
        for each in [route] if included is None else included():
            own = getattr(each, "starlette_route", None) or each
            path = getattr(own, "path", "")
            yield Way(
                literal=path.partition("{")[0],
                pattern=getattr(own, "path_regex", None),
                methods=getattr(own, "methods", None) or (),
                quick=getattr(getattr(each, "original_route", each), "quick", None),
                path=path,
                shown=getattr(own, "path_format", path),
            )


@dataclass
class Going:
    """A request on its way.

    Attributes:
        request: it.
        way: its route.
        headers: of the request.
        began: when it did.
        name: its id.
    """

    request: Request
    way: Way
    headers: Headers
    began: float
    name: str


class Straight:
    """Answers requests the straight way where it can; stands outside of everything else.

    Args:
        app: what serves all others.
        hosts: names a request may come under, without port; None for any.
        answers: where answers are kept.
        counts: counts the requests.
    """

    def __init__(
        self, app: ASGIApp, hosts: Collection[str] | None, answers: Answers, counts: Counts
    ) -> None:
        self._app, self._hosts, self._answers, self._counts = app, hosts, answers, counts
        self._of: FastAPI | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        going = self._begun(scope, receive) if scope["type"] == "http" else None
        if going is None:
            await self._app(scope, receive, send)
            return
        quick, request = going.way.quick, going.request
        assert quick is not None
        asked = await quick.read(request)
        if asked is None:
            await self._app(_as_before(scope), await _again(request, receive), send)
            return
        slot = scope[SLOT] = Slot(self._answers, can_unpack(going.headers))
        then, status, size = packed if slot.packs else plain, 500, 0
        try:
            try:
                answer = await quick.answer(request, asked, then)
            except Exception as error:
                answer = then(await _told(request, error))
            status, size = answer.status_code, len(answer.body)
            slot.keep(status, answer.headers, bytes(answer.body))
            await _send(answer, going.name, send)
        finally:
            self._noted(going, status, size)

    def _begun(self, scope: Scope, receive: Receive) -> Going | None:
        """What is straight about a request; None where something is not."""
        began, headers = time.perf_counter(), Headers(scope=scope)
        if scope.get("root_path") or scope.get(TRACED) is not None:
            return None
        found = self._ways(scope["app"]).of(scope["method"], scope["path"])
        if found is None or not served(self._hosts, headers):
            return None
        if foreign_site(scope["method"], headers) is not None or not _small(scope, headers):
            return None
        way, scope["path_params"] = found
        name = request_id(headers.get(REQUEST_ID, ""))
        return Going(Request(scope, receive), way, headers, began, name)

    def _ways(self, app: FastAPI) -> Ways:
        if self._of is not app:
            self._of = app
            self.__dict__.pop("_known", None)
        return self._known

    @cached_property
    def _known(self) -> Ways:
        assert self._of is not None
        return Ways(ways_of(self._of))

    def _noted(self, going: Going, status: int, size: int) -> None:
        """Write the request down, and count it."""
        seconds = time.perf_counter() - going.began
        method = going.request.method
        note(Line(method, going.way.shown, status, going.name), seconds)
        asked = Asked(method, going.way.path, str(status))
        self._counts.add(asked, Sizes(length(going.headers), size), seconds)


def _small(scope: Scope, headers: Headers) -> bool:
    """Whether a body is known beforehand to be no larger than any route takes."""
    if scope["method"] == "GET":
        return True  # of these nobody reads a body
    said = headers.get("content-length", "")
    return said.isdigit() and int(said) <= LARGEST_BODY and "transfer-encoding" not in headers


def _as_before(scope: Scope) -> Scope:
    scope.pop("path_params", None)
    return scope


async def _again(request: Request, receive: Receive) -> Receive:
    """What gives the body that was read once more; nothing was where there is none to read."""
    if not hasattr(request, "_body"):
        return receive
    body, given = await request.body(), False

    async def once_more() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once_more


async def _told(request: Request, error: Exception) -> Response:
    """The answer of an error.

    Raises:
        Exception: it is none that has an answer; that is made outside of everything.
    """
    handler = handler_of(request.app, error)
    if handler is None:
        raise error
    answer = await handler(request, error)
    error.__traceback__ = None  # its frames hold the request, and one of them the error
    return answer


async def _send(answer: Response, name: str, send: Send) -> None:
    headers = answer.raw_headers
    own = {each for each, _ in headers}
    headers += [each for each in RAW_HEADERS if each[0] not in own]
    headers.append((REQUEST_ID.encode(), name.encode("latin-1")))
    start = {"type": "http.response.start", "status": answer.status_code, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": answer.body})
