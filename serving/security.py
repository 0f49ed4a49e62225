"""Answers only under known host names, and tells browsers to be strict."""

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving import problems
from serving.problems import shorten

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self';"
        " img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class SecurityMiddleware:
    """Adds the security headers to every answer and refuses unknown host names.

    A page on another site can point a name of its own at 127.0.0.1 and would then be allowed
    to read our answers; refusing foreign names closes that way.

    Args:
        app: what to protect.
        hosts: names a request may come under, without port; None for any.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] | None) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        host = host_name(Headers(scope=scope).get("host", ""))
        if self._hosts is None or host in self._hosts:
            await self._app(scope, receive, secured)
        else:
            await self._refuse(host)(scope, receive, secured)

    def _refuse(self, host: str) -> ASGIApp:
        allowed = sorted(self._hosts or ())
        detail = f"The host {shorten(host)!r} is not served; allowed: {', '.join(allowed)}."
        found = problems.problem(
            problems.UNKNOWN_HOST, detail, given=shorten(host), allowed=allowed
        )
        return problems.respond(found)


def host_name(header: str) -> str:
    """The name in a Host header: no port, no brackets, lower case."""
    name = header.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0]
