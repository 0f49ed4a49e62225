"""Whether columns that measure one kind of event alone count for less than others.

Eight kinds of event with some twenty columns each are half of all columns, and mostly say once
more what the whole use says. Where few accounts were lost, trees and lines learn luck from so
many. Where everything hangs on one kind of event, though, its columns are what tells most. So it
is tried: the first interval is walked forward both ways, and the lower log loss decides, as it
does between flavours (docs/adr/0052).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from models.encoding import InputSchema
from models.flavours import FLAVOURS, Flavour
from models.flavours.blend import PARTS
from models.flavours.settings import seasonal, with_settings
from models.material import Material
from models.metrics import Estimate, Resamples
from models.trained import TrainingPlan
from models.walkforward import out_of_time

Progress = Callable[[str], None]

DETAIL = "detail"
"""The field of trees and lines that says what such columns count for."""
LESS = 0.3
ROWS = 60_000
"""Of larger data whole accounts are drawn: more losses leave less to gain."""
DRAWS = 400


def flavours_of(plan: TrainingPlan, schema: InputSchema) -> Mapping[str, Flavour]:
    """The flavours as a plan has them fitted."""
    return seasonal(with_settings(FLAVOURS, plan.settings), schema)


def weighed(
    material: Material, flavours: Sequence[str], plan: TrainingPlan, say: Progress
) -> TrainingPlan:
    """The plan, in which columns of one kind of event count for less if that foretells better.

    Only dates before the first that is reported are looked at where tuning has divided them.

    Args:
        material: the rows.
        flavours: names of those that compete; without trees or lines nothing is tried.
        plan: what was asked for; if it says what these columns count for, that holds.
        say: told what was found.
    """
    told = any(DETAIL in plan.settings.get(name, {}) for name in PARTS)
    judge = next((name for name in (*PARTS, "blend") if name in flavours), None)
    if told or judge is None or not any(c.detail for c in material.schema.columns):
        return plan
    lighter = _lighter(plan)
    cost = _cost(material.sampled(ROWS), judge, plan, lighter)
    if cost is None or cost.low > 0:
        return plan
    say(
        f"columns of one kind of event alone count for {LESS}: log loss {cost.value:+.5f} "
        f"({cost.low:+.5f} to {cost.high:+.5f})"
    )
    return lighter


def _lighter(plan: TrainingPlan) -> TrainingPlan:
    settings = {name: {**plan.settings.get(name, {}), DETAIL: LESS} for name in PARTS}
    return replace(plan, settings={**plan.settings, **settings})


def _cost(
    material: Material, judge: str, plan: TrainingPlan, lighter: TrainingPlan
) -> Estimate | None:
    """Log loss of the first interval that the lighter plan has more; None where no row can tell."""
    how = replace(material.how, intervals=material.how.intervals[:1])
    data, interval = replace(material.dataset, courses=None), how.intervals[0]
    material = replace(material, dataset=data)  # what happened tells as much, and costs less
    both = []
    for way in (plan, lighter):
        flavour = flavours_of(way, material.schema)[judge]
        given = (data, material.inputs, material.schema, flavour, how, material.known)
        both.append(out_of_time(*given).log_odds[interval])
    at = plan.report_from or data.told_until(how.embargo)
    rows = data.at_risk(interval, at) & ~np.isnan(both[0])
    if not rows.any():
        return None
    lost = data.lost_within(interval.end)[rows].astype(np.float64)
    usual, less = (np.logaddexp(0.0, odds[rows]) - lost * odds[rows] for odds in both)
    draws = Resamples.of(data.frame["account_id"].to_numpy(object)[rows], DRAWS, material.how.seed)
    return draws.interval(lambda weight: float(np.average(less - usual, weights=weight)))
