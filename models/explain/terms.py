"""What a change of a chance is made of: the term to which each column of a model belongs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isnan

import numpy as np
import numpy.typing as npt

from models.explain.groups import group_of

Vector = npt.NDArray[np.float64]

MODEL_UPDATED = "model updated"
RECALIBRATED = "recalibrated"
RISK_LOGGED = "a person logged a risk"
RISK_CLOSED = "a risk was closed or expired"
DATA_MISSING = "data missing"
DATA_BACK = "data back"
RISKS = "risks"
"""The table of the contract in which people log risks."""


@dataclass(frozen=True)
class Origin:
    """Where the model's columns come from.

    Attributes:
        table: of the contract, by column.
        never_empty: columns that are missing only where nothing is known, because an account
            without facts has a value.
        silent: tables from which nothing has come for too long at the later date.
        open_risks: columns that count the risks that are open.
        since_risk: columns that tell the days since the last risk.
        was_silent: what `silent` was at the earlier date.
    """

    table: dict[str, str]
    never_empty: frozenset[str]
    silent: frozenset[str] = frozenset()
    open_risks: frozenset[str] = frozenset()
    since_risk: frozenset[str] = frozenset()
    was_silent: frozenset[str] = frozenset()


def terms_of(columns: Sequence[str], before: Vector, after: Vector, origin: Origin) -> list[str]:
    """The term of each column: what people logged, what went missing or came, or its group.

    Data is missing where a signal was known and is not any more, though an account without
    facts would have a value or nothing else of its table is known either; and where anything
    changed of a table that is silent. It is back where anything changed of a table that was
    silent, and where nothing of a table was known before. A mean over no tickets at all is
    missing too, but that is the account's doing.
    """
    # Plain numbers: to ask NumPy about one at a time takes ten times as long.
    was_values, values = before.tolist(), after.tolist()
    tables = [origin.table.get(name, "") for name in columns]
    known = _known(tables, values)
    back = _unknown_before(columns, tables, was_values, values, origin)
    risks = _risk_term(columns, tables, was_values, values, origin)

    def term(name: str, table: str, was: float, now: float) -> str:
        lost = isnan(now) and not isnan(was)
        unknown = name in origin.never_empty or table not in known
        if table in origin.silent or (lost and unknown):
            return DATA_MISSING
        if table in origin.was_silent or (table in back and isnan(was)):
            return DATA_BACK
        return risks if risks and table == RISKS else group_of(name)

    rows = zip(columns, tables, was_values, values, strict=True)
    if not (origin.silent or origin.was_silent or back or risks):
        plain = groups_of(tuple(columns))  # unless something was lost
        return [
            group if now == now or was != was else term(name, table, was, now)
            for group, (name, table, was, now) in zip(plain, rows, strict=True)
        ]
    return [term(*each) for each in rows]


@lru_cache(maxsize=16)
def groups_of(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The group of each column."""
    return tuple(map(group_of, columns))


def _known(tables: Sequence[str], row: Sequence[float]) -> set[str]:
    """The tables of which anything is known."""
    return {table for table, value in zip(tables, row, strict=True) if not isnan(value)}


def _unknown_before(
    columns: Sequence[str],
    tables: Sequence[str],
    before: Sequence[float],
    after: Sequence[float],
    origin: Origin,
) -> set[str]:
    """The tables that were not known before, and are now.

    Only where a column says so that has a value even without facts: a first answer to a
    survey is no data that came back.
    """
    came = {
        table
        for name, table, now in zip(columns, tables, after, strict=True)
        if name in origin.never_empty and not isnan(now)
    }
    return came - _known(tables, before)


def _risk_term(
    columns: Sequence[str],
    tables: Sequence[str],
    before: Sequence[float],
    after: Sequence[float],
    origin: Origin,
) -> str:
    """What people did about risks; empty where only time has passed since.

    More open risks, or a higher count in any window, is one that was logged; fewer open ones
    have been closed or have expired. Counts of a window that fall say neither.
    """
    rows = zip(columns, tables, before, after, strict=True)
    mine = {name: (was, now) for name, table, was, now in rows if table == RISKS}
    opened = [_rise(*mine[name]) for name in mine if name in origin.open_risks]
    if max(opened, default=0) <= 0 and min(opened, default=0) < 0:
        return RISK_CLOSED
    counted = any(_rise(*mine[name]) > 0 for name in mine if name not in origin.since_risk)
    newer = any(_newer(*mine[name]) for name in mine if name in origin.since_risk)
    return RISK_LOGGED if counted or newer else ""


def _rise(was: float, now: float) -> float:
    """1 for more, -1 for less, 0 for the same or where either is not known."""
    return float(np.nan_to_num(np.sign(now - was)))


def _newer(was: float, now: float) -> bool:
    """Whether so many days since the last one mean another last one."""
    return bool(now < was or (isnan(was) and not isnan(now)))
