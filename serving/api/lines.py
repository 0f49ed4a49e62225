"""A page of accounts as it is sent: plain values, made by ourselves and not checked once more.

`schemas.AccountPageOut` says what each of them means; a test holds the two against one another.
"""

from datetime import date
from decimal import Decimal

from typing_extensions import TypedDict

from models.score import Band, Reason
from serving.presentation import CHANCE_SCALE, HEALTH_SCALE, Presentation, Words
from serving.store import KEPT
from serving.store.lines import Line, LinePage

SIGNALS = tuple(kept.name for kept in KEPT)


class ScaleLine(TypedDict):
    """See `ScaleOut`."""

    health_score: str
    p_loss: str


class ReasonLine(TypedDict):
    """See `ReasonOut`."""

    signal: str
    value: float | str | None
    contribution: float
    together: int
    sentence: str


class StandingLine(TypedDict):
    """See `StandingOut`."""

    since: date
    previous_as_of: date | None
    previous_band: Band | None
    previous_health_score: float | None
    previous_p_loss: float | None
    p_loss_change: float | None
    signals: dict[str, float | None]


class AccountLine(TypedDict):
    """See `AccountOut`."""

    account_id: str
    name: str
    industry: str
    region: str
    tier: str
    csm: str
    crm_id: str
    arr: Decimal | None
    renews_at: date | None
    size_class: str
    revenue_class: str
    stage: str
    paid_or_free: str
    as_of: date
    band: Band
    health_score: float | None
    p_loss: float | None
    model_version: str
    reason: ReasonLine | None
    expected_loss: Decimal | None
    standing: StandingLine


class AccountLines(TypedDict):
    """See `AccountPageOut`."""

    as_of: date | None
    primary_horizon: int | None
    currency: str
    scale: ScaleLine
    total: int
    counts: dict[Band, int]
    items: list[AccountLine]
    next_cursor: str | None


SCALE = ScaleLine(health_score=HEALTH_SCALE, p_loss=CHANCE_SCALE)


def lines_of(page: LinePage, presentation: Presentation) -> AccountLines:
    """A page as the API shows it."""
    return {
        "as_of": page.run.as_of if page.run else None,
        "primary_horizon": page.run.primary_horizon if page.run else None,
        "currency": presentation.currency,
        "scale": SCALE,
        "total": page.total,
        "counts": page.counts,
        "items": [_account(line, presentation.words) for line in page.items],
        "next_cursor": page.next_cursor,
    }


def _account(line: Line, words: Words) -> AccountLine:
    return {
        "account_id": line.account_id,
        "name": line.name,
        "industry": line.industry,
        "region": line.region,
        "tier": line.tier,
        "csm": line.csm,
        "crm_id": line.crm_id,
        "arr": line.arr,
        "renews_at": line.renews_at,
        "size_class": line.size_class,
        "revenue_class": line.revenue_class,
        "stage": line.stage,
        "paid_or_free": line.paid_or_free,
        "as_of": line.as_of,
        "band": line.band,
        "health_score": line.health_score,
        "p_loss": line.risk,
        "model_version": line.model_version,
        "reason": _reason(line.reason, words) if line.reason else None,
        "expected_loss": line.expected_loss,
        "standing": _standing(line),
    }


def _reason(reason: Reason, words: Words) -> ReasonLine:
    value = reason.value
    return {
        "signal": reason.signal,
        "value": float(value) if isinstance(value, int) else value,
        "contribution": reason.contribution,
        "together": reason.together,
        "sentence": words(reason),
    }


def _standing(line: Line) -> StandingLine:
    return {
        "since": line.since,
        "previous_as_of": line.previous_as_of,
        "previous_band": line.previous_band,
        "previous_health_score": line.previous_health,
        "previous_p_loss": line.previous_risk,
        "p_loss_change": line.risk_change,
        "signals": dict(zip(SIGNALS, line.signals, strict=True)),
    }
