"""Answers kept as they were sent, for as long as nothing is published.

The tag of an answer (see `conditional`) stands for everything that it is made of, so whoever may
have the answer of a tag may have the bytes that were sent with it before, packed as they were.
Whose accounts are seen is part of the tag, and a route's rule is applied before its tag is made.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from fastapi import Request, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 32 * 2**20
"""Bytes of all answers that a process keeps."""
LARGEST = 2**18
"""Bytes of one; larger ones are asked for too seldom."""
BESIDE = 1_500
"""Bytes that an answer takes beside its body: headers, tag, and its place among the others."""
SLOT = "forewarn.answer"
KEPT_HEADERS = frozenset({"content-type", "content-encoding", "vary", "etag", "cache-control"})

Key = tuple[str, bool]
"""The tag, and whether whoever asks can unpack."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer with status 200."""

    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def weight(self) -> int:
        """Bytes that keeping it takes: small answers are less than what goes with them."""
        return len(self.body) + BESIDE


class Answers:
    """The answers kept; those go first that were not asked for longest.

    Args:
        most: bytes of all of them.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most, self._bytes, self._lock = most, 0, Lock()
        self._kept: OrderedDict[Key, Kept] = OrderedDict()

    def of(self, key: Key) -> Kept | None:
        """What was sent before; None where it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Key, answer: Kept) -> None:
        """Keep an answer."""
        with self._lock:
            before = self._kept.pop(key, None)
            self._bytes += answer.weight - (before.weight if before else 0)
            self._kept[key] = answer
            while self._bytes > self._most:
                self._bytes -= self._kept.popitem(last=False)[1].weight


@dataclass(slots=True)
class Slot:
    """Says of a request under way under which key its answer may be kept.

    Attributes:
        answers: where.
        packs: whether whoever asks can unpack.
        tag: empty where it may not be kept.
    """

    answers: Answers
    packs: bool
    tag: str = ""

    def keep(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Keep the answer where it may be.

        Args:
            status: of the answer.
            headers: as they are sent.
            body: likewise, whole.
        """
        if not self.tag or status != 200 or len(body) > LARGEST:
            return
        chosen = {name: value for name, value in headers.items() if name in KEPT_HEADERS}
        if "content-encoding" not in chosen:
            chosen.pop("vary", None)  # is added again, as to every answer that is not packed
        self.answers.keep((self.tag, self.packs), Kept(tuple(chosen.items()), body))


def recall(request: Request, tag: str) -> Response | None:
    """The answer of a tag as it was sent before, where that is kept; else have it kept."""
    slot: Slot | None = request.scope.get(SLOT)
    if slot is None:
        return None
    found = slot.answers.of((tag, slot.packs))
    if found is not None:
        return Response(found.body, headers=dict(found.headers))
    slot.tag = tag
    return None


def can_unpack(headers: Mapping[str, str]) -> bool:
    """Whether whoever asks can."""
    return "gzip" in headers.get("accept-encoding", "")


class KeepAnswers:
    """Keeps the answers whose routes gave them a tag; stands outside of what packs them.

    Args:
        app: what serves the requests.
        answers: where they are kept.
    """

    def __init__(self, app: ASGIApp, answers: Answers) -> None:
        self._app, self._answers = app, answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        slot = scope[SLOT] = Slot(self._answers, can_unpack(Headers(scope=scope)))
        started: list[Message] = []
        body = bytearray()

        async def kept(message: Message) -> None:
            if slot.tag:
                _note(slot, started, body, message)
            await send(message)

        await self._app(scope, receive, kept)


def _note(slot: Slot, started: list[Message], body: bytearray, message: Message) -> None:
    """Take down one message of an answer; the last one has the answer kept."""
    if message["type"] == "http.response.start":
        started.append(message)
        return
    body += message.get("body", b"")
    if started and not message.get("more_body", False):
        slot.keep(started[0]["status"], Headers(raw=started[0]["headers"]), bytes(body))
