"""Answers made in one go: one thread works one out, from its tag to the bytes that are sent.

FastAPI hands each part of a request (a dependency, the route, the check of what it returned) to
a thread and back. Where several requests wait for one interpreter, each of these ways costs more
than a small answer does.
"""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, get_type_hints

from fastapi import Request, Response
from pydantic import TypeAdapter

from serving.store.transactions import at_one_go

TAG = "forewarn.tag"
"""Where a request carries its `Tag`."""
JSON = "application/json"
ASKED = "request_"
"""The parameter that the request itself is given as; it is no part of the API's description."""

Tag = Callable[[], dict[str, str] | Response]
"""Gives the headers of an answer that is to be made, or the answer that takes its place."""


def answered(route: Callable[..., Any]) -> Callable[..., Response]:
    """A route whose answer is made in one go.

    Args:
        route: returns what its annotation says; its parameters are as FastAPI knows them.
    """
    adapter = TypeAdapter(get_type_hints(route)["return"])

    @wraps(route)
    def whole(**asked: Any) -> Response:
        # taken out, as it holds the request: left there, every answer would wait to be found
        # by the collector of garbage, and most grow old before
        tag: Tag = asked.pop(ASKED).scope.pop(TAG, dict)
        with at_one_go():
            headers = tag()
            if isinstance(headers, Response):
                return headers
            found = route(**asked)
            return Response(adapter.dump_json(found), headers=headers, media_type=JSON)

    signature = inspect.signature(route)
    own = inspect.Parameter(ASKED, inspect.Parameter.KEYWORD_ONLY, annotation=Request)
    whole.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[*signature.parameters.values(), own]
    )
    return whole
