"""What comes, learnt from the course that accounts took instead of from what befell them.

Whether an account is lost within a month or three is one toss of a coin, and some hundred lost
accounts are few tosses. But every week that it is seen, its signals tell the chance of loss of
the week that follows; and the chances of the weeks through which it was still there, added up,
have the same expectation as the toss itself and none of its luck (a count less its compensator
is a martingale: Doob and Meyer; temporal consistency: Maystre and Russo 2022). So trees learn the
hazard until the next date, from snapshots of closer dates than are foretold, and what is to
foretell a month, or the two after it, learns the sums along the courses seen. With less luck
to be held at bay, trees may go farther and coefficients vary more (docs/adr/0053).

Only what was known by a fit's date is met: outcomes certain by then teach the hazard, and a course
ends there; what of an interval lies beyond goes on at the last hazard seen. Where a silence is a
loss, an account is still seen while it is being lost, so nothing is learnt so; nor is it where
what is expected does not add up to what came (`models.lesson`).
"""

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.dataset import Dataset, Mask
from models.encoding import InputSchema, Matrix
from models.enough import enough
from models.flavours import Flavour
from models.flavours.base import sigmoid
from models.flavours.blend import Blend
from models.flavours.lightgbm import LightGBM
from models.flavours.logistic import Logistic
from models.intervals import INTERVALS, SEEN_AGAIN, Interval
from models.lesson import Lesson

Vector = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Key = tuple[date, LightGBM, InputSchema, tuple[int, ...], int]

TAUGHT = INTERVALS[:2]
FASTER = 2.0
"""How much farther each tree goes that learns from courses."""
FREER = 15.0
"""How much more a line that does may vary: its coefficients' prior variance."""


def taught(flavour: Flavour) -> Flavour | None:
    """The flavour as it learns from courses; None where it learns from what happened."""
    match flavour:
        case LightGBM():
            return _faster(flavour)
        case Logistic():
            return _freer(flavour)
        case Blend():
            return Blend(_faster(flavour.trees), _freer(flavour.line))
        case _:
            return None


def _faster(trees: LightGBM) -> LightGBM:
    return replace(trees, learning_rate=FASTER * trees.learning_rate)


def _freer(line: Logistic) -> Logistic:
    return replace(line, strength=FREER * line.strength)


def teacher_of(flavour: Flavour) -> LightGBM:
    """The trees that learn the hazard until the next date: the usual ones, with its weights."""
    inner = flavour.trees if isinstance(flavour, Blend) else flavour
    detail = inner.detail if isinstance(inner, LightGBM | Logistic) else 1.0
    return LightGBM(detail=detail)


@dataclass(frozen=True)
class Hazards:
    """The hazards until the next date, by account and date up to the date of a fit.

    Attributes:
        days: the dates as day numbers, shape (dates,).
        accounts: their ids.
        chance: shape (accounts, dates); 0 where the account was not seen, or was lost before.
        seen: likewise, whether it was seen.
    """

    days: Rows
    accounts: "pd.Index[str]"
    chance: Matrix
    seen: npt.NDArray[np.bool_]

    @property
    def ends(self) -> Rows:
        """When each date's step ends; the last one's is of the usual length."""
        usual = int(np.median(np.diff(self.days)))
        return np.append(self.days[1:], self.days[-1] + usual)

    def until(self, account: Rows, day: Vector) -> Vector:
        """The hazard added up along the courses of accounts until days, shape (rows,)."""
        place = np.clip(np.searchsorted(self.days, day, side="right") - 1, 0, None)
        before = np.cumsum(self.chance, axis=1) - self.chance
        share = (day - self.days[place]) / (self.ends - self.days)[place]
        return np.asarray(before[account, place] + self.chance[account, place] * share)

    def nearest(self, day: Rows) -> Rows:
        """The position of the date nearest to each day."""
        apart = np.abs(self.days[None, :] - day[:, None])
        return np.asarray(apart.argmin(axis=1), np.int64)


@dataclass(frozen=True)
class Courses:
    """Snapshots of close dates, and what trees say of them, worked out once.

    Attributes:
        data: all dates, those that are foretold among them.
    """

    data: Dataset
    _inputs: dict[InputSchema, Matrix] = field(default_factory=dict, repr=False, compare=False)
    _found: dict[Key, Hazards | None] = field(default_factory=dict, repr=False, compare=False)

    def encoded(self, schema: InputSchema) -> Matrix:
        """The inputs of all rows, shape (rows, columns of `schema`); the last ones are kept."""
        if schema not in self._inputs:
            self._inputs.clear()
            self._inputs[schema] = schema.encode(self.data.frame)
        return self._inputs[schema]

    def share(self, frame: pd.DataFrame, schema: InputSchema, inputs: Matrix) -> None:
        """Take the inputs of the same rows, worked out already, so that there is one copy.

        Args:
            frame: whose they are; those of other rows are not taken.
            schema: the columns.
            inputs: of shape (rows, columns of `schema`).
        """
        if frame is self.data.frame:
            self._inputs[schema] = inputs

    def seen_by(self, at: date) -> set[str]:
        """The accounts seen by a date."""
        past = self.data.ordinals <= at.toordinal()
        return set(self.data.frame["account_id"].to_numpy(object)[past])

    def hazards(
        self, at: date, teacher: LightGBM, schema: InputSchema, seed: int
    ) -> Hazards | None:
        """The hazards learnt from what was certain on a date; None where that is too little."""
        key = (at, teacher, schema, tuple(schema.loss_signs), seed)
        if key not in self._found:
            self._found[key] = self._learnt(at, teacher, schema, seed)
        return self._found[key]

    def _learnt(
        self, at: date, teacher: LightGBM, schema: InputSchema, seed: int
    ) -> Hazards | None:
        data, inputs = self.data, self.encoded(schema)
        past = np.flatnonzero(data.ordinals <= at.toordinal())
        days, place = np.unique(data.ordinals[past], return_inverse=True)
        if len(days) < 2:
            return None
        length = np.append(np.diff(days), 0)[place]
        rows, lost = _steps(data, past, length, at)
        if not enough(lost, len(np.unique(data.ordinals[rows]))):
            return None
        fitted = teacher.fit(inputs[rows], lost, schema, seed)
        account, names = pd.factorize(data.frame["account_id"].to_numpy(object)[past])
        chance = np.zeros((len(names), len(days)))
        chance[account, place] = sigmoid(fitted.log_odds(inputs[past]))
        seen = np.zeros(chance.shape, np.bool_)
        seen[account, place] = True
        return Hazards(days, pd.Index(names), chance, seen)


def _steps(data: Dataset, past: Rows, length: Rows, at: date) -> tuple[Rows, Vector]:
    """Rows whose outcome until the next date was certain at a date, and whether they were lost."""
    event, followed = data.event_days[past], data.followed_days[past]
    gone = (event <= length) & (event <= followed)
    certain = data.ordinals[past] + length + data.lag_days <= at.toordinal()
    risk = certain & (length > 0) & (event > 0) & (gone | (followed >= length))
    return past[risk], gone[risk].astype(np.float64)


def lesson(data: Dataset, at: date, interval: Interval, hazards: Hazards) -> Lesson:
    """What is to be learnt of an interval from courses up to a date.

    Rows of a month before and older, and of the second interval those of accounts seen a
    month later, or about, and of those that had finished by then.

    Args:
        data: the rows that are learnt from.
        at: the date of the fit.
        interval: one of the first two.
        hazards: until the next date, learnt from what was certain at the date.
    """
    old = data.ordinals + SEEN_AGAIN[0] <= at.toordinal()
    place = hazards.accounts.get_indexer(pd.Index(data.frame["account_id"].to_numpy(object)))
    rows = np.flatnonzero(old & (place >= 0))
    if interval.start:
        begins = hazards.nearest(data.ordinals[rows] + interval.start)
        there = hazards.seen[place[rows], begins] | finished(data, rows, hazards.days[begins], at)
        rows = rows[there & still_there(data, rows, interval, at)]
    account, day = place[rows], data.ordinals[rows].astype(np.float64)
    before = hazards.until(account, day + interval.start)
    lost = hazards.until(account, day + interval.end) - before
    return Lesson(rows, np.clip(lost, 0.0, 1.0))


def still_there(data: Dataset, rows: Rows, interval: Interval, at: date) -> Mask:
    """Rows not known on a date to have been lost before an interval begins."""
    event = data.event_days[rows]
    known = data.ordinals[rows] + event + data.lag_days <= at.toordinal()
    return np.asarray(~known | (event > interval.start))


def finished(data: Dataset, rows: Rows, then: Rows, at: date) -> Mask:
    """Of rows whose accounts are not seen `then`: whether no loss is why (`is_completed`).

    They count as there, and as never lost (docs/adr/0005).

    Args:
        data: the rows.
        rows: positions, shape (rows,).
        then: day numbers, likewise.
        at: the date on which it has to be certain.
    """
    passed = then - data.ordinals[rows]
    certain = then + data.lag_days <= at.toordinal()
    stayed = (data.event_days[rows] > passed) & (data.followed_days[rows] >= passed)
    return np.asarray(certain & stayed)
