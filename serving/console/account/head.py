"""The top of an account's page: who, how likely, since when, and what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.score import OTHERS, Band, Reason
from serving import format
from serving.charts.health import Likely, Story
from serving.console.dates import ago, day_of, days
from serving.console.openings import GROWING, question
from serving.console.phrases import in_short
from serving.live import Contact, Records
from serving.presentation import Presentation
from serving.store import AccountScore, HistoryPoint, Transition

EARLIER = timedelta(days=28)
"""How far back "was" looks."""
MOST_NAMED = 3
LISTENERS = ("champion", "executive", "admin", "user")
"""Whom to call first, where several are known."""


@dataclass(frozen=True, slots=True)
class Head:
    """Texts of the top; empty where there is nothing to say.

    Attributes:
        was: the chance at an earlier day, in words.
        since: the band, and from when on because of what.
        facts: what people recognise the account by, name and value.
        because: the largest reasons for the band.
        beside: rows beside the score, name and value.
    """

    name: str
    chance: str
    was: str
    since: str
    facts: tuple[tuple[str, str], ...]
    because: tuple[str, ...]
    contract: str
    beside: tuple[tuple[str, str], ...]
    call: str
    say: str


def head(
    found: AccountScore,
    past: Sequence[HistoryPoint],
    changes: Sequence[Transition],
    records: Records | None,
    presentation: Presentation,
    shown: Story,
) -> Head:
    """The top as it is printed; `shown` is what its chart of health shows."""
    now = found.score.as_of
    before = earlier(past, now)
    return Head(
        name=found.card.name or found.card.account_id,
        chance=format.percent(found.risk),
        was=_was(before, now),
        since=_since(found, past, changes),
        facts=_facts(found, records, presentation),
        because=_because(found.score.reasons, found.score.band, presentation),
        contract=_contract(found, now, presentation, shown.notice),
        beside=_beside(found, before, presentation, shown.likely),
        call=_call(records, now),
        say=say(found.score.band, found.score.reasons),
    )


def say(band: Band, reasons: Sequence[Reason]) -> str:
    """A question to open with."""
    return GROWING if band is Band.GREEN else question(reasons)


def earlier(past: Sequence[HistoryPoint], now: date) -> HistoryPoint | None:
    """The last score at least `EARLIER` before, else the oldest; None where there is no other."""
    before = [point for point in past if point.as_of <= now - EARLIER]
    others = [point for point in past if point.as_of < now]
    return before[-1] if before else next(iter(others), None)


def _was(before: HistoryPoint | None, now: date) -> str:
    if before is None:
        return ""
    if before.risk is None:
        return f"was not known on {day_of(before.as_of, now)}"
    return f"was {format.percent(before.risk)} on {day_of(before.as_of, now)}"


def _since(found: AccountScore, past: Sequence[HistoryPoint], changes: Sequence[Transition]) -> str:
    now, band = found.score.as_of, found.score.band.value.capitalize()
    if not changes:
        first = past[0].as_of if past else now
        return f"{band} since its first score on {day_of(first, now)}."
    last = changes[-1]
    because = f" because of {last.cause}" if last.cause else ""
    return f"{band} since {day_of(last.as_of, now)}{because}."


def _facts(
    found: AccountScore, records: Records | None, presentation: Presentation
) -> tuple[tuple[str, str], ...]:
    card = found.card
    segment = ", ".join(word for word in (card.industry, card.region) if word)
    facts = (
        ("Tier", card.tier),
        ("Segment", segment),
        ("ARR", format.money_in_full(card.arr, presentation.currency)),
        ("Seats", _seats(records)),
        ("CSM", card.csm),
        ("Id", card.account_id),
        ("CRM", card.crm_id),
    )
    return tuple((name, value) for name, value in facts if value not in {"", format.UNKNOWN})


def _seats(records: Records | None) -> str:
    running = [s for s in records.subscriptions if s.ended_at is None] if records else []
    seats = sum(each.seats or 0 for each in running)
    return f"{seats:,.0f}" if seats else ""


def _because(reasons: Sequence[Reason], band: Band, presentation: Presentation) -> tuple[str, ...]:
    way = -1 if band is Band.GREEN else 1
    speaking = [r for r in reasons if r.signal != OTHERS and way * r.contribution > 0]
    return tuple(in_short(presentation.words, reason) for reason in speaking[:MOST_NAMED])


def _contract(
    found: AccountScore, now: date, presentation: Presentation, notice: date | None
) -> str:
    renews, arr = found.card.renews_at, found.card.arr
    if renews is None:
        return ""
    of = "" if arr is None else f" of {format.money_in_full(arr, presentation.currency)}"
    left = (renews - now).days
    when = f"in {days(left)}" if left > 0 else "today" if left == 0 else f"{days(-left)} ago"
    verb = "renews" if left >= 0 else "was to renew"
    until = ""
    if notice is not None and left >= 0:
        days_left = (notice - now).days
        until = (
            f" Notice is possible until {day_of(notice, now)}, for {days(days_left)} more."
            if days_left > 0
            else f" The last day to give notice was {day_of(notice, now)}."
        )
    return f"The contract{of} {verb} on {day_of(renews, now)}, {when}.{until}"


def _beside(
    found: AccountScore,
    before: HistoryPoint | None,
    presentation: Presentation,
    likely: Sequence[Likely],
) -> tuple[tuple[str, str], ...]:
    rows = []
    now = found.score.as_of
    if likely and likely[-1].day == now:
        rows.append(("Likely range", f"{likely[-1].low:.0f} to {likely[-1].high:.0f}"))
    if before is not None:
        words = f"{format.health(before.health_score)}, {before.band.value.capitalize()}"
        rows.append((day_of(before.as_of, now), words))
    if found.expected_loss is not None:
        money = format.money(found.expected_loss, presentation.currency)
        rows.append(("Expected loss", f"{money} of ARR in {found.primary_horizon} days"))
    if found.card.renews_at is not None and found.card.renews_at >= now:
        rows.append(("Renews in", days((found.card.renews_at - now).days)))
    growth = found.score.outlook.p_expansion.get(found.primary_horizon)
    if growth is not None:
        rows.append(("Chance to grow", f"{format.percent(growth)} first"))
    return tuple(rows)


def _call(records: Records | None, now: date) -> str:
    if records is None:
        return ""
    spoke = max((c.occurred_at.date() for c in records.conversations), default=None)
    last = (
        f"We last spoke {ago(spoke, now)}."
        if spoke
        else "We have not spoken in two years."
        if "interactions" in records.connected
        else ""
    )
    person = whom([c for c in records.contacts if c.left_at is None])
    if person is None:
        known = "contacts" in records.connected
        who = "Nobody is known there any more: find a new contact." if known else ""
    else:
        who = f"Call {person}."
    return " ".join(part for part in (who, last) if part)


def whom(contacts: Sequence[Contact]) -> str | None:
    """Whom to call: a champion before an executive, and of several the one spoken with last."""
    ranked = sorted(
        contacts,
        key=lambda c: (
            LISTENERS.index(c.role) if c.role in LISTENERS else len(LISTENERS),
            -(c.last_seen_at.timestamp() if c.last_seen_at else 0.0),
        ),
    )
    if not ranked:
        return None
    first = ranked[0]
    return f"{first.contact_id}, {first.role}" if first.role else first.contact_id
