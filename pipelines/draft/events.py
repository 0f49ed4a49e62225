"""Numbers beside the one event that a log's rows tell of, each as an event of its own.

A signal adds up the quantities of one event, so what an order was worth and how many lines it had
are events too.
"""

from features.contract import TABLES
from features.contract.other_words import UNDONE
from pipelines.draft.choices import Choice
from pipelines.draft.looks import COLUMN, Look
from pipelines.draft.naming import plain_name
from pipelines.draft.plans import Plan
from pipelines.ingest.engine import literal

_MOST = 8
_QUANTITY = TABLES["usage"].column("quantity")
_NO_AMOUNTS = frozenset({"id", "no", "nr", "number", "code", "year", "zip", "phone", "lat", "lon"})


def undone(plan: Plan) -> Look | None:
    """The column that says whether what a row tells of was taken back, such as a returned order."""
    flag = TABLES["subscriptions"].column("is_free")
    for look in plan.sheet.looks:
        if UNDONE & set(plain_name(look.name).split()) and look.name not in plan.used:
            if look.read_as("subscriptions", flag).fits == 1.0 and look.distinct == 2:
                return look
    return None


def numbers(plan: Plan) -> list[tuple[str, str]]:
    """Events beside the one of a log whose rows have no name of their event: name and quantity."""
    event = plan.choices["event"]
    if event.source:
        return []
    base = event.sql.strip("'")
    found = []
    for look in plan.sheet.looks:
        if look.name in plan.used or not look.numeric or look.unique:
            continue
        if look.read_as("usage", _QUANTITY).sql != COLUMN or set(plain_name(look.name).split()) & _NO_AMOUNTS:
            continue
        found.append((literal(f"{base} {plain_name(look.name)}"), look.sql))
    return found[:_MOST]


def named(plan: Plan) -> Choice:
    """The event of a log, which has another name where it was taken back."""
    event, back = plan.choices["event"], undone(plan)
    if event.source or back is None:
        return event
    base = event.sql.strip("'")
    reading = back.read_as("subscriptions", TABLES["subscriptions"].column("is_free"))
    yes = back.of(reading.sql)
    sql = f"CASE WHEN {yes} THEN {literal(f'{base} {plain_name(back.name)}')} ELSE {event.sql} END"
    return Choice(event.column, sql, back.name, note=f"by {back.name}")

