"""`/queue`: the accounts to look at now, a list with the detail of one beside it."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from models.score import Band
from serving.auth.gate import AccountsReader
from serving.auth.roles import Principal
from serving.console.frame import Console, is_swap, swapped
from serving.console.portfolio.calls import Call, calls
from serving.console.queue_items import Item, Kind, items_of
from serving.store import AccountScore, Between, Question, RunInfo, Sort

DAYS = 7
"""A change of band is news for so many days."""
SILENT_DAYS = 30
"""Days since the customer last spoke from which on silence is worth a call."""
MOST = 50
"""Of each kind; whoever is not among them has less to lose."""
URGENT = (Band.RED, Band.YELLOW)
Chosen = Annotated[str, Query(max_length=300, description="The account whose detail is shown.")]


def router(console: Console) -> APIRouter:
    """The route."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/queue", response_model=None)
    def show_queue(
        request: Request,
        principal: AccountsReader,
        show: Annotated[Kind | None, Query()] = None,
        account: Chosen = "",
    ) -> Response:
        run = console.scores.newest()
        if run is None:
            return console.renderer.page("empty.html", None, principal=principal)
        everything = items_of(_waiting(console, run, principal), run, console.presentation)
        items = [item for item in everything if show is None or item.kind is show]
        named = [item for item in everything if item.account_id == account]
        chosen = next(iter([*named, *items]), None)
        context = {
            "items": items,
            "counts": {kind: sum(item.kind is kind for item in everything) for kind in Kind},
            "total": len(everything),
            "show": show,
            "chosen": chosen,
            "asked": bool(named),
            "call": _call(console, chosen),
            "silent_days": SILENT_DAYS,
            "principal": principal,
        }
        if is_swap(request):
            return swapped(console.renderer.fragment("queue.html", "detail", run, **context))
        return swapped(console.renderer.page("queue.html", run, **context))

    return routes


def _call(console: Console, chosen: Item | None) -> Call | None:
    """What to say to the chosen account, and whom to call there."""
    if chosen is None:
        return None
    return calls([chosen.found], console.close_up, console.presentation)[0]


def _waiting(
    console: Console, run: RunInfo, principal: Principal
) -> list[tuple[Kind, AccountScore]]:
    """What the store knows to be waiting; an account counts once, for the first of its kinds."""
    week = run.as_of - timedelta(days=DAYS - 1)
    turned = Question(bands=URGENT, changed_since=week)
    silent = Question(bands=URGENT, signals=(Between("last_spoke", least=SILENT_DAYS),))
    found: dict[str, tuple[Kind, AccountScore]] = {}
    for kind, question in ((Kind.TURNED, turned), (Kind.SILENT, silent)):
        page = console.scores.latest(
            question, sort=Sort.EXPECTED_LOSS, limit=MOST, owner=principal.owner
        )
        for account in page.items:
            found.setdefault(account.card.account_id, (kind, account))
    return list(found.values())
