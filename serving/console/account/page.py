"""Everything an account's page shows, made ready to print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.score import Band
from serving import format
from serving.auth.roles import Principal
from serving.console.account import alike, changes, head, helping, people, story, why
from serving.console.account.seen import ALONE, Seen, ask, explain, see
from serving.console.frame import Console
from serving.console.links import account_link
from serving.store import AccountScore, HistoryPoint, ModelRecord
from serving.store.trends import chances_at, names_of

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
    asked: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What the template takes.

    Args:
        console: what pages are made of.
        found: the account, which the principal may see.
        principal: who asks.
        since: the day to compare with.
        asked: where sliders have been moved to, by signal; None leaves out what would help,
            which the page asks for once it is there.
    """
    account_id, now = found.card.account_id, found.score.as_of
    past, changes = console.scores.history(account_id), console.scores.transitions(account_id)
    seen = see(console.close_up, account_id, since)
    models = _models(console, past)
    notice_days = console.presentation.notice_days
    shown = story.story(found, past, models, seen.records, notice_days)
    tier = console.tiers.chances(found.card.tier) if found.active else None
    charts, low = story.health_chart(shown)
    return {
        "run": console.scores.newest(),
        "found": found,
        "seen": seen,
        "head": head.head(found, past, changes, seen.records, console.presentation, shown),
        "likely": bool(shown.likely),
        "tier": tier,
        "health_chart": charts,
        "health_low": low,
        "horizons": story.horizon_chart(found, _before(console, found, past), now, tier),
        "dates": _dates(past, now, seen.explanation),
        "not_compared": seen.explanation["not_compared"] if seen.explanation else "",
        "stored": why.stored(found.score.reasons, console.presentation.words),
        "people": people.people(seen.records) if seen.records else None,
        "risks": people.risks(seen.records) if seen.records else None,
        "help": None if asked is None else help_of(console, found, asked),
        **_explained(console, found, seen, principal, models.get(found.score.model_version)),
    }


def help_of(console: Console, found: AccountScore, asked: Mapping[str, str]) -> helping.Help:
    """What would help, and what the model says of the sliders that were moved."""
    return helping.help_with(
        console.close_up, found.card.account_id, console.presentation.words, asked
    )


def changed_context(console: Console, found: AccountScore, since: date | None) -> dict[str, Any]:
    """What the part about a change takes."""
    account_id, close_up = found.card.account_id, console.close_up
    why_not = {"explanation": ALONE}
    told = (
        None
        if close_up is None
        else ask("explanation", why_not, lambda: explain(close_up, account_id, since))
    )
    past = console.scores.history(account_id)
    return {
        "found": found,
        "dates": _dates(past, found.score.as_of, told),
        "changed": changes.changed(told, console.presentation.words) if told else None,
        "not_compared": told["not_compared"] if told else why_not["explanation"],
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
    console: Console,
    found: AccountScore,
    seen: Seen,
    principal: Principal,
    scored_by: ModelRecord | None,
) -> dict[str, Any]:
    told, words, now = seen.explanation, console.presentation.words, found.score.as_of
    if told is None:
        return dict.fromkeys(("why", "groups", "changed", "similar"))
    events = tuple(scored_by.metrics.get("events", ())) if scored_by else ()
    around = why.Surroundings(words, why.directions(events), seen.past, seen.peers)
    return {
        "why": why.why(told, Band(told["band"]), around),
        "groups": changes.groups(told),
        "changed": changes.changed(told, words),
        "similar": alike.similar(told, now, words, _lookup(console, principal)),
    }


def _lookup(console: Console, principal: Principal) -> alike.Lookup:
    """Names of accounts; whoever may see only their own is told no other."""

    def named(ids: Sequence[str]) -> dict[str, tuple[str, str]]:
        known = names_of(console.engine, ids, principal.owner)
        told = {each: (name or each, account_link(each)) for each, name in known.items()}
        hidden = "an account of a colleague" if principal.owner is not None else ""
        return {each: told.get(each, (hidden or each, "")) for each in ids}

    return named


def _dates(
    past: Sequence[HistoryPoint], now: date, told: Mapping[str, Any] | None
) -> tuple[Day, ...]:
    """The days that were scored before, newest first."""
    chosen = told["since"] if told else None
    before = [point.as_of for point in past if point.as_of < now][-MOST_DATES:]
    return tuple(
        Day(day.isoformat(), format.day(day), day.isoformat() == chosen) for day in reversed(before)
    )
