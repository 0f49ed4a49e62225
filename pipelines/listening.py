"""The socket that the service listens on, and the server or servers behind it."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from threading import Thread
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from pipelines.errors import InputError
from pipelines.requests_read import Protocol
from serving.settings import Settings

LARGEST_PORT = 65535
SECONDS_TO_FINISH = 10
SECONDS_IDLE = 65
"""For which a connection is kept: longer than proxies keep theirs, which else meet closed ones."""
SECONDS_TO_ANSWER = 60
"""After which a process that says nothing is ended and another one takes its place."""


def url_of(listener: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listener.getsockname()[:2]
    name = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, host)
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"


def listen(settings: Settings) -> socket.socket:
    """A socket bound before anything else is done, so that a taken port is told at once."""
    if not 0 <= settings.port <= LARGEST_PORT:
        raise InputError(f"--port {settings.port}: allowed is a number from 0 to {LARGEST_PORT}.")
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise InputError(
            f"cannot listen on {settings.host}, port {settings.port}: {error.strerror or error}. "
            "Choose another with --host or --port; port 0 takes a free one."
        ) from error
    # asyncio asks for it only where a socket names its protocol, and answers in two pieces would
    # each wait some 40 ms for the browser's acknowledgement; accepted sockets inherit it.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def server_of(app: Any) -> uvicorn.Server:
    """The server of one process."""
    return uvicorn.Server(_config(app))


def run_together(make: Callable[[], Any], listener: socket.socket, workers: int) -> None:
    """Serve with several processes until interrupted; one that ends is replaced.

    Args:
        make: makes the application; it is sent to each process, and called there.
        listener: what all of them accept from.
        workers: how many.
    """
    config = _config(make, factory=True, workers=workers)
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        Multiprocess(config, [listener]).run()
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def end_with_starter() -> None:
    """End this process, as SIGTERM does, once the one that started it is gone, even if killed.

    Otherwise it would go on to hold the port, and nobody would replace it or tell it to end.
    """
    starter = parent_process()
    if starter is None:
        return

    def follow() -> None:
        starter.join()
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=follow, name="follows its starter", daemon=True).start()


def _config(app: Any, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=Protocol,
        server_header=False,
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=SECONDS_IDLE,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
        timeout_worker_healthcheck=SECONDS_TO_ANSWER,
        **more,
    )


@contextmanager
def until_interrupted(server: uvicorn.Server) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the server, and are no error.

    Uvicorn raises a caught signal again once it has shut down, to whoever handled it before.
    """

    def stop(number: int, frame: object) -> None:  # noqa: ARG001
        server.should_exit = True

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
