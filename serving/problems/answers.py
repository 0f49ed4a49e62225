"""Answers that carry a problem, and how routes say which they may give."""

import json
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from serving.problems.kind import Kind
from serving.problems.people import FORBIDDEN, TOO_MANY, UNAUTHENTICATED
from serving.problems.requests import INVALID_BODY, INVALID_QUERY, KEY_REUSED, TOO_LARGE
from serving.problems.service import INTERNAL, STORE_UNREACHABLE

MEDIA_TYPE = "application/problem+json"
GIVEN_LENGTH = 200


class Fault(BaseModel):
    """One parameter that cannot be used."""

    parameter: str = Field(description="The parameter's name.", examples=["band"])
    given: str = Field(description="What was given, shortened.", examples=["purple"])
    allowed: str | list[str] = Field(
        description="What is allowed.", examples=[["red", "yellow", "green", "grey"]]
    )
    detail: str = Field(description="What is wrong.", examples=["Unknown value."])


class Missing(BaseModel):
    """Something the service needs before it is of use."""

    what: str = Field(description="What is missing.", examples=["champion"])
    detail: str = Field(description="In words.", examples=["No model version was promoted."])
    next: str = Field(description="What brings it.", examples=["forewarn run -c forewarn.toml"])


class Problem(BaseModel):
    """A problem as RFC 9457 describes it."""

    type: str = Field(
        description="Names the kind of problem for good and leads to its description.",
        examples=["/docs#problem-invalid-query"],
    )
    title: str = Field(description="The kind in words.", examples=["The query is not valid"])
    status: int = Field(description="HTTP status.", examples=[422])
    detail: str = Field(
        description="What happened this time.",
        examples=["band: 'purple' is given; allowed: red, yellow, green, grey."],
    )
    given: str | None = Field(default=None, description="What was given.", examples=["purple"])
    allowed: str | list[str] | None = Field(
        default=None, description="What is allowed instead.", examples=["GET"]
    )
    next: str | None = Field(
        default=None, description="What to do now.", examples=["forewarn run -c forewarn.toml"]
    )
    errors: list[Fault] | None = Field(default=None, description="Each wrong parameter.")
    missing: list[Missing] | None = Field(default=None, description="Each missing thing.")


class ProblemError(Exception):
    """Raised by a route to answer with a problem, and with headers of its own."""

    def __init__(
        self, kind: Kind, detail: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.headers = headers
        self.problem = problem(kind, detail, **more)


def problem(kind: Kind, detail: str, *, status: int | None = None, **more: Any) -> Problem:
    """A problem of a kind; `more` are members of `Problem` such as given, allowed, next."""
    return Problem(
        type=kind.type, title=kind.title, status=status or kind.status, detail=detail, **more
    )


class _Told(JSONResponse):
    """A problem as it is sent; it repeats what was given, which may hold half of a character."""

    def render(self, content: Any) -> bytes:
        """JSON in UTF-8, with a question mark where that has no bytes for something."""
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8", "replace"
        )


def respond(found: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """The HTTP answer that carries a problem; members that say nothing are left out."""
    return _Told(
        found.model_dump(exclude_none=True),
        status_code=found.status,
        headers=headers,
        media_type=MEDIA_TYPE,
    )


def shorten(value: object) -> str:
    """A value of the request, short enough to be repeated in an answer."""
    text = str(value)
    return text if len(text) <= GIVEN_LENGTH else f"{text[:GIVEN_LENGTH]}…"


GUARDED = (UNAUTHENTICATED, FORBIDDEN, TOO_MANY)
"""What any route behind the gate may answer with."""
WRITTEN = (INVALID_BODY, INVALID_QUERY, TOO_LARGE, KEY_REUSED)
"""What any route may answer with that takes a body and a key for it."""


def documented(*kinds: Kind) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these kinds, or fail as all may."""
    grouped: dict[int | str, dict[str, Any]] = {}
    for kind in (*kinds, STORE_UNREACHABLE, INTERNAL):
        empty = {"model": Problem, "description": "", "content": {MEDIA_TYPE: {"examples": {}}}}
        words = grouped.setdefault(kind.status, empty)
        words["description"] = " ".join(filter(None, [words["description"], f"{kind.title}."]))
        words["content"][MEDIA_TYPE]["examples"][kind.slug] = {"value": kind.example}
    return grouped
