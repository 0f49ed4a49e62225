"""Composing the service: the store, the words of this company, and a server for them."""

import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, closing, nullcontext
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, create_engine
from uvicorn.config import STARTUP_FAILURE

from pipelines.config import Config, read_config
from pipelines.errors import InputError
from pipelines.jobs import ProcessRunner
from pipelines.listening import (
    end_with_starter,
    listen,
    run_together,
    server_of,
    until_interrupted,
    url_of,
)
from pipelines.live import at_hand
from pipelines.pace import even, few_threads, settled
from pipelines.words import words_of
from pipelines.workshop import workshop_of
from pipelines.workspace import Workspace
from serving.api.live import Live
from serving.app import App, create_app
from serving.at_hand import AtHand
from serving.auth.providers import sign_in_with
from serving.live.champion import Watch
from serving.observing import log
from serving.settings import Settings, SettingsError, hand_down, read_settings
from serving.store import AccessRepository, JobRepository, open_store
from serving.together import Together

__all__ = ["Worker", "api_document", "compose", "serve", "url_of"]

LOG = logging.getLogger(__name__)

Progress = Callable[[str], None]
FIGURES = "insights.json"
BEGINNING = "the start of the service"
"""Who asked for the jobs that a service begins with."""


def serve(
    workspace: Workspace,
    host: str,
    port: int,
    say: Progress,
    workers: int = 1,
    ask_for: Sequence[str] = (),
) -> None:
    """Serve the API and the console until interrupted.

    The store is that of FOREWARN_STORE, else the workspace's own; the company's name and
    currency come from the configuration the workspace was last used with.

    Args:
        workspace: whose scores are served.
        host: address to listen on; only a loopback one refuses foreign host names.
        port: 0 to 65535; 0 takes a free one.
        say: told the address once it is listened on.
        workers: processes that share the work; each holds its own model and its own columns.
        ask_for: kinds of jobs to begin with, done while the service answers.

    Raises:
        InputError: the address cannot be listened on, or nobody could log in.
        SettingsError: the environment holds a setting that cannot be used.
        StoreAddressError: the store cannot be opened.
    """
    settings = replace(read_settings(), host=host, port=port)
    with closing(listen(settings)) as listener:
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
            if workers == 1:
                _serve_alone(compose(engine, workspace, settings, say), listener, say)
        finally:
            engine.dispose()
        if workers > 1:
            _serve_together(workspace, settings, listener, workers, say)
    say("stopped")


def _serve_alone(app: App, listener: socket.socket, say: Progress) -> None:
    server = server_of(app)
    with until_interrupted(server), _watching(app):
        say(f"serving at {url_of(listener)} (Ctrl-C ends it)")
        server.run(sockets=[listener])


def _serve_together(
    workspace: Workspace, settings: Settings, listener: socket.socket, workers: int, say: Progress
) -> None:
    with TemporaryDirectory(prefix="forewarn-figures-") as folder:
        hand_down(Path(folder))
        together = Together(workers=workers, figures=Path(folder))
        say(f"serving at {url_of(listener)} with {workers} processes (Ctrl-C ends it)")
        make = Worker(workspace.root, settings.host, settings.port, together)
        run_together(make, listener, workers)


@dataclass(frozen=True)
class Worker:
    """Makes the application of one of several processes; it is sent there, so it is plain values.

    Attributes:
        root: of the workspace.
        host: as the settings of the process that started it had it.
        port: likewise.
        together: what all of them share.
    """

    root: Path
    host: str
    port: int
    together: Together

    def __call__(self) -> App:
        """The application, which watches what serves from its first request to its last."""
        end_with_starter()
        try:
            return self._made()
        except Exception as error:  # another process would fail alike: none is started again
            LOG.error("a process cannot serve: %s: %s", type(error).__name__, error)
            sys.exit(STARTUP_FAILURE)

    def _made(self) -> App:
        settings = replace(read_settings(), host=self.host, port=self.port)
        if settings.needs_login or settings.json_log:
            log.configure()
        workspace = Workspace(self.root)
        engine = open_store(workspace.store_address)
        app = compose(engine, workspace, settings, lambda _: None, self.together)

        @asynccontextmanager
        async def living(_: App) -> AsyncIterator[None]:
            async with few_threads(app):
                with _watching(app):
                    yield
            engine.dispose()

        app.router.lifespan_context = living
        return app


def compose(
    engine: Engine,
    workspace: Workspace,
    settings: Settings,
    say: Progress,
    together: Together | None = None,
) -> App:
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
            together=together or Together(),
        ),
    )
    app.router.lifespan_context = few_threads
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
    even()
    if live is None:
        return nullcontext()
    return Watch(
        live.champion, also=(app.state.tell, live.prepare, app.state.prepare, cache(settled))
    )


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
