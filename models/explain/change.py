"""Why a chance of loss is another than it was: terms that add up to the change shown.

In order: the old model on the old row; the new hazards with the old calibrators ("model
updated"); the new calibrators, with what was added since training ("recalibrated"); then the
new model from the old row to the new one, by group, with the risks that people logged and the
data that went missing or came back on their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.churn_model import ChurnModel
from models.encoding import Matrix, Row, cells_of
from models.explain.between import Between, by_column, differs
from models.explain.groups import chances
from models.explain.reasons import plain
from models.explain.terms import MODEL_UPDATED, RECALIBRATED, Origin, groups_of, terms_of

Vector = npt.NDArray[np.float64]


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
        """Chance of loss within a horizon of the model, days; of the primary one as shown."""
        return float(shown(self.model, self.inputs, horizon)[0])


def shown(model: ChurnModel, inputs: Matrix, horizon: int) -> Vector:
    """Chances of loss within a horizon, shape (rows,); of the primary one after the lead."""
    if horizon == model.primary_horizon:
        return model.primary_chance(inputs)
    return model.chances(inputs)[horizon]


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
class Comparison:
    """Two models, ready to tell by term why chances under the second are others.

    Attributes:
        origin: where the columns of the newer model come from.
    """

    old: ChurnModel
    new: ChurnModel
    origin: Origin

    def steps(self, begin: Vector, before: Matrix) -> dict[str, Vector]:
        """What the newer model makes of the earlier rows; nothing where it is the same one.

        Args:
            begin: the chances that the older model gave, shape (rows,).
            before: the earlier rows as the newer model reads them, shape (rows, columns).
        """
        if self.old.version == self.new.version:
            return {}
        middle = _chances(self.new, before)
        half = _chances(self._with_old_calibrators, before)
        return {MODEL_UPDATED: half - begin, RECALIBRATED: middle - half}

    def shares(self, before: Vector, after: Vector) -> dict[str, float]:
        """What lies between two encoded rows under the newer model, by term.

        Every group is there, and one that did not change has exactly 0.
        """
        return self.shares_of(before, after, self.terms(before, after))

    def terms(self, before: Vector, after: Vector) -> list[str]:
        """The term of each column of two encoded rows."""
        return terms_of(self.new.schema.names, before, after, self.origin)

    def shares_of(self, before: Vector, after: Vector, terms: Sequence[str]) -> dict[str, float]:
        """What `shares` gives, where the terms are known."""
        groups = dict.fromkeys(groups_of(self.new.schema.names), 0.0)
        return {**groups, **self._between.by_term(before, after, terms)}

    @cached_property
    def _between(self) -> Between:
        return Between.of(self.new.chain())

    @cached_property
    def _with_old_calibrators(self) -> ChurnModel:
        """The new hazards under the old calibrators, where the intervals are the same."""
        old = {h.interval: h for h in self.old.hazards}
        hazards = tuple(
            replace(h, calibrator=old[h.interval].calibrator, shift=old[h.interval].shift)
            if h.interval in old
            else h
            for h in self.new.hazards
        )
        return replace(self.new, hazards=hazards)


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
    before = old.inputs if old_row_now is old.row else model.schema.encode(old_row_now)
    comparison = Comparison(old.model, model, origin)
    steps = comparison.steps(np.array([begin]), before)
    terms = comparison.terms(before[0], new.inputs[0])
    return ChangeShares(
        horizon=horizon,
        before=begin,
        after=end,
        terms={
            **{term: float(share[0]) for term, share in steps.items()},
            **comparison.shares_of(before[0], new.inputs[0], terms),
        },
        signals=_signals(new, old_row_now, before[0], terms),
    )


def _signals(
    new: Moment, old_row: Row, before: Vector, terms: list[str]
) -> tuple[SignalChange, ...]:
    """The signals that changed between two rows, largest share first."""
    model, after = new.model, new.inputs[0]
    names = model.schema.names
    points = by_column(model.chain(), before, after)
    family = model.grouping.speaker_of
    was, now = cells_of(old_row), cells_of(new.row)
    found = [
        SignalChange(
            signal=names[i],
            term=terms[i],
            before=plain(was[names[i]]),
            after=plain(now[names[i]]),
            points=float(points[i]),
            family=family[names[i]],
        )
        for i in np.flatnonzero(differs(before, after))
    ]
    return tuple(sorted(found, key=lambda each: (-abs(each.points), each.signal)))


def _chances(model: ChurnModel, inputs: Matrix) -> Vector:
    """Chances within the primary horizon, put together as the shares are."""
    chain = model.chain()
    raw = [h.model.log_odds(inputs)[:, None] for h in chain]
    return np.asarray(chances(chain, raw)[:, 0])
