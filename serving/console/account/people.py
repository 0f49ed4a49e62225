"""Contacts of an account, and the risks that people logged about it."""

from dataclasses import dataclass
from datetime import date, datetime

from serving.console.dates import ago, day_of
from serving.live import Contact, LoggedRisk, Records

ROLES = ("executive", "champion", "admin", "user")
DECIDES = ("executive", "champion")


@dataclass(frozen=True, slots=True)
class Person:
    """A contact as it is printed."""

    name: str
    role: str
    spoke: str
    note: str
    left: bool


@dataclass(frozen=True, slots=True)
class People:
    """All contacts, those who are there first, and one sentence about them."""

    rows: tuple[Person, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A logged risk as it is printed."""

    level: str
    what: str
    logged: str
    ends: str
    open: bool


def people(records: Records) -> People:
    """Who there is to talk to."""
    now = records.as_of
    order = sorted(records.contacts, key=lambda c: (c.left_at is not None, _rank(c)))
    there = [each for each in order if each.left_at is None]
    decide = [each for each in there if each.role in DECIDES]
    if not there:
        sentence = "Nobody is known there any more."
    elif not decide:
        sentence = "No executive or champion is known there."
    else:
        sentence = f"{len(there)} known, {len(decide)} of them executives or champions."
    return People(tuple(_person(each, now) for each in order), sentence)


def _rank(contact: Contact) -> int:
    return ROLES.index(contact.role) if contact.role in ROLES else len(ROLES)


def _person(contact: Contact, now: date) -> Person:
    spoke = contact.last_seen_at.date() if contact.last_seen_at else None
    if contact.left_at is not None:
        note = f"left on {day_of(contact.left_at.date(), now)}"
    elif contact.joined_at is not None:
        note = f"known since {contact.joined_at:%B %Y}"
    else:
        note = ""
    left = contact.left_at is not None
    return Person(contact.contact_id, contact.role.capitalize(), ago(spoke, now), note, left)


def risks(records: Records) -> tuple[RiskRow, ...]:
    """Logged risks, open ones first, newest first among them."""
    rows = [_risk(each, records.as_of) for each in records.risks]
    return tuple(sorted(rows, key=lambda row: not row.open))


def _risk(risk: LoggedRisk, now: date) -> RiskRow:
    by = f", {risk.logged_by}" if risk.logged_by else ""
    what = ": ".join(filter(None, (risk.category.capitalize(), risk.note)))
    over = _over(risk, now)
    return RiskRow(
        level=risk.level.capitalize(),
        what=what or "no note",
        logged=f"{day_of(risk.logged_at.date(), now)}{by}",
        ends=over or (day_of(risk.expires_at.date(), now) if risk.expires_at else "no date"),
        open=not over,
    )


def _over(risk: LoggedRisk, now: date) -> str:
    def passed(at: datetime | None) -> bool:
        return at is not None and at.date() <= now

    if risk.resolved_at is not None and passed(risk.resolved_at):
        return f"closed {day_of(risk.resolved_at.date(), now)}"
    if risk.expires_at is not None and passed(risk.expires_at):
        return f"expired {day_of(risk.expires_at.date(), now)}"
    return ""
