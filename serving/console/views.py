"""What the pages show, made ready to print: every value is text, number or SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from models.score import Band
from serving import format
from serving.api.accounts import AccountQuery
from serving.console import charts, links
from serving.presentation import Presentation, leading_reason
from serving.store import AccountScore, HistoryPoint, Page, ScoreRepository, Sort, Transition


@dataclass(frozen=True, slots=True)
class Row:
    """One account in the list."""

    band: Band
    name: str
    link: str
    chance: str
    health: str
    arr: str
    tier: str
    csm: str
    reason: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter by band: a link that switches it on or off."""

    band: Band
    count: str
    link: str
    on: bool


@dataclass(frozen=True, slots=True)
class ListView:
    """The list of accounts.

    Attributes:
        sorts: the address of the same list in each order.
        shown: `1 to 50 of 1,914`.
        lead_days: the minimum lead time that chance and health were given with.
    """

    rows: tuple[Row, ...]
    chips: tuple[Chip, ...]
    query: AccountQuery
    sorts: dict[str, str]
    everything: str
    total: str
    shown: str
    first: str | None
    next: str | None
    lead_days: int


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


def list_view(page: Page, query: AccountQuery, presentation: Presentation) -> ListView:
    """The list as it is printed."""
    start = query.model_copy(update={"cursor": None})
    following = query.model_copy(update={"cursor": page.next_cursor})
    total = format.count(page.total)
    end = page.start + len(page.items)
    return ListView(
        rows=tuple(_row(found, presentation) for found in page.items),
        chips=tuple(_chip(band, page, start) for band in Band),
        query=query,
        sorts={
            sort.value: links.list_link(start.model_copy(update={"sort": sort})) for sort in Sort
        },
        everything=links.list_link(start.model_copy(update={"band": []})),
        total=total,
        shown=f"{format.count(page.start + 1)} to {format.count(end)} of {total}",
        first=links.list_link(start) if page.start else None,
        next=links.list_link(following) if page.next_cursor else None,
        lead_days=max((found.score.outlook.lead_days for found in page.items), default=0),
    )


def _chip(band: Band, page: Page, start: AccountQuery) -> Chip:
    bands = links.toggled(start.band, band)
    link = links.list_link(start.model_copy(update={"band": bands}))
    return Chip(band, format.count(page.counts[band]), link, band in start.band)


def _row(found: AccountScore, presentation: Presentation) -> Row:
    reason = leading_reason(found.score)
    return Row(
        band=found.score.band,
        name=found.card.name or found.card.account_id,
        link=links.account_link(found.card.account_id),
        chance=format.percent(found.risk),
        health=format.health(found.score.health_score),
        arr=format.money(found.card.arr, presentation.currency),
        tier=found.card.tier,
        csm=found.card.csm,
        reason=presentation.words(reason) if reason else "",
    )


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
