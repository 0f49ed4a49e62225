"""The accounts to call first: why, whom, and what to say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.score import OTHERS, Band
from serving import format
from serving.console.account.head import whom
from serving.console.dates import ago, day_of, days
from serving.console.links import account_link
from serving.console.openings import question
from serving.console.phrases import in_short
from serving.live import CloseUp, NotExplained
from serving.presentation import Presentation
from serving.store import AccountScore

FIRST = 3
NAMED = 3


@dataclass(frozen=True, slots=True)
class Call:
    """One account to call, in words; empty where there is nothing to say."""

    name: str
    link: str
    band: Band
    chance: str
    was: str
    meta: str
    why: str
    say: str
    whom: str


def calls(
    found: Sequence[AccountScore], close_up: CloseUp | None, presentation: Presentation
) -> tuple[Call, ...]:
    """The calls, in the order of the accounts; each opens with a question of its own."""
    said: list[str] = []
    made = []
    for each in found:
        said.append(question(each.score.reasons, said))
        made.append(_call(each, said[-1], close_up, presentation))
    return tuple(made)


def _call(
    found: AccountScore, say: str, close_up: CloseUp | None, presentation: Presentation
) -> Call:
    before = found.standing.previous_risk if found.standing else None
    return Call(
        name=found.card.name or found.card.account_id,
        link=account_link(found.card.account_id),
        band=found.score.band,
        chance=format.percent(found.risk),
        was="" if before is None else f"was {format.percent(before)}",
        meta=_meta(found, presentation),
        why=_why(found, presentation),
        say=say,
        whom=_whom(found.card.account_id, close_up, found.score.as_of),
    )


def _meta(found: AccountScore, presentation: Presentation) -> str:
    parts = []
    if found.expected_loss is not None:
        loss = format.money(found.expected_loss, presentation.currency)
        arr = format.money(found.card.arr, presentation.currency)
        parts.append(f"{loss} of {arr} at stake")
    renews, now = found.card.renews_at, found.score.as_of
    if renews is not None:
        parts.append(f"renews {day_of(renews, now)}, in {days((renews - now).days)}")
    if found.card.csm:
        parts.append(found.card.csm)
    return ", ".join(parts)


def _why(found: AccountScore, presentation: Presentation) -> str:
    speaking = [r for r in found.score.reasons if r.signal != OTHERS and r.contribution > 0]
    words = [in_short(presentation.words, reason) for reason in speaking[:NAMED]]
    return ", ".join([*words[:1], *(_lower(each) for each in words[1:])]) + ("." if words else "")


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _whom(account_id: str, close_up: CloseUp | None, now: date) -> str:
    """Whom to call; empty where no workspace tells."""
    if close_up is None:
        return ""
    try:
        records = close_up.records(account_id, None)
    except NotExplained:
        return ""
    there = [each for each in records.contacts if each.left_at is None]
    person = whom(there)
    if person is None:
        return "nobody is known there" if "contacts" in records.connected else ""
    spoke = max((c.occurred_at.date() for c in records.conversations), default=None)
    return f"{person}; we last spoke {ago(spoke, now)}" if spoke else person
