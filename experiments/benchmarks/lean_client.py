"""A client for HTTP that takes little of the processor that it shares with the service.

Connections are kept and answers read to their end by the parser that servers use (httptools); an
answer that was packed is not unpacked, which browsers do on machines of their own.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

import httptools


class Unanswered(ConnectionError):
    """The connection ended before the answer did."""


class Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is no subclass

    def data_received(self, data: bytes) -> None:
        """A piece of an answer came."""
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """The answer is whole."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(self._parser.get_status_code())

    def connection_lost(self, error: Exception | None) -> None:
        """It is closed, by whomever."""
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Unanswered(str(error or "closed")))

    @property
    def open(self) -> bool:
        """Whether it can be used again."""
        return self._transport is not None and self._parser.should_keep_alive()

    def ask(self, request: bytes) -> "asyncio.Future[int]":
        """Send a request; gives its answer's status once the answer was read to the end."""
        if self._transport is None:
            raise Unanswered("closed")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def close(self) -> None:
        """Close it."""
        if self._transport is not None:
            self._transport.close()


@dataclass
class LeanClient:
    """A browser or a program: as many connections as it has requests under way, each kept.

    Attributes:
        patience: seconds it waits for an answer.
    """

    patience: float
    _resting: list[Connection] = field(default_factory=list)

    async def status(self, method: str, address: str, body: bytes | None = None) -> int:
        """The status of an answer that was read to its end.

        Raises:
            OSError: no connection, or one that ended too early.
            TimeoutError: no answer within the patience.
        """
        where = urlsplit(address)
        connection = await self._connection(where.hostname or "", where.port or 80)
        path = f"{where.path}?{where.query}" if where.query else where.path
        try:
            async with asyncio.timeout(self.patience):
                found = await connection.ask(_request(method, where.netloc, path, body))
        except BaseException:
            connection.close()
            raise
        self._resting.append(connection)
        return found

    async def _connection(self, host: str, port: int) -> Connection:
        while self._resting:
            kept = self._resting.pop()
            if kept.open:
                return kept
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(Connection, host, port)
        return made

    def close(self) -> None:
        """Close all connections."""
        for each in self._resting:
            each.close()


def _request(method: str, host: str, path: str, body: bytes | None) -> bytes:
    told = f"{method} {path} HTTP/1.1\r\nhost: {host}\r\naccept: */*\r\naccept-encoding: gzip\r\n"
    if body is not None:
        told += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return f"{told}\r\n".encode() + (body or b"")


@asynccontextmanager
async def opened(clients: int, patience: float) -> AsyncIterator[list[LeanClient]]:
    """Clients, each with connections of its own."""
    made = [LeanClient(patience) for _ in range(clients)]
    try:
        yield made
    finally:
        for each in made:
            each.close()
