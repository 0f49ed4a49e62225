"""Which flavour is used: all walk forward through the same dates, and the lowest loss wins.

But the blend gives way to one of its parts only where that is better beyond doubt (docs/adr/0057).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.base_rates import first_usable
from models.dataset import Dataset
from models.evaluation import TestSet, log_loss_and_auc, test_sets
from models.flavours import SHIFTED
from models.flavours.blend import PARTS
from models.material import Material
from models.metrics import log_loss
from models.segment_shift import Shift, lowers, shift_by
from models.trained import TrainingPlan
from models.walkforward import OutOfTime, blended

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Competition:
    """What each flavour foretold of rows later than all it had learnt from.

    Attributes:
        walks: by flavour, shifted by segment or not, the out-of-time log-odds.
        tests: by flavour and horizon the rows that it is judged by.
        shift: by which segments are shifted; None where none can be.
        deciding: the horizon that decides, days.
        plain: the winner before any shift by segment.
        best: the winner.
    """

    walks: Mapping[str, OutOfTime]
    tests: Mapping[str, Mapping[int, TestSet]]
    shift: Shift | None
    deciding: int
    plain: str
    best: str

    @property
    def losses(self) -> dict[str, float]:
        """Each flavour's log loss at the horizon that decides."""
        return _losses(self.tests, self.deciding)

    @property
    def figures(self) -> dict[str, dict[int, dict[str, float]]]:
        """Each flavour's log loss and AUC by horizon."""
        return {
            name: {horizon: log_loss_and_auc(test, test.chance) for horizon, test in sets.items()}
            for name, sets in self.tests.items()
        }


def compete(
    material: Material, flavours: Sequence[str], plan: TrainingPlan, say: Progress
) -> Competition | None:
    """Let flavours walk forward, and find the best; None where no row can be tested.

    Args:
        material: the rows.
        flavours: their names.
        plan: which horizons count, and which segments may be shifted.
        say: told about each step.
    """
    walks = _walks(material, flavours, say)
    shift = shift_by(material, first_usable(material.schema, plan.segments))
    walks = shift.all_walked(walks) if shift else walks
    tests = {name: _tests(material.dataset, walk, plan) for name, walk in walks.items()}
    if not any(tests.values()):
        return None
    deciding = _deciding_horizon(tests, plan.primary_horizon)
    losses = _losses(tests, deciding)
    lowest = min((name for name in losses if SHIFTED not in name), key=lambda name: losses[name])
    plain = _blend_or(lowest, material, tests, deciding)
    best = _with_segments(material, plain, tests, deciding)
    say(_said(best, plain, lowest, losses, deciding))
    return Competition(walks, tests, shift, deciding, plain, best)


def _losses(tests: Mapping[str, Mapping[int, TestSet]], horizon: int) -> dict[str, float]:
    return {name: _loss(sets[horizon]) for name, sets in tests.items() if horizon in sets}


def _walks(material: Material, flavours: Sequence[str], say: Progress) -> dict[str, OutOfTime]:
    """Every flavour's out-of-time predictions; a blend of two that were walked is their mean."""
    walks: dict[str, OutOfTime] = {}
    for name in sorted(flavours, key=lambda flavour: flavour == "blend"):
        if name == "blend" and set(PARTS) <= set(walks):
            walks[name] = blended(*(walks[part] for part in PARTS))
            continue
        say(f"walking {name} forward through {len(material.dataset.dates)} dates")
        walks[name] = material.walk(name)
    return walks


def _tests(dataset: Dataset, walk: OutOfTime, plan: TrainingPlan) -> dict[int, TestSet]:
    """The test rows of the horizons that are shown."""
    found = test_sets(dataset, walk, plan.since)
    return {horizon: test for horizon, test in found.items() if horizon in plan.horizons}


def _deciding_horizon(tests: Mapping[str, Mapping[int, TestSet]], wished: int) -> int:
    """The longest tested horizon up to the one wished for, else the shortest tested."""
    tested = sorted({h for sets in tests.values() for h in sets})
    return max((h for h in tested if h <= wished), default=tested[0])


def _blend_or(
    lowest: str, material: Material, tests: Mapping[str, Mapping[int, TestSet]], horizon: int
) -> str:
    """The flavour of the lowest log loss; the blend unless that part of it is better beyond doubt.

    Two forecasts of the same thing err in different ways, so their mean is the safer one, and
    which of the three looks best on some hundred losses is mostly luck.
    """
    blend = tests.get("blend", {}).get(horizon)
    if blend is None or lowest not in PARTS:
        return lowest
    sure = lowers(material.dataset, blend, tests[lowest][horizon], material.how.seed)
    return lowest if sure else "blend"


def _said(best: str, plain: str, lowest: str, losses: Mapping[str, float], horizon: int) -> str:
    if plain == lowest:
        return f"{best} has the lowest log loss out of time ({losses[best]:.4f} at {horizon} days)"
    return (
        f"{best} is used (log loss out of time {losses[best]:.4f} at {horizon} days): {lowest} "
        f"has {losses[lowest]:.4f}, which is not lower beyond doubt"
    )


def _with_segments(
    material: Material, part: str, tests: Mapping[str, Mapping[int, TestSet]], horizon: int
) -> str:
    """The flavour's name, shifted by segment where that earns its place."""
    shifted = tests.get(f"{part}{SHIFTED}", {}).get(horizon)
    plain, seed = tests[part][horizon], material.how.seed
    taken = shifted is not None and lowers(material.dataset, plain, shifted, seed)
    return f"{part}{SHIFTED}" if taken else part


def _loss(test: TestSet) -> float:
    return log_loss(test.lost, test.chance, np.ones(len(test.lost)))
