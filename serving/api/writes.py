"""What every write has in common: a key that makes it repeatable, and the version it changes."""

from typing import Annotated, Any

from fastapi import Header, Request
from pydantic import BaseModel

from serving import problems
from serving.auth.roles import Principal
from serving.problems import ProblemError, shorten
from serving.store.idempotency import Request as Asked
from serving.store.idempotency import digest_of

KEY_LENGTH = 200

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=KEY_LENGTH,
        pattern=r"^[!-~]+$",
        description="Names this request. Sent again within 24 hours, it has no further effect and"
        " gives the same answer; with another request it is refused.",
        examples=["5f0c7a52-3b1e-4f62-9a53-1c0f6a1d7e11"],
    ),
]
IfMatch = Annotated[
    str | None,
    Header(
        max_length=KEY_LENGTH,
        description="The ETag of what is changed, so that nobody's change is lost; `*` for any.",
        examples=['"3"'],
    ),
]


def recognised(
    request: Request, principal: Principal, key: str | None, body: BaseModel
) -> Asked | None:
    """A write as the store recognises it; None where it came without a key."""
    if key is None:
        return None
    operation = f"{request.method} {request.url.path}"
    digest = digest_of(body.model_dump(mode="json", exclude_unset=True))
    return Asked(key, principal.name, operation, digest)


def tag_of(version: int) -> str:
    """The ETag of a version of what people edit."""
    return f'"{version}"'


def version_of(if_match: str | None) -> int | None:
    """The version that a change is made to; None for whichever there is.

    Raises:
        ProblemError: it is not said, or is none that was ever given out.
    """
    if if_match is None:
        raise ProblemError(
            problems.VERSION_MISSING,
            "A change needs the If-Match header.",
            allowed="the ETag of the answer that you change, or *",
            next="GET it, and send its ETag as If-Match.",
        )
    given = if_match.strip()
    if given == "*":
        return None
    number = given.removeprefix('"').removesuffix('"')
    if given == tag_of(int(number)) if number.isascii() and number.isdigit() else False:
        return int(number)
    raise changed(f"{shorten(given)} is no ETag of this resource.", given)


def changed(detail: str, given: str | None = None) -> ProblemError:
    """The problem of a change to something that is another by now."""
    more: dict[str, Any] = {"given": shorten(given)} if given else {}
    return ProblemError(
        problems.VERSION_CHANGED, detail, next="GET it again, and decide anew.", **more
    )
