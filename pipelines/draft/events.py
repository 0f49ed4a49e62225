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
_WHEN = TABLES["usage"].column("occurred_at")
_FLAG = TABLES["subscriptions"].column("is_free")
_NO_AMOUNTS = frozenset({"id", "no", "nr", "number", "code", "year", "zip", "phone", "lat", "lon"})


def undone(plan: Plan) -> Look | None:
    """The column that says whether what a row tells of was taken back, such as a returned order."""
    named = [
        look
        for look in plan.sheet.looks
        if UNDONE & set(plain_name(look.name).split()) and look.name not in plan.used
    ]
    fits = (k for k in named if k.distinct == 2 and k.read_as("subscriptions", _FLAG).fits == 1)
    return next(fits, None)


def numbers(plan: Plan) -> list[Look]:
    """The numbers of a log whose rows have no name of their event: each is an event beside it."""
    if plan.table.name != "usage" or plan.choices["event"].source:
        return []
    free = [look for look in plan.sheet.looks if look.name not in plan.used]
    return [look for look in free if _amount(look)][:_MOST]


def _amount(look: Look) -> bool:
    words = set(plain_name(look.name).split())
    if not look.numeric or (_NO_AMOUNTS | UNDONE) & words or words & {"is", "has"}:
        return False
    if look.whole and (look.unique or look.read_as("usage", _WHEN).fits == 1):  # ids, dates
        return False
    return look.read_as("usage", _QUANTITY).sql == COLUMN


def named(plan: Plan) -> Choice:
    """The event of a log, which has another name where it was taken back."""
    event, back = plan.choices["event"], undone(plan)
    if event.source or back is None:
        return event
    return Choice(event.column, _event(plan, ""), back.name, note=f"by {back.name}")


def beside(plan: Plan) -> list[tuple[str, str]]:
    """The events of `numbers`: the name and the quantity of each, as expressions."""
    return [(_event(plan, f" {plain_name(look.name)}"), look.sql) for look in numbers(plan)]


def used_by_events(plan: Plan) -> list[str]:
    """The columns that events are made of, beside the event's own."""
    if plan.table.name != "usage" or plan.choices["event"].source:
        return []
    back = undone(plan)
    return [look.name for look in (*numbers(plan), *([back] if back else []))]


def _event(plan: Plan, more: str) -> str:
    """The event's name with more behind it, as an expression."""
    base, back = plan.choices["event"].sql.strip("'"), undone(plan)
    if back is None:
        return literal(base + more)
    yes = back.of(back.read_as("subscriptions", _FLAG).sql)
    word = plain_name(back.name).removeprefix("is ").removeprefix("was ")
    return f"case when {yes} then {literal(f'{base} {word}{more}')} else {literal(base + more)} end"
