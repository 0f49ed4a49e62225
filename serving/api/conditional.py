"""Answers that hold until something is published: asked for again, they need no body.

A tag stands for everything such an answer is made of: what was published last and which model's
words are known, the address asked for, whose accounts the asker sees, and this service, whose
settings do not change while it runs. Finding it out takes one small query, so 304 is much
cheaper than 200.
"""

import hashlib
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response

from serving.api.answering import TAG
from serving.api.kept_answers import recall
from serving.api.quick import LONGEST_TAGS, TAGGER
from serving.auth.gate import Rule
from serving.auth.roles import Principal

NOT_KEPT = "no-store"
"""Browsers keep nothing that tells of customers; programs keep the tag themselves."""
UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "Nothing has changed since the answer with this tag."}
}
"""Documents a route that may say so."""


IfNoneMatch = Annotated[
    str | None,
    Header(max_length=LONGEST_TAGS, description="The ETag of an answer you have: 304 if it holds."),
]


class NotModified(Exception):
    """Raised where whoever asks has the answer already; carries its tag."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


def until_published(published: Callable[[], str], rule: Rule, newest: bool = False) -> Any:
    """A dependency that tags an answer, and ends the request where the asker has it.

    It also ends where the same answer was sent before and is kept (see `kept_answers`). The store
    is asked by the thread that works the answer out: its route has to be one that is `answered`.

    Args:
        published: names the service, the state of everything published, and of the words for it.
        rule: the rule of the same route, which says who asks.
        newest: whether only the answer without parameters hangs on nothing else.
    """

    def tagged(request: Request, principal: Principal, if_none_match: str | None) -> None:
        if newest and request.url.query:
            return

        def tag() -> dict[str, str] | Response:
            made = _tag(published(), str(request.url), principal)
            if matches(if_none_match or "", made):
                return not_modified(made)
            return recall(request, made) or {"etag": made, "cache-control": NOT_KEPT}

        request.scope[TAG] = tag

    async def check(
        request: Request,
        principal: Annotated[Principal, Depends(rule)],
        if_none_match: IfNoneMatch = None,
    ) -> None:
        tagged(request, principal, if_none_match)

    setattr(check, TAGGER, tagged)
    return Depends(check)


def _tag(published: str, address: str, principal: Principal) -> str:
    sees = "all" if principal.owner is None else f"of {principal.owner}"
    digest = hashlib.sha256("\n".join((published, address, sees)).encode()).hexdigest()[:32]
    return f'W/"{digest}"'


def matches(given: str, tag: str) -> bool:
    """Whether a list of tags holds one, compared weakly (RFC 9110, section 8.8.3.2).

    `*` asks for nothing that somebody could have: whether there is an answer at all is not known
    yet, and the question may be one that is refused. It holds no tag, so that it is answered.
    """
    return tag.removeprefix("W/") in [each.strip().removeprefix("W/") for each in given.split(",")]


def not_modified(tag: str) -> Response:
    """The answer without a body."""
    return Response(status_code=304, headers={"etag": tag, "cache-control": NOT_KEPT})
