"""Accounts whose health says one thing and whose contract says the other."""

from dataclasses import dataclass

import numpy as np

from models.insights.standing import NO_SCORES, Standing, changed
from models.metrics.bootstrap import Vector

BACK_DAYS = 180
SOON_DAYS = 90
MRR, SEATS = "profile__mrr", "adoption__seats"
RENEWAL, AUTO_RENEW = "profile__renewal", "profile__auto_renew"
READINGS = {
    "shrinks": "Used well, yet they pay for less: likely a budget or a merger of tools rather "
    "than the product. Speak with who decides on the contract.",
    "undecided": "Used well, but the contract ends soon and does not renew by itself: likely "
    "under review by someone who does not use it. Show what it is worth before the date.",
    "grows": "They bought more while use weakens: likely a slow roll-out, or seats that nobody "
    "took up. Help the new people start before the next renewal.",
}


@dataclass(frozen=True)
class Disagreement:
    """One account that points both ways.

    Attributes:
        kind: `shrinks` or `undecided` (healthy, weakening contract), or `grows` (unhealthy,
            growing contract).
        signs: what its contract says, in sentences.
        reading: the likely reading, which a person should check.
        yearly: its yearly revenue; NaN where not known.
    """

    account_id: str
    band: str
    health: float
    kind: str
    signs: tuple[str, ...]
    reading: str
    yearly: float


@dataclass(frozen=True)
class Disagreements:
    """All of them, largest revenue first, or why none could be looked for."""

    told: tuple[Disagreement, ...]
    names: tuple[str, str]
    reason: str = ""


def disagreements(standing: Standing) -> Disagreements:
    """Hold health against revenue, seats and renewal of the last half year."""
    if not standing.has(MRR) or not len(standing):
        reason = "no account has a known contract" if len(standing) else NO_SCORES
        return Disagreements((), standing.names, reason)
    mrr = _moved(standing, MRR)
    seats = _moved(standing, SEATS)
    undecided = _undecided(standing)
    found = []
    for place in range(len(standing)):
        kind = _kind(standing, place, mrr[place] + seats[place], bool(undecided[place]))
        if kind:
            found.append(_told(standing, place, kind, undecided[place] > 0))
    found.sort(key=lambda each: -np.nan_to_num(each.yearly))
    return Disagreements(tuple(found), standing.names)


def _moved(standing: Standing, column: str) -> Vector:
    if not standing.has(column):
        return np.zeros(len(standing))
    return changed(standing.numbers(column), standing.before(column, BACK_DAYS))


def _undecided(standing: Standing) -> Vector:
    """1 where the contract ends soon and does not renew by itself."""
    if not (standing.has(RENEWAL) and standing.has(AUTO_RENEW)):
        return np.zeros(len(standing))
    days, auto = standing.numbers(RENEWAL), standing.numbers(AUTO_RENEW)
    return np.where((days >= 0) & (days <= SOON_DAYS) & (auto == 0), 1.0, 0.0)


def _kind(standing: Standing, place: int, moved: float, undecided: bool) -> str:
    if standing.healthy[place] and moved < 0:
        return "shrinks"
    if standing.healthy[place] and undecided and moved <= 0:
        return "undecided"
    if standing.unhealthy[place] and moved > 0:
        return "grows"
    return ""


def _told(standing: Standing, place: int, kind: str, undecided: bool) -> Disagreement:
    signs = [
        f"{name} went from {before:,.0f} to {now:,.0f} in {BACK_DAYS} days"
        for name, column in (("revenue per month", MRR), ("seats", SEATS))
        if standing.has(column)
        for now in [standing.numbers(column)[place]]
        for before in [standing.before(column, BACK_DAYS)[place]]
        if np.isfinite(before) and changed(np.array([now]), np.array([before]))[0]
    ]
    if undecided:
        days = standing.numbers(RENEWAL)[place]
        signs.append(f"the contract ends in {days:.0f} days and does not renew by itself")
    return Disagreement(
        account_id=str(standing.now["account_id"].iloc[place]),
        band=standing.bands[place].value,
        health=float(standing.scores[place]),
        kind=kind,
        signs=tuple(signs),
        reading=READINGS[kind],
        yearly=12 * float(standing.numbers(MRR)[place]),
    )
