"""Why a chance of loss is another than it was: terms that add up to the change shown.

In order: the old model on the old row; the new hazards with the old calibrators ("model
updated"); the new calibrators ("recalibrated"); then the new model from the old row to the new
one, by group, with the risks that people logged and the data that went missing on their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.churn_model import ChurnModel
from models.encoding import Matrix, Row, cells_of
from models.explain.between import by_column, by_term, differs
from models.explain.groups import chances, group_of
from models.explain.reasons import plain

Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MODEL_UPDATED = "model updated"
RECALIBRATED = "recalibrated"
RISK_LOGGED = "a person logged a risk"
DATA_MISSING = "data missing"
RISKS = "risks"
"""The table of the contract in which people log risks."""


@dataclass(frozen=True)
class Moment:
    """An account at a date, under the model that scored it then.

    Attributes:
        row: its signals.
    """

    model: ChurnModel
    row: Row

    @cached_property
    def inputs(self) -> Matrix:
        """The row as the model reads it, shape (1, columns)."""
        return self.model.schema.encode(self.row)

    def chance(self, horizon: int) -> float:
        """Chance of loss within a horizon of the model, days."""
        return float(self.model.chances(self.inputs)[horizon][0])


@dataclass(frozen=True)
class SignalChange:
    """One signal that changed.

    Attributes:
        term: to which it belongs.
        before, after: its values; None where missing.
        points: its share of the change of the chance, 0.01 is one percentage point.
        family: the first signal of those that say the same.
    """

    signal: str
    term: str
    before: float | str | None
    after: float | str | None
    points: float
    family: str


@dataclass(frozen=True)
class ChangeShares:
    """Why a chance changed.

    Attributes:
        horizon: days.
        before, after: the chances shown, 0 to 1.
        terms: shares of the difference, which they add up to; every group is there, and one
            that did not change has exactly 0.
        signals: that changed, largest share first; they add up to what the terms of the
            account itself add up to.
    """

    horizon: int
    before: float
    after: float
    terms: dict[str, float]
    signals: tuple[SignalChange, ...]


@dataclass(frozen=True)
class Origin:
    """Where the model's columns come from.

    Attributes:
        table: of the contract, by column.
        never_empty: columns that are missing only where nothing is known, because an account
            without facts has a value.
        silent: tables from which nothing has come for too long at the later date.
    """

    table: dict[str, str]
    never_empty: frozenset[str]
    silent: frozenset[str] = frozenset()


def explain_change(old: Moment, new: Moment, old_row_now: Row, origin: Origin) -> ChangeShares:
    """Why the chance is another at a later date.

    Args:
        old: the earlier moment as it was scored.
        new: the later one; its primary horizon is explained.
        old_row_now: the earlier row in the columns of the newer model.
        origin: where those columns come from.

    Raises:
        KeyError: the old model does not reach the horizon.
    """
    model, horizon = new.model, new.model.primary_horizon
    begin, end = old.chance(horizon), new.chance(horizon)
    before = (old.inputs if old_row_now is old.row else model.schema.encode(old_row_now))[0]
    after = new.inputs[0]
    middle = _chance(model, before, horizon)
    half = _with_old_calibrators(old.model, model, before, horizon)
    terms = terms_of(model.schema.names, before, after, origin)
    groups = dict.fromkeys(map(group_of, model.schema.names), 0.0)
    shares = by_term(model.chain(horizon), before, after, terms)
    same = old.model.version == model.version
    steps = {} if same else {MODEL_UPDATED: half - begin, RECALIBRATED: middle - half}
    points = by_column(model.chain(horizon), before, after)
    families = model.grouping.families
    family = {name: each[0] for each in families for name in each}
    was, now = cells_of(old_row_now), cells_of(new.row)
    changed = differs(before, after)
    signals = [
        SignalChange(
            signal=name,
            term=terms[i],
            before=plain(was[name]),
            after=plain(now[name]),
            points=float(points[i]),
            family=family[name],
        )
        for i, name in enumerate(model.schema.names)
        if changed[i]
    ]
    signals.sort(key=lambda each: (-abs(each.points), each.signal))
    return ChangeShares(horizon, begin, end, {**steps, **groups, **shares}, tuple(signals))


def terms_of(columns: Sequence[str], before: Vector, after: Vector, origin: Origin) -> list[str]:
    """The term of each column: what people logged, what went missing, or its group.

    Data is missing where a signal was known and is not any more, though an account without
    facts would have a value or nothing else of its table is known either; and where anything
    changed of a table that is silent. A mean over no tickets at all is missing too, but that
    is the account's doing.
    """
    known: dict[str, bool] = {}
    for name, value in zip(columns, after, strict=True):
        table = origin.table.get(name, "")
        known[table] = known.get(table, False) or not np.isnan(value)

    def term(name: str, was: float, now: float) -> str:
        table = origin.table.get(name, "")
        lost = np.isnan(now) and not np.isnan(was)
        unknown = name in origin.never_empty or not known[table]
        if table in origin.silent or (lost and unknown):
            return DATA_MISSING
        return RISK_LOGGED if table == RISKS else group_of(name)

    return [term(*each) for each in zip(columns, before, after, strict=True)]


def _with_old_calibrators(old: ChurnModel, new: ChurnModel, row: Vector, horizon: int) -> float:
    """The new hazards' chance under the old calibrators, where the intervals are the same."""
    calibrators = {h.interval: h.calibrator for h in old.chain(horizon)}
    chain = [
        replace(h, calibrator=calibrators.get(h.interval, h.calibrator)) for h in new.chain(horizon)
    ]
    return _chance(replace(new, hazards=tuple(chain)), row, horizon)


def _chance(model: ChurnModel, row: Vector, horizon: int) -> float:
    chain = model.chain(horizon)
    raw = [h.model.log_odds(row[None, :])[:, None] for h in chain]
    return float(chances(chain, raw)[0, 0])
