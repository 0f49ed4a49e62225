"""What learning days 90 to 365 from what is foretold when they begin is worth (docs/adr/0060).

Companies of the demonstration as gap.py makes them. Trees, lines and their blend walk forward and
are fitted at the end, days 1 to 90 from courses both times; later days once from what happened
and once from what is handed on. At 180 and 365 days, for each:

- `folds`: log loss of what happened after each block began, calibrated in time; 0 where too few
  blocks reach that far;
- `since_over`, `since_raw_over`: how much higher than the truth's the expected log loss of the six
  months since training is, calibrated and not.

    python experiments/quality/later.py [--first SEED] [--seeds N] [--accounts N] [--json]
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from courses import COMPETING
from foretold import over, over_companies
from gap_rows import Company

from models.encoding import learn_schema
from models.evaluation import calibrators, test_sets
from models.fitting import refit
from models.flavours.base import Vector
from models.flavours.blend import PARTS
from models.handed_on import LATER
from models.hazards import p_loss
from models.intervals import INTERVALS
from models.material import Material
from models.metrics import log_loss
from models.walkforward import OutOfTime, WalkForward, blended

HAPPENED, FORETOLD = "what happened", "what is foretold"
MODELS = {"trees": (PARTS[0],) * 2, "lines": (PARTS[1],) * 2, "blend": PARTS}


@dataclass(frozen=True)
class Found:
    """One way of learning, on one company, at one horizon."""

    seed: int
    model: str
    folds: float
    since_over: float
    since_raw_over: float


@dataclass(frozen=True)
class Way:
    """Walks, and the last fits' log-odds of the months since training, by flavour."""

    walks: Mapping[str, OutOfTime]
    since: Mapping[str, list[Vector]]


def main() -> int:
    """Measure and print."""
    return over_companies(__doc__, compared)


def compared(one: Company) -> Iterator[Found]:
    """Both ways of learning later days, by model and horizon."""
    schema = learn_schema(one.past.frame, one.columns, one.directions, one.details)
    inputs = schema.encode(one.past.frame)
    since = schema.encode(one.since)

    def walked(material: Material) -> Way:
        walks = {name: material.walk(name) for name in PARTS}
        fits = {name: refit(material, name, calibrators(one.past, walks[name]), _silent)
                for name in PARTS}  # fmt: skip
        return Way(walks, {n: [h.model.log_odds(since) for h in fits[n]] for n in PARTS})

    new = Material(one.past, inputs, schema, WalkForward(INTERVALS), COMPETING)
    foretold = walked(new)
    plain = walked(replace(new, how=WalkForward(LATER)))  # nothing begins what could be handed on
    for way, told in ((HAPPENED, _joined(foretold, plain)), (FORETOLD, foretold)):
        for name, parts in MODELS.items():
            yield from _judged(one, f"{name} from {way}", told, parts)


def _silent(_: str) -> None:
    """Nobody is told."""


def _joined(first: Way, then: Way) -> Way:
    """The first intervals of one way, and later ones of another."""
    early, walks = len(INTERVALS) - len(LATER), {}
    for name, walk in first.walks.items():
        walks[name] = replace(walk, log_odds=walk.log_odds | then.walks[name].log_odds)
    return Way(walks, {n: [*o[:early], *then.since[n]] for n, o in first.since.items()})


def _judged(one: Company, name: str, told: Way, parts: tuple[str, str]) -> Iterator[Found]:
    """The figures of one way and model."""
    walk = blended(*(told.walks[part] for part in parts))
    ready, tests = calibrators(one.past, walk), test_sets(one.past, walk)
    raw = [0.5 * (a + b) for a, b in zip(*(told.since[part] for part in parts), strict=True)]
    pairs = list(zip(INTERVALS, raw, strict=False))
    right = p_loss({k: ready[k].apply(o) for k, o in pairs}, [k.end for k in LATER])
    bare = p_loss(dict(pairs), [k.end for k in LATER])
    for horizon in right:
        test, true = tests.get(horizon), one.all_true[horizon]
        loss = log_loss(test.lost, test.chance, np.ones(len(test.lost))) if test else 0.0
        told_over = over(right[horizon], true), over(bare[horizon], true)
        yield Found(one.seed, f"{horizon} days, {name}", loss, *told_over)


if __name__ == "__main__":
    sys.exit(main())
