"""How much a request may bring: refused before it is read, or as soon as it is too much."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving import problems

LARGEST_BODY = 8 * 2**20
"""Bytes; thousands of rows of signals fit, and no request fills the memory."""


class BodyLimit:
    """Refuses bodies that are larger than any route takes.

    Args:
        app: what serves the requests.
        most: bytes that a body may have.
    """

    def __init__(self, app: ASGIApp, most: int = LARGEST_BODY) -> None:
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = Headers(scope=scope).get("content-length", "0")
        if said.isdigit() and int(said) > self._most:
            await problems.respond(self._too_large())(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise HTTPException(problems.TOO_LARGE.status, self._detail())
            return message

        await self._app(scope, counted, send)

    def _detail(self) -> str:
        return f"A body may have {self._most} bytes."

    def _too_large(self) -> problems.Problem:
        allowed = f"at most {self._most} bytes"
        return problems.problem(problems.TOO_LARGE, self._detail(), allowed=allowed)
