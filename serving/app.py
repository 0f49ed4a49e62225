"""The application: API, console and their protection, composed from a store."""

from collections.abc import Callable, Collection
from importlib import metadata
from typing import TYPE_CHECKING

from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from serving import errors
from serving.api import routes
from serving.api.kept_answers import Answers, KeepAnswers
from serving.at_hand import AtHand
from serving.auth.gate import Gate
from serving.auth.providers import START
from serving.bodies import BodyLimit
from serving.console import login, pages, rooms, vendor
from serving.console.frame import Console, Renderer
from serving.console.portfolio.page import FirstPage
from serving.document import DescribedApp
from serving.observing import metrics
from serving.observing.counts import Counts
from serving.observing.log import RequestLog
from serving.packed import PACKING, WORTH_PACKING
from serving.presentation import Presentation, Words
from serving.security import SecurityMiddleware
from serving.settings import LOOPBACK
from serving.store import AccessRepository, ModelVersionRepository, ScoreRepository
from serving.store.people import PeopleRepository
from serving.straight import Straight

if TYPE_CHECKING:
    from serving.auth.oidc import SignIn

App = FastAPI
"""What `create_app` builds, under a name that other packages may use."""

DESCRIPTION = (
    "How likely each account is to leave, by when and why. A health score is 0 to 100, and 100"
    " is healthy; a chance of loss (`p_loss`) is 0 to 1, and lower is better. Dates are calendar"
    " days, end of day UTC; instants are UTC. Errors are problems as RFC 9457 describes them."
)
TAGS = [
    {"name": "accounts", "description": "Scores of accounts, newest and past, with reasons."},
    {"name": "views", "description": "Questions to the list that people keep under a name."},
    {"name": "jobs", "description": "Work that takes longer than a request."},
    {"name": "scores", "description": "Rows of signals, scored when they are sent in."},
    {"name": "models", "description": "The model that makes the scores."},
    {"name": "insights", "description": "What the whole base tells; association, not cause."},
    {"name": "health", "description": "Whether the service is alive and of use."},
]


def create_app(
    engine: Engine,
    words: Words,
    *,
    company: str = "",
    currency: str = "",
    notice_days: int = 0,
    hosts: Collection[str] | None = LOOPBACK,
    access: AccessRepository | None = None,
    sign_in: "SignIn | None" = None,
    at_hand: AtHand | None = None,
) -> FastAPI:
    """Build the application over an open store.

    Args:
        engine: a store opened by `serving.store.open_store`.
        words: gives the sentence of a reason.
        company: shown on the pages; may be empty.
        currency: ISO 4217 code of the amounts in the store; may be empty.
        notice_days: before a renewal, by which notice has to be given; 0 where not known.
        hosts: host names a request may come under; None for any. Loopback names unless
            said otherwise, so that no foreign web page can read the answers.
        access: who may ask, by key; None where only this machine can, and nobody logs in.
        sign_in: logs people in with the company's accounts; needs `access`.
        at_hand: what there is of a workspace beside the store; nothing unless given.
    """
    vendor.warn_if_missing()
    scores, versions = ScoreRepository(engine), ModelVersionRepository(engine)
    presentation = Presentation(words, company, currency, notice_days)
    at_hand = at_hand or AtHand()
    renderer = Renderer(presentation, START if sign_in else "", at_hand.workshop.first_run)
    app = _described()
    app.state.gate = Gate(access).part(at_hand.together.workers)
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityMiddleware, hosts=hosts)
    errors.install(app, renderer.problem)
    app.state.live = at_hand.live
    for noun in routes.routers(routes.Asked(engine, scores, versions, presentation, at_hand)):
        app.include_router(noun)
    console = Console(scores, presentation, renderer, versions, engine, at_hand.close_up)
    app.state.prepare = _add_console(app, console, at_hand)
    _add_logins(app, console, access, sign_in)
    _add_outermost(app, hosts, _measured(app, scores, at_hand))
    app.mount("/static", StaticFiles(packages=[("serving.console", "static")]), name="static")
    return app


def _described() -> FastAPI:
    """An application without routes, with what its description begins with."""
    return DescribedApp(
        title="Forewarn",
        version=_version(),
        description=DESCRIPTION,
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )


def _measured(app: FastAPI, scores: ScoreRepository, at_hand: AtHand) -> Counts:
    """Have requests counted and told of in figures; gives what counts them."""
    champion = at_hand.live.champion if at_hand.live else None
    measured = metrics.install(app, scores, champion, at_hand.together.figures)
    app.state.tell = measured.tell
    return measured.counts


def _add_outermost(app: FastAPI, hosts: Collection[str] | None, counts: Counts) -> None:
    """Add what stands around all else, from within to without."""
    answers = Answers()
    app.add_middleware(GZipMiddleware, minimum_size=WORTH_PACKING, compresslevel=PACKING)
    app.add_middleware(KeepAnswers, answers=answers)
    app.add_middleware(RequestLog)
    app.add_middleware(Straight, hosts=hosts, answers=answers, counts=counts)


def _add_console(app: FastAPI, console: Console, at_hand: AtHand) -> Callable[[], None]:
    """Add the pages; gives what draws the first of them before anybody asks for it."""
    beyond = rooms.Rooms(console, console.engine, at_hand.workshop, at_hand.figures, at_hand.runner)
    first = FirstPage(console)
    for page in (*pages.routers(console, first, app.openapi), *rooms.routers(beyond)):
        app.include_router(page)
    return first.prepare


def _add_logins(
    app: FastAPI, console: Console, access: AccessRepository | None, sign_in: "SignIn | None"
) -> None:
    """Add how people log in, where they have to."""
    if access is not None:
        app.include_router(login.router(access, console.renderer.login))
    if sign_in is not None:
        from serving.console.sign_in import router  # libraries that come with an extra

        app.include_router(router(sign_in, PeopleRepository(console.engine), console.renderer))


def _version() -> str:
    try:
        return metadata.version("forewarn")
    except metadata.PackageNotFoundError:
        return "0"
