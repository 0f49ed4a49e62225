"""How requests are read from the wire: by a compiled parser where there is one, within bounds."""

from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_HEAD = 64 * 2**10
"""Bytes of a request before its body; uvicorn's parser in Python has the same bound."""

try:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
except ModuleNotFoundError:  # a platform that httptools is not built for
    Protocol: type[Any] = H11Protocol
else:

    class Bounded(HttpToolsProtocol):
        """Closes connections whose requests have too long a head.

        httptools takes a fifth of the processor time of the parser in Python, and knows no bound
        for headers: somebody could send them until the memory is full.
        """

        head = 0
        in_head = True

        def data_received(self, data: bytes) -> None:
            """Read what came."""
            if self.in_head:
                self.head += len(data)
            super().data_received(data)
            # What came with the last bytes of a head may be a body, so only an unfinished one is.
            if self.in_head and self.head > MOST_HEAD and not self.transport.is_closing():
                self.send_400_response(f"The head of a request may have {MOST_HEAD} bytes.")

        def on_message_begin(self) -> None:
            """A request begins."""
            self.in_head = True
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            """Its head has ended."""
            self.head, self.in_head = 0, False
            super().on_headers_complete()

        def on_message_complete(self) -> None:
            """Its body has; what comes now is the head of another one."""
            super().on_message_complete()
            self.in_head = True

    Protocol = Bounded
