"""`/accounts/{id}`: one account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from models.score import Band
from serving import format
from serving.addresses import ACCOUNT_ID
from serving.api.accounts import require
from serving.auth.gate import AccountsReader
from serving.console import charts
from serving.console.frame import Console
from serving.presentation import Presentation
from serving.store import AccountScore, HistoryPoint, ScoreRepository, Transition


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One reason with its bar."""

    sentence: str
    signal: str
    share: str
    leaving: bool
    bar: Markup


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account.

    Attributes:
        since: the day of the run that put it into its band.
        start: log-odds before any signal is looked at; empty where unknown.
        horizons: (days, chance of loss, bar) for each horizon.
        charts: health over time for a wide and a narrow page.
    """

    found: AccountScore
    name: str
    facts: tuple[tuple[str, str], ...]
    chance: str
    health: str
    since: str
    start: str
    reasons: tuple[ReasonRow, ...]
    horizons: tuple[tuple[int, str, Markup | None], ...]
    charts: tuple[Markup, Markup]
    changes: tuple[tuple[str, Band, Band], ...]


def router(console: Console) -> APIRouter:
    """The route."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get(f"/accounts/{ACCOUNT_ID}", response_model=None)
    def show_account(account_id: str, principal: AccountsReader) -> Response:
        found = require(console.scores, account_id, principal)
        view = account_view(found, console.scores, console.presentation)
        newest = console.scores.newest()
        return console.renderer.page("account.html", newest, view=view, principal=principal)

    return routes


def account_view(
    found: AccountScore, scores: ScoreRepository, presentation: Presentation
) -> AccountView:
    """One account as it is printed."""
    account_id = found.card.account_id
    past, changes = scores.history(account_id), scores.transitions(account_id)
    return AccountView(
        found=found,
        name=found.card.name or account_id,
        facts=_facts(found, presentation),
        chance=format.percent(found.risk),
        health=format.health(found.score.health_score),
        since=format.day(_since(found, past, changes)),
        start="" if found.score.base is None else format.share(found.score.base),
        reasons=_reasons(found, presentation),
        horizons=_horizons(found),
        charts=(charts.history(past, 750), charts.history(past, 358)),
        changes=tuple(
            (format.day(change.as_of), change.from_band, change.to_band)
            for change in reversed(changes)
        ),
    )


def _facts(found: AccountScore, presentation: Presentation) -> tuple[tuple[str, str], ...]:
    card = found.card
    facts = (
        ("Id", card.account_id),
        ("Tier", card.tier),
        ("Industry", card.industry),
        ("Region", card.region),
        ("ARR", format.money_in_full(card.arr, presentation.currency)),
        ("CSM", card.csm),
        ("Renews", format.day(card.renews_at)),
    )
    return tuple((name, value) for name, value in facts if value not in {"", format.UNKNOWN})


def _since(
    found: AccountScore, past: Sequence[HistoryPoint], changes: Sequence[Transition]
) -> date:
    if changes:
        return changes[-1].as_of
    return past[0].as_of if past else found.score.as_of


def _reasons(found: AccountScore, presentation: Presentation) -> tuple[ReasonRow, ...]:
    shares = [reason.contribution for reason in found.score.reasons]
    low, high = min([0.0, *shares]), max([0.0, *shares])
    return tuple(
        ReasonRow(
            sentence=presentation.words(reason),
            signal=reason.signal,
            share=format.share(reason.contribution),
            leaving=reason.contribution > 0,
            bar=charts.bar(reason.contribution, low, high),
        )
        for reason in found.score.reasons
    )


def _horizons(found: AccountScore) -> tuple[tuple[int, str, Markup | None], ...]:
    return tuple(
        (days, format.percent(p), None if p is None else charts.bar(p, 0, 1))
        for days, p in found.score.p_loss.items()
    )
