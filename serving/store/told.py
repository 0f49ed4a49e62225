"""Why bands changed, written beside the changes that the store found itself."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, update

from serving.store.tables import TRANSITION

ROWS_AT_ONCE = 10_000
KEY = ("account_id", "previous_as_of", "as_of")


@dataclass(frozen=True, slots=True)
class Told:
    """Why an account's band changed between two successive runs.

    Attributes:
        previous_as_of: the earlier run.
        as_of: the later one.
        cause: a code that says why, see `models.explain.transition`.
        terms: what the change adds up from; 0.01 is one percentage point of the chance.
    """

    account_id: str
    previous_as_of: date
    as_of: date
    cause: str
    terms: dict[str, float]


def tell(connection: Connection, told: Sequence[Told]) -> None:
    """Write causes to the transitions they belong to; those of other runs are left alone.

    The store finds transitions itself. Where another run was published in between since the
    causes were worked out, no transition of the same two dates is there, and none is touched.
    """
    mine = update(TRANSITION).where(
        *(TRANSITION.c[name] == bindparam(f"the_{name}") for name in KEY),
    )
    statement = mine.values(cause=bindparam("a_cause"), terms=bindparam("a_terms"))
    for begin in range(0, len(told), ROWS_AT_ONCE):
        connection.execute(statement, [_row(each) for each in told[begin : begin + ROWS_AT_ONCE]])


def _row(told: Told) -> dict[str, Any]:
    values = asdict(told)
    key = {f"the_{name}": values[name] for name in KEY}
    return {**key, "a_cause": told.cause, "a_terms": told.terms}
