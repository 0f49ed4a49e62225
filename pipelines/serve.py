"""Composing the service: the store, the words of this company, and a server for them."""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import replace
from typing import Any

import uvicorn
from sqlalchemy import Engine, create_engine

from pipelines.config import Config, read_config
from pipelines.errors import InputError
from pipelines.jobs import ProcessRunner
from pipelines.live import at_hand
from pipelines.words import words_of
from pipelines.workshop import workshop_of
from pipelines.workspace import Workspace
from serving.api.live import Live
from serving.app import App, create_app
from serving.at_hand import AtHand
from serving.auth.providers import sign_in_with
from serving.live.champion import Watch
from serving.observing import log
from serving.settings import Settings, SettingsError, read_settings
from serving.store import AccessRepository, JobRepository, open_store

Progress = Callable[[str], None]
FIGURES = "insights.json"
BEGINNING = "the start of the service"
"""Who asked for the jobs that a service begins with."""
LARGEST_PORT = 65535
SECONDS_TO_FINISH = 10


def serve(
    workspace: Workspace, host: str, port: int, say: Progress, ask_for: Sequence[str] = ()
) -> None:
    """Serve the API and the console until interrupted.

    The store is that of FOREWARN_STORE, else the workspace's own; the company's name and
    currency come from the configuration the workspace was last used with.

    Args:
        workspace: whose scores are served.
        host: address to listen on; only a loopback one refuses foreign host names.
        port: 0 to 65535; 0 takes a free one.
        say: told the address once it is listened on.
        ask_for: kinds of jobs to begin with, done while the service answers.

    Raises:
        InputError: the address cannot be listened on, or nobody could log in.
        SettingsError: the environment holds a setting that cannot be used.
        StoreAddressError: the store cannot be opened.
    """
    settings = replace(read_settings(), host=host, port=port)
    with closing(_listen(settings)) as listener:
        engine = open_store(workspace.store_address)
        try:
            _require_keys(engine, settings)
            if settings.needs_login or settings.json_log:
                log.configure()
            runner = ProcessRunner(workspace, engine)
            for job_id in runner.clear():
                say(f"job {job_id} is marked as failed: its process is gone")
            for kind in ask_for:
                runner.start(JobRepository(engine).create(kind, BEGINNING).job_id)
            app = compose(engine, workspace, settings, say)
            server = _server(app)
            with _until_interrupted(server), _watching(app):
                say(f"serving at {url_of(listener)} (Ctrl-C ends it)")
                asyncio.run(server.serve(sockets=[listener]))
        finally:
            engine.dispose()
    say("stopped")


def compose(engine: Engine, workspace: Workspace, settings: Settings, say: Progress) -> App:
    """The application over an open store, in the words of the workspace's company."""
    config = _last_config(workspace, say)
    words = words_of(engine)
    close_up, live = at_hand(engine, workspace, config, words) if config else (None, None)
    app = create_app(
        engine,
        words,
        company=config.company.name if config else "",
        currency=config.company.currency if config else "",
        notice_days=config.company.notice_days if config else 0,
        hosts=settings.hosts,
        access=AccessRepository(engine, settings.csm_sees_all) if settings.needs_login else None,
        sign_in=sign_in_with(settings.oidc) if settings.oidc else None,
        at_hand=AtHand(
            close_up=close_up,
            live=live,
            figures=workspace.insights / FIGURES,
            runner=ProcessRunner(workspace, engine),
            workshop=workshop_of(workspace, settings),
        ),
    )
    if settings.traces:
        _trace(app)
    return app


def _trace(app: App) -> None:
    """Send traces of requests where the standard variables say.

    Raises:
        SettingsError: the libraries for it are not installed.
    """
    try:
        from serving.observing import traces
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"OTEL_EXPORTER_OTLP_ENDPOINT is set, and {error.name} is not installed: install "
            "forewarn[telemetry], or leave it out."
        ) from error
    traces.install(app)


def api_document() -> dict[str, Any]:
    """The OpenAPI description of the service; needs no workspace and no store."""
    return create_app(create_engine("sqlite://"), str).openapi()


def _watching(app: App) -> AbstractContextManager[object]:
    """Keeps the model that serves up to date, where there is one to keep."""
    live: Live | None = app.state.live
    return Watch(live.champion, also=(live.prepare, app.state.prepare)) if live else nullcontext()


def _require_keys(engine: Engine, settings: Settings) -> None:
    """Refuse to serve where others can ask, and nobody could log in.

    Raises:
        InputError: no key holds.
    """
    if settings.needs_login and not settings.oidc and not AccessRepository(engine).any_holds():
        raise InputError(
            f"--host {settings.host}: others than this machine could ask, so everybody has to show "
            "a key, and there is none: make one with `forewarn keys create --name NAME --role "
            "leader`, or stay on 127.0.0.1."
        )


def url_of(listener: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listener.getsockname()[:2]
    name = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, host)
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"


def _listen(settings: Settings) -> socket.socket:
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


def _server(app: App) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            server_header=False,
            log_config=None,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=SECONDS_TO_FINISH,
        )
    )


@contextmanager
def _until_interrupted(server: uvicorn.Server) -> Iterator[None]:
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


def _last_config(workspace: Workspace, say: Progress) -> Config | None:
    """The configuration last used, where it is still there; it only gives names to show."""
    used = workspace.used
    if used is None:
        return None
    try:
        return read_config(used)
    except InputError as error:
        say(f"the company's name and currency are not shown: {error}")
        return None
