"""What waits in the work queue, made ready to print."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from models.score import OTHERS, Band
from serving import format
from serving.console.links import account_link
from serving.console.phrases import fact, in_short
from serving.presentation import Presentation, leading_reason
from serving.store import AccountScore, RunInfo

WORSE = {Band.GREEN: 0, Band.YELLOW: 1, Band.RED: 2}
NOTHING = Decimal(0)
MOST_REASONS = 4


class Kind(StrEnum):
    """Why an account waits."""

    TURNED = "turned"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason; `leaving` where it pushes towards leaving."""

    sentence: str
    leaving: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One account that waits.

    Attributes:
        title: what happened, `Turned red`.
        evidence: the figures of it in a few words.
        loss: expected within the horizon, of the yearly revenue; a dash where not known.
        was: the chance before, `was 12 % on 31 May 2026`; empty where there was none.
        facts: what else is known of the account.
        found: the account itself.
    """

    found: AccountScore
    kind: Kind
    account_id: str
    name: str
    link: str
    band: Band
    title: str
    evidence: str
    loss: str
    amount: Decimal | None
    csm: str
    renews: str
    chance: str
    was: str
    reasons: tuple[ReasonLine, ...]
    facts: tuple[tuple[str, str], ...]


def items_of(
    found: Iterable[tuple[Kind, AccountScore]], run: RunInfo, presentation: Presentation
) -> list[Item]:
    """Everything that waits, the largest expected loss first, the unknown last."""
    items = [
        _item(kind, account, run, presentation)
        for kind, account in found
        if _is_news(kind, account)
    ]
    return sorted(items, key=lambda item: (item.amount is None, -(item.amount or NOTHING)))


def _is_news(kind: Kind, account: AccountScore) -> bool:
    """A change for the better is no work; a change from grey is."""
    before = account.standing.previous_band if account.standing else None
    if kind is Kind.SILENT or before not in WORSE:
        return True
    return WORSE[account.score.band] > WORSE[before]


def _item(kind: Kind, account: AccountScore, run: RunInfo, presentation: Presentation) -> Item:
    card, standing = account.card, account.standing
    spoke = standing.signals.get("last_spoke") if standing else None
    return Item(
        found=account,
        kind=kind,
        account_id=card.account_id,
        name=card.name or card.account_id,
        link=account_link(card.account_id),
        band=account.score.band,
        title=_title(kind, account),
        evidence=_evidence(kind, account, spoke, presentation),
        loss=format.money(account.expected_loss, presentation.currency),
        amount=account.expected_loss,
        csm=card.csm or "nobody",
        renews=_days_to(card.renews_at, run.as_of),
        chance=format.percent(account.risk),
        was=_was(account),
        reasons=_reasons(account, presentation),
        facts=_facts(account, run, spoke, presentation),
    )


def _title(kind: Kind, account: AccountScore) -> str:
    if kind is Kind.SILENT:
        return "Silent"
    return f"Turned {account.score.band.value}"


def _evidence(
    kind: Kind, account: AccountScore, spoke: float | None, presentation: Presentation
) -> str:
    if kind is Kind.SILENT:
        return f"{spoke:,.0f} days since they spoke" if spoke is not None else ""
    reason = leading_reason(account.score)
    return in_short(presentation.words, reason) if reason else ""


def _was(account: AccountScore) -> str:
    before = account.standing
    if before is None or before.previous_risk is None:
        return ""
    return f"was {format.percent(before.previous_risk)} on {format.day(before.previous_as_of)}"


def _reasons(account: AccountScore, presentation: Presentation) -> tuple[ReasonLine, ...]:
    named = [reason for reason in account.score.reasons if reason.signal != OTHERS]
    return tuple(
        ReasonLine(fact(presentation.words, reason), reason.contribution > 0)
        for reason in named[:MOST_REASONS]
    )


def _facts(
    account: AccountScore, run: RunInfo, spoke: float | None, presentation: Presentation
) -> tuple[tuple[str, str], ...]:
    card = account.card
    facts = (
        ("ARR", format.money_in_full(card.arr, presentation.currency)),
        ("Tier", card.tier),
        ("CSM", card.csm),
        ("Renews", _renews(card.renews_at, run.as_of)),
        ("They last spoke", "" if spoke is None else f"{spoke:,.0f} days before the snapshot"),
        ("Health", f"{format.health(account.score.health_score)}, 100 is healthy"),
    )
    return tuple((name, value) for name, value in facts if value not in {"", format.UNKNOWN})


def _renews(when: date | None, as_of: date) -> str:
    return "" if when is None else f"{format.day(when)}, in {(when - as_of).days} days"


def _days_to(when: date | None, as_of: date) -> str:
    return format.UNKNOWN if when is None else f"{(when - as_of).days}{format.NARROW_SPACE}d"
