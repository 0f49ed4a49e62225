"""Everything an account's page shows, made ready to print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.score import Band
from serving import format
from serving.auth.roles import Principal
from serving.console.account import changes, head, helping, people, story, why
from serving.console.account.seen import Seen, see
from serving.console.frame import Console
from serving.console.links import account_link
from serving.store import AccountScore, HistoryPoint, ModelRecord
from serving.store.trends import chances_at

MOST_DATES = 24


@dataclass(frozen=True, slots=True)
class Day:
    """A day that can be compared with."""

    value: str
    label: str
    chosen: bool


def context(
    console: Console,
    found: AccountScore,
    principal: Principal,
    since: date | None,
    asked: Mapping[str, str],
) -> dict[str, Any]:
    """What the template takes.

    Args:
        console: what pages are made of.
        found: the account, which the principal may see.
        principal: who asks.
        since: the day to compare with.
        asked: where sliders have been moved to, by signal.
    """
    account_id, now = found.card.account_id, found.score.as_of
    past, changes = console.scores.history(account_id), console.scores.transitions(account_id)
    seen = see(console.close_up, console.explain, account_id, since)
    models = _models(console, past)
    shown = story.story(found, past, models, seen.records)
    charts, low = story.health_chart(shown)
    return {
        "run": console.scores.newest(),
        "found": found,
        "seen": seen,
        "head": head.head(found, past, changes, seen.records, console.presentation),
        "health_chart": charts,
        "health_low": low,
        "horizons": story.horizon_chart(found, _before(console, found, past), now),
        "dates": _dates(past, now, seen),
        "stored": why.stored(found.score.reasons, console.presentation.words),
        "people": people.people(seen.records) if seen.records else None,
        "risks": people.risks(seen.records) if seen.records else None,
        **_explained(console, found, seen, principal),
        **_what_if(console, account_id, seen, asked),
    }


def _before(
    console: Console, found: AccountScore, past: Sequence[HistoryPoint]
) -> tuple[date, dict[int, float]] | None:
    """The earlier day that the head speaks of, and its chances."""
    point = head.earlier(past, found.score.as_of)
    if point is None:
        return None
    return point.as_of, chances_at(console.engine, found.card.account_id, point.as_of)


def _models(console: Console, past: Sequence[HistoryPoint]) -> dict[str, ModelRecord]:
    versions = {point.model_version for point in past}
    known = {version: console.versions.get(version) for version in versions}
    return {version: record for version, record in known.items() if record is not None}


def _explained(
    console: Console, found: AccountScore, seen: Seen, principal: Principal
) -> dict[str, Any]:
    told, words, now = seen.explanation, console.presentation.words, found.score.as_of
    if told is None:
        return dict.fromkeys(("why", "groups", "changed", "similar", "steps"))
    champion = console.versions.champion()
    events = tuple(champion.metrics.get("events", ())) if champion else ()
    around = why.Surroundings(words, why.directions(events), seen.past, seen.peers)
    return {
        "why": why.why(told, Band(told["band"]), around),
        "groups": changes.groups(told),
        "changed": changes.changed(told, words),
        "similar": helping.similar(told, now, words, _lookup(console, principal)),
        "steps": helping.steps(told, words),
    }


def _lookup(console: Console, principal: Principal) -> helping.Lookup:
    """Names of accounts; whoever may see only their own is told no other."""

    def named(account_id: str) -> tuple[str, str]:
        found = console.scores.account(account_id, principal.owner)
        if found is not None:
            return found.card.name or account_id, account_link(account_id)
        return ("an account of a colleague" if principal.owner is not None else account_id), ""

    return named


def _what_if(
    console: Console, account_id: str, seen: Seen, asked: Mapping[str, str]
) -> dict[str, Any]:
    if seen.levers is None or console.close_up is None:
        return {"sliders": (), "result": None}
    moved = helping.moves(seen.levers, asked)
    reasons = seen.explanation["reasons"] if seen.explanation else ()
    return {
        "sliders": helping.sliders(seen.levers, reasons, moved),
        "result": helping.result(console.close_up, account_id, moved),
    }


def _dates(past: Sequence[HistoryPoint], now: date, seen: Seen) -> tuple[Day, ...]:
    """The days that were scored before, newest first."""
    chosen = seen.explanation["since"] if seen.explanation else None
    before = [point.as_of for point in past if point.as_of < now][-MOST_DATES:]
    return tuple(
        Day(day.isoformat(), format.day(day), day.isoformat() == chosen) for day in reversed(before)
    )
