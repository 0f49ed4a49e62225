"""Tables that say who has left, and not when: why they are not learnt from."""

from collections.abc import Sequence

from features.contract import Column, Kind
from features.contract.other_words import LEFT
from pipelines.draft.looks import GOOD, Look
from pipelines.draft.naming import plain_name
from pipelines.draft.sheets import Sheet

_WHEN = Column("when", Kind.TIMESTAMP, "")
_MOST_WORDS = 6


def not_learnt_from(sheets: Sequence[Sheet]) -> str:
    """Why a snapshot cannot be learnt from, where one of the sheets is one; else ""."""
    for sheet in sheets:
        flags = [look for look in sheet.looks if _tells_who_left(look)]
        if flags and not any(_date(look) for look in sheet.looks):
            return _explained(sheet, flags[0])
    return ""


def _tells_who_left(look: Look) -> bool:
    return plain_name(look.name) in LEFT and 1 < look.distinct <= _MOST_WORDS


def _date(look: Look) -> bool:
    reading = look.read_as("usage", _WHEN)
    return reading.fits >= GOOD and look.filled > 0


def _explained(sheet: Sheet, flag: Look) -> str:
    return (
        f"{sheet.files.pattern} says in {flag.name!r} who has left, and nowhere when.\n"
        "It shows every customer once, as they are today: those who left with what leaving did to "
        "them (a tenure that stopped, a bill that was settled, a contract that was ended). What "
        "is learnt from it tells who has left already, looks excellent, and fails for customers "
        "who are still there; a chance within 90 days cannot be learnt without dates at all.\n"
        "What would do instead, from the same systems:\n"
        "  - subscriptions or contracts, those that ended too: customer, amount, start, end\n"
        "  - or a log of what customers did (orders, logins, payments): customer, what, when\n"
        "  - and beside either: tickets, surveys, invoices, each with its own date\n"
        "A list of customers is welcome with it; its churn flag is not needed."
    )
