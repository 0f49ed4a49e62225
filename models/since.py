"""The model that serves, as it stood, on rows that came after it.

On the rows that two training runs share, the same recipe trained later says the same: they
compare recipes. Whether the model in service has gone stale only rows can tell that are newer
than itself. On those it has seen nothing, its files are what they are, and the challenger's
recipe is learnt anew at successive dates, each time from what was certain by then.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from models.churn_model import ChurnModel
from models.dataset import Dataset
from models.evaluation import FEWEST_TEST_EVENTS, TestSet, independent_events, test_sets
from models.evidence.rows import BESIDE, Evidence
from models.flavours import SHIFTED
from models.hazards import p_loss
from models.material import Material
from models.metrics import Vector
from models.segment_shift import Shift
from models.walkforward import OutOfTime, folds_of

SERVING = "the model that serves"
MOST_BLOCKS = 4
"""How often the recipe is learnt anew; more would cost more and tell little more."""


@dataclass(frozen=True)
class Recipe:
    """How the challenger was made, and what its walk forward had said.

    Attributes:
        flavour: its name, with its intercepts by segment where it has them.
        walk: of that flavour, before any intercepts by segment.
        shift: learns those; None where there are no segments.
    """

    flavour: str
    walk: OutOfTime
    shift: Shift | None = None


@dataclass(frozen=True)
class Since:
    """Rows newer than the model that serves, as both models saw them.

    Attributes:
        tests: by horizon, what the challenger's recipe said out of time.
        serving: by horizon, what the model that serves says of the same rows.
        lacking: what is missing at the primary horizon; empty where nothing is.
    """

    tests: dict[int, TestSet]
    serving: dict[int, dict[str, Vector]]
    lacking: str = ""


def since(material: Material, champion: ChurnModel, trained_on: date, recipe: Recipe) -> Since:
    """Both models on the rows from the champion's own date on whose outcome is certain.

    Args:
        material: what the challenger was trained from.
        champion: the model that serves.
        trained_on: the last day of the data from which its shape was learnt.
        recipe: the challenger's.
    """
    data = material.dataset
    embargo = material.how.embargo
    lacking = shortage(data, champion.primary_horizon, trained_on, embargo)
    shortest = min((h for h in champion.horizons if h > data.lead), default=0)
    if not shortest or shortage(data, shortest, trained_on, embargo):
        return Since({}, {}, lacking)
    walk = walked_afresh(material, recipe.flavour.removesuffix(SHIFTED), recipe.walk, trained_on)
    if recipe.flavour.endswith(SHIFTED) and recipe.shift:
        walk = recipe.shift.walked(walk)
    tests = test_sets(data, walk, trained_on.toordinal())
    tests = {h: test for h, test in tests.items() if h in champion.horizons}
    stood = {h: {SERVING: as_it_stood(champion, data, h, test)} for h, test in tests.items()}
    return Since(tests, stood, lacking)


def shortage(data: Dataset, horizon: int, trained_on: date, embargo: int = 0) -> str:
    """How many more losses must become certain at a horizon; empty where there are enough.

    Those that take `embargo` days to be recorded are waited for, as where they are judged.
    """
    rows = data.matured(horizon, data.told_until(embargo)) & data.followed(horizon)
    rows &= data.ordinals >= trained_on.toordinal()
    lost = data.lost_within(horizon)[rows].astype(np.float64)
    events = independent_events(data, rows, lost)
    if events >= FEWEST_TEST_EVENTS:
        return ""
    return (
        f"of the accounts looked at since {trained_on}, {events} are known to have been lost "
        f"within {horizon} days, or as few to have stayed: {FEWEST_TEST_EVENTS - events} more are "
        "needed to tell whether the model that serves has gone stale"
    )


def walked_afresh(material: Material, flavour: str, walk: OutOfTime, since: date) -> OutOfTime:
    """`walk`, but with the rows from `since` on predicted by models learnt anew every few dates."""
    data, how = material.dataset, material.how
    odds = {interval: values.copy() for interval, values in walk.log_odds.items()}
    block_of = walk.block_of.copy()
    later = data.ordinals >= since.toordinal()
    block_of[later] = 0
    for values in odds.values():
        values[later] = np.nan
    for block in _blocks(material, since):
        rows = (data.ordinals >= block[0].toordinal()) & (data.ordinals <= block[-1].toordinal())
        block_of[rows] = block[0].toordinal()
        certain = block[0] - timedelta(days=how.embargo)
        folds = list(folds_of(material.known(certain), rows, certain, how.intervals))
        for fold, fitted in zip(folds, material.fits(folds, flavour), strict=True):
            odds[fold.interval][rows] = fitted.log_odds(material.inputs[rows])
    return OutOfTime(odds, block_of, walk.embargo)


def _blocks(material: Material, since: date) -> list[list[date]]:
    """The dates from `since` on with certain outcomes of the first interval, a few at a time."""
    data = material.dataset
    told = data.told_until(material.how.embargo)
    certain = data.matured(material.how.intervals[0].end, told)
    newest = int(data.ordinals[certain].max(initial=0))
    later = [day for day in data.dates if day >= since and day.toordinal() <= newest]
    count = min(MOST_BLOCKS, len(later))
    return [list(part) for part in np.array_split(np.array(later, object), count)] if later else []


def as_it_stood(champion: ChurnModel, data: Dataset, horizon: int, test: TestSet) -> Vector:
    """What a model says of the test rows, with the level that it had at each date.

    With a minimum lead time, of those still there when it has passed: as its challenger is asked.
    """
    frame, found = data.frame.iloc[test.rows], np.empty(len(test.rows))
    days = frame["as_of"].to_numpy(object)
    for day in set(days):
        mine = days == day
        odds = champion.on(day).log_odds(champion.schema.encode(frame[mine]))
        found[mine] = p_loss(odds, [horizon], data.lead)[horizon]
    return found


def apart(kept: Evidence, champion: Evidence, trained_on: date) -> tuple[Evidence, Evidence]:
    """The kept rows as evidence of the model that serves, and as evidence of its challenger."""
    until = trained_on - timedelta(days=champion.embargo)
    stood = kept.rows.assign(chance=kept.rows[BESIDE + SERVING], learnt_until=until)
    return replace(champion, rows=stood, data_as_of=kept.data_as_of), kept
