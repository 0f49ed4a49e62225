"""The frame around every page, and the rendering of templates and of parts of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy import Engine

from models.score import Band
from serving import format
from serving.auth.roles import Action, Principal
from serving.charts import marks
from serving.console import links, vendor
from serving.live import CloseUp
from serving.notices import notices
from serving.presentation import Presentation
from serving.problems import Problem
from serving.store import ModelVersionRepository, RunInfo, ScoreRepository
from serving.store.tier_chances import TierRepository
from serving.workshop import FirstRun, nothing_yet


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the main navigation.

    Attributes:
        key: what a template sets as `at` to mark the entry as the current one.
        action: what somebody has to be allowed to do to be shown it; None for everybody.
    """

    key: str
    label: str
    address: str
    action: Action | None


PLACES = (
    Place("portfolio", "Portfolio", "/", Action.READ_ACCOUNTS),
    Place("accounts", "Accounts", "/accounts", Action.READ_ACCOUNTS),
    Place("queue", "Work queue", "/queue", Action.READ_ACCOUNTS),
    Place("insights", "Insights", "/insights", Action.READ_INSIGHTS),
    Place("models", "Models", "/models", Action.READ_MODELS),
    Place("api", "API", "/docs", None),
)


def places(principal: Principal | None) -> tuple[Place, ...]:
    """The entries for somebody; all of them where nobody knows who asks."""
    return tuple(
        place
        for place in PLACES
        if principal is None or place.action is None or principal.may(place.action)
    )


class Renderer:
    """Renders templates with what every page shows around its own content.

    Args:
        presentation: the company and its currency.
        sign_in: where people log in with the company's account; empty where they cannot.
        first_run: tells how far an installation without scores has come.
    """

    def __init__(
        self,
        presentation: Presentation,
        sign_in: str = "",
        first_run: Callable[[], FirstRun] = nothing_yet,
    ) -> None:
        self._environment = _environment()
        self._environment.globals["company"] = presentation.company
        self._environment.globals["currency"] = presentation.currency
        self._environment.globals["sign_in"] = sign_in
        self._environment.globals["first_run"] = first_run

    def page(self, template: str, run: RunInfo | None, **context: Any) -> HTMLResponse:
        """A page within the frame of a run."""
        found = self._environment.get_template(template)
        return HTMLResponse(found.render(run=run, **context))

    def part(self, template: str, **context: Any) -> HTMLResponse:
        """A template that pages include, for a script that puts it into the page that is open."""
        return HTMLResponse(self._environment.get_template(template).render(**context))

    def fragment(
        self, template: str, block: str, run: RunInfo | None, **context: Any
    ) -> HTMLResponse:
        """One block of a page, likewise."""
        found = self._environment.get_template(template)
        inner = found.new_context({"run": run, **context})
        # Macros and imports are set by the top of the template, which runs until its first text.
        next(iter(found.root_render_func(inner)), None)
        return HTMLResponse("".join(found.blocks[block](inner)))

    def login(self, to: str, failed: bool) -> HTMLResponse:
        """The page to log in with; tells nothing of what is in the store."""
        return self.page("login.html", None, next=to, failed=failed)

    def problem(self, found: Problem) -> str:
        """A problem as a page; needs no store."""
        return self._environment.get_template("problem.html").render(run=None, problem=found)


@dataclass(frozen=True)
class Console:
    """What the pages are made of.

    Attributes:
        scores: the store's scores.
        presentation: the words, the company and its currency.
        renderer: makes pages of templates.
        versions: the models that scored.
        engine: the store itself, for what has no repository among these.
        close_up: what is known of one account beyond the store; None without a workspace.
        tiers: how likely the accounts of a tier are to leave.
    """

    scores: ScoreRepository
    presentation: Presentation
    renderer: Renderer
    versions: ModelVersionRepository
    engine: Engine
    close_up: CloseUp | None = None
    tiers: TierRepository = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tiers", TierRepository(self.engine))


def is_swap(request: Request) -> bool:
    """Whether a script asks for a part of the page that is open, not a browser for a page."""
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers


def swapped(answer: HTMLResponse) -> HTMLResponse:
    """An answer that depends on who asks, and for which part, so that no cache mixes them."""
    answer.headers["vary"] = "HX-Request, HX-Target"
    return answer


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("serving.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "mark": marks.mark,
        "letters": marks.LETTERS,
        "Band": Band,
        "places": places,
        "has_htmx": vendor.htmx_address() is not None,
        "account_link": links.account_link,
        "what_if_link": links.what_if_link,
        "notices": notices,
    }
    environment.filters |= {
        "day": format.day,
        "count": format.count,
        "percent": format.percent,
        "health": format.health,
        "both": both,
        "query": lambda asked: urlencode({k: v for k, v in asked.items() if v}),
        "isoday": lambda written: format.day(date.fromisoformat(written)),
    }
    return environment


def both(charts: tuple[Markup, Markup]) -> Markup:
    """A chart drawn for a wide and a narrow page; the style sheet shows one."""
    return Markup('<div class="wide">{}</div><div class="narrow">{}</div>').format(*charts)
