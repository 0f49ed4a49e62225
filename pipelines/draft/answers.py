"""Surveys with a column for each question: every answer is a row of its own."""

from features.contract import TABLES
from pipelines.draft.looks import COLUMN, GOOD, Look
from pipelines.draft.naming import plain_name
from pipelines.draft.plans import Plan
from pipelines.ingest.engine import literal

_SCORE = TABLES["surveys"].column("score")
_KINDS = TABLES["surveys"].column("kind").allowed


def questions(plan: Plan) -> list[tuple[str, Look]]:
    """The kinds of survey that have a column each, where several have; else none."""
    if plan.table.name != "surveys" or plan.choices["kind"].source:
        return []
    found = [(kind, look) for kind in _KINDS for look in plan.sheet.looks if _asks(kind, look)]
    kinds = {kind for kind, _ in found}
    return found if len(kinds) == len(found) > 1 else []


def _asks(kind: str, look: Look) -> bool:
    if kind not in plain_name(look.name).split() or not look.filled:
        return False
    reading = look.read_as("surveys", _SCORE)
    return reading.sql == COLUMN and reading.fits >= GOOD


def answers(plan: Plan) -> list[dict[str, str]]:
    """What differs between the questions: the expressions of kind and score."""
    return [{"kind": literal(kind), "score": look.sql} for kind, look in questions(plan)]
