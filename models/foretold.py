"""Later losses, learnt from what is foretold of them a month later.

Whether an account is lost in days 30 to 90 is one toss of a coin, and some hundred lost accounts
are few tosses. Where the account is seen again a month later, the chance of loss that its snapshot
of then is given says the same without the luck (Maystre and Russo 2022, "Temporally-Consistent
Survival Analysis"). So trees are fitted on what happened, and then, for the second interval, once
more on the chances that those trees give the same accounts a month later. Rows are learnt from two
months sooner, too. Lines gain nothing by it (docs/adr/0049).

Only rows and outcomes known by the date of the fit are met: the month later must have come, and the
trees that foretell are of that date. Where a silence is a loss, an account is still seen while it
is being lost, so what is foretold a month later is another chance: there, and where a season is
read beside the trees, what happened is learnt from.
Where there are snapshots of closer dates, courses are learnt from instead (`models.course`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.dataset import Dataset
from models.encoding import InputSchema, Matrix
from models.flavours import Fitted, Flavour
from models.flavours.blend import Blend, FittedBlend
from models.flavours.lightgbm import FittedLightGBM, LightGBM
from models.intervals import INTERVALS, SLACK
from models.lesson import Lesson

Vector = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

FIRST, SECOND = INTERVALS[:2]
FASTER = 2.5
"""How much farther each tree goes: there is less luck in chances that could be learnt by heart."""
NEVER = date.max.toordinal()


def trees_of(flavour: Flavour) -> LightGBM | None:
    """The trees of a flavour; None where it has none, or reads a season beside them."""
    match flavour:
        case LightGBM():
            return flavour
        case Blend():
            return flavour.trees
        case _:
            return None


def grown(fitted: Fitted) -> FittedLightGBM:
    """The fitted trees of a flavour that has trees."""
    if isinstance(fitted, FittedBlend):
        return fitted.trees
    if isinstance(fitted, FittedLightGBM):
        return fitted
    raise TypeError(f"{type(fitted).__name__} has no trees of its own")


def foretold(data: Dataset, at: date, first: Sequence[Fitted], inputs: Matrix) -> Lesson:
    """What trees of the second interval learn: what is foretold a month later.

    Args:
        data: the outcomes that can be learnt from on that date.
        at: the date.
        first: hazards of the first two intervals, with trees (`trees_of`), fitted on what was
            certain on the date.
        inputs: of shape (rows of `data`, columns).
    """
    later = seen_again(data, at)
    again = inputs[later[later >= 0]]
    odds = [grown(one).log_odds(again) for one in first]
    return lesson_of(data, at, later, ahead(odds[0], odds[1]))


def relearnt(
    flavour: Flavour, second: Fitted, lesson: Lesson, material: tuple[Matrix, InputSchema, int]
) -> Fitted:
    """The second interval's hazard, its trees fitted anew on a lesson.

    Args:
        flavour: with trees (`trees_of`).
        second: its hazard, fitted on what happened.
        lesson: what is foretold.
        material: inputs, schema, and seed.
    """
    inputs, schema, seed = material
    trees = trees_of(flavour)
    if trees is None:
        raise TypeError(f"{type(flavour).__name__} has no trees to fit")
    faster = replace(trees, learning_rate=FASTER * trees.learning_rate)
    fitted = faster.fit(inputs[lesson.rows], lesson.lost, schema, seed)
    return replace(second, trees=fitted) if isinstance(second, FittedBlend) else fitted


def seen_again(data: Dataset, at: date, after: int = FIRST.end) -> Rows:
    """For each row the position of the account's row about `after` days later; -1 without one.

    Args:
        data: the rows.
        at: rows later than this date are not seen.
        after: days; a month if not said, and a few more or less will do.
    """
    days = np.unique(data.ordinals)
    account, _ = pd.factorize(data.frame["account_id"].to_numpy(object))
    keys = account * len(days)
    place, following = (np.searchsorted(days, d) for d in (data.ordinals, then(data, at, after)))
    wanted = np.where(following < len(days), keys + following, -1)
    found = pd.Index(keys + place).get_indexer(pd.Index(wanted))
    return np.asarray(found, np.int64)


def then(data: Dataset, at: date, after: int) -> Rows:
    """For each row the day number of the date about `after` days later, by `at`, or `NEVER`."""
    days, place = np.unique(data.ordinals, return_inverse=True)
    off = np.abs(days[None, :] - days[:, None] - float(after))
    off[(off > SLACK) | (days > at.toordinal())] = np.inf
    return np.where(np.isfinite(off.min(axis=1)), days[off.argmin(axis=1)], NEVER)[place]


def ahead(first: Vector, second: Vector) -> Vector:
    """Chance of loss within as many days as the second interval has, from both hazards' log-odds.

    Within an interval the hazard counts as even.
    """
    length = SECOND.end - SECOND.start
    share = (length - FIRST.end) / length
    return np.asarray(-np.expm1(-np.logaddexp(0, first) - share * np.logaddexp(0, second)))


def lesson_of(data: Dataset, at: date, later: Rows, chance: Vector) -> Lesson:
    """Rows seen again with their chance of then, and other rows at risk with what happened.

    Args:
        data: the outcomes that can be learnt from on the date `at`.
        at: the date.
        later: for each row where it is seen again (`seen_again`).
        chance: of those seen again, in order.
    """
    seen = later >= 0
    lost = data.lost_within(SECOND.end).astype(np.float64)
    lost[seen] = chance
    rows = np.flatnonzero(seen | data.at_risk(SECOND, at))
    return Lesson(rows, lost[rows])
