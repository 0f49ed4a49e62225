"""Answers only known host names and own pages, and tells browsers to be strict."""

from collections.abc import Collection, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving import problems
from serving.forgery import foreign_site
from serving.problems import shorten

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self';"
        " img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
RAW_HEADERS = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
"""The same as they are sent."""
STATIC, ASK_AGAIN = "/static/", "no-cache"
"""Scripts and style sheets hold nothing of a customer: kept, and asked about before each use."""


class SecurityMiddleware:
    """Adds the security headers to every answer; refuses unknown host names and forged requests.

    A page on another site can point a name of its own at 127.0.0.1 and would then be allowed
    to read our answers; refusing foreign names closes that way. It can also make the browser
    send us a form, with our cookie or on the machine that needs none: that is refused too.

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
                if scope["path"].startswith(STATIC):
                    headers.setdefault("cache-control", ASK_AGAIN)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        sender = foreign_site(scope["method"], headers)
        if not served(self._hosts, headers):
            refused = self._refuse_host(host_name(headers.get("host", "")))
            await refused(scope, receive, secured)
        elif sender is not None:
            await _refuse_sender(sender)(scope, receive, secured)
        else:
            await self._app(scope, receive, secured)

    def _refuse_host(self, host: str) -> ASGIApp:
        allowed = sorted(self._hosts or ())
        detail = f"The host {shorten(host)!r} is not served; allowed: {', '.join(allowed)}."
        found = problems.problem(
            problems.UNKNOWN_HOST, detail, given=shorten(host), allowed=allowed
        )
        return problems.respond(found)


def _refuse_sender(sender: str) -> ASGIApp:
    detail = f"This was sent by a page of another site ({shorten(sender)}); nothing was changed."
    found = problems.problem(
        problems.FORGED, detail, given=shorten(sender), allowed="pages and forms of this service"
    )
    return problems.respond(found)


def served(hosts: Collection[str] | None, headers: Mapping[str, str]) -> bool:
    """Whether a request comes under a name that is served; None for any."""
    return hosts is None or host_name(headers.get("host", "")) in hosts


def host_name(header: str) -> str:
    """The name in a Host header: no port, no brackets, lower case."""
    name = header.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0]
