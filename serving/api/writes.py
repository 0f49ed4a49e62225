"""What every write has in common: a key that makes it repeatable, and the version it changes."""

import re
from typing import Annotated, Any

from fastapi import Header, Request
from pydantic import BaseModel

from serving import problems
from serving.auth.roles import Principal
from serving.problems import ProblemError, shorten
from serving.store.idempotency import Request as Asked
from serving.store.idempotency import digest_of

KEY_LENGTH = 200
TAG = r'(?:W/)?"[!#-~\x80-\xff]*"'
TAGS = re.compile(rf"{TAG}(?:[ \t]*,[ \t]*(?:{TAG})?)*")
"""A list of ETags; it may hold empty places (RFC 9110, 5.6.1 and 8.8.3)."""
OURS = re.compile(r'(?:^|[ \t,])"([1-9][0-9]{0,17})"')
"""Tags that `tag_of` may have made."""

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
        description="The ETag of what is changed, so that nobody's change is lost; several, of"
        " which one has to hold; or `*` for any.",
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


def version_of(if_match: str | None, now: int | None = None) -> int | None:
    """The version that a change is made to; None for whichever there is.

    Args:
        if_match: tags, of which one is to be that of the version there is (RFC 9110, 13.1.1);
            they are compared strongly, so that a weak one is none.
        now: the version there is; None where it is not known. Of several tags without its own,
            the last version is meant.

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
    numbers = [int(number) for number in OURS.findall(given)] if TAGS.fullmatch(given) else []
    if not numbers:
        raise changed(f"{shorten(given)} is no ETag of this resource.", given)
    return now if now in numbers else max(numbers)


def changed(detail: str, given: str | None = None) -> ProblemError:
    """The problem of a change to something that is another by now."""
    more: dict[str, Any] = {"given": shorten(given)} if given else {}
    return ProblemError(
        problems.VERSION_CHANGED, detail, next="GET it again, and decide anew.", **more
    )
