"""One line of JSON for each request, on standard error, without secrets or personal data.

Neither address nor query is written, because they hold account ids and search words: the
route's template stands for them. Nor who asked: the audit log says who did what.
"""

import json
import logging
import re
import sys
import time
import uuid
from datetime import UTC, datetime
from typing import Any, NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG = logging.getLogger("forewarn.requests")
REQUEST_ID = "x-request-id"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


class RequestLog:
    """Gives each request an id, told in its answer, and writes one line when it is done.

    Args:
        app: what serves the requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500
        name = request_id(Headers(scope=scope).get(REQUEST_ID, ""))

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = name
            await send(message)

        try:
            await self._app(scope, receive, named)
        finally:
            route = getattr(scope.get("route"), "path_format", "")
            note(Line(scope["method"], route, status, name), time.perf_counter() - began)


class Line(NamedTuple):
    """What the log says of a request.

    Attributes:
        route: its template; empty where there is none.
        request: its id.
    """

    method: str
    route: str
    status: int
    request: str


def note(line: Line, seconds: float) -> None:
    """Write one request down."""
    if LOG.isEnabledFor(logging.INFO):
        told = {"method": line.method, "route": line.route or "(none)", "status": line.status}
        took = {"ms": round(1000 * seconds, 1), "request": line.request}
        LOG.info("request", extra={"told": told | took})


def request_id(given: str) -> str:
    """The id that a request came with, or a new one where that could not be logged as it is."""
    return given if _WELL_FORMED.fullmatch(given) else uuid.uuid4().hex


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; what went wrong as the kind of error and where, never its values."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "told", {}),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _frames(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def _frames(trace: Any) -> list[str]:
    """Where an error was raised, outermost first: files, lines and functions, no values."""
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found


def configure() -> None:
    """Write the service's log, and what the server itself says, as lines of JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name in ("forewarn.requests", "serving", "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO if name != "uvicorn" else logging.WARNING)
