"""How much choosing by the rows that are then reported flatters the report (docs/adr/0003).

Companies of the demonstration as gap.py makes them. Trees, lines and their blend walk forward,
each with columns of one kind of event counting in full and for less: six ways to foretell the
same. The log loss that is told of a way at 90 days, less the one to be expected of it by the
simulator's own chances, is luck, and the same for all ways but for what they differ in. How much
more luck the chosen way had than the mean of all six is what choosing adds, in log loss:

- `flattered`: of the way that the product's rule takes (ADR 52, 57), `flattered_lowest` of the
  lowest of the six;
- `told`: log loss that is told of the former, and `half_width`, half its 95 % interval.

    OMP_NUM_THREADS=1 python experiments/quality/chosen.py [--first SEED] [--seeds N] [--accounts N]
        [--json]
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from details import BLENDS, COMPETING, LIGHTER
from foretold import over_seeds
from gap_rows import CHAIN, HORIZON, Company, company
from worlds import expected_log_loss

from models.encoding import learn_schema
from models.evaluation import DRAWS, TestSet, test_sets
from models.flavours.blend import PARTS
from models.material import Material
from models.metrics import Resamples, log_loss
from models.segment_shift import lowers
from models.walkforward import WalkForward, blended

TREES = PARTS[0]


@dataclass(frozen=True)
class Found:
    """One company."""

    seed: int
    model: str
    told: float
    half_width: float
    flattered: float
    flattered_lowest: float


def main() -> int:
    """Measure and print."""
    return over_seeds(__doc__, lambda seed, accounts: chosen(company(seed, accounts)))


def chosen(one: Company) -> Iterator[Found]:
    """What the choice among six ways adds."""
    tests, luck = _judged(one), {}
    ones = np.ones(len(next(iter(tests.values())).lost))
    for name, test in tests.items():
        true = one.known[test.rows]
        known = ~np.isnan(true)
        said, lost = test.chance[known], test.lost[known]
        luck[name] = expected_log_loss(said, true[known]) - log_loss(lost, said, ones[known])
    lowest = min(tests, key=lambda name: log_loss(tests[name].lost, tests[name].chance, ones))
    taken, usual = _by_the_rule(one, tests), float(np.mean([*luck.values()]))
    test = tests[taken]
    accounts = one.past.frame["account_id"].to_numpy(object)[test.rows]
    draws = Resamples.of(accounts, DRAWS, 1)
    told = draws.interval(lambda weight: log_loss(test.lost, test.chance, weight))
    yield Found(
        one.seed, taken, told.value, 0.5 * (told.high - told.low), luck[taken] - usual,
        luck[lowest] - usual,
    )  # fmt: skip


def _judged(one: Company) -> dict[str, TestSet]:
    """The same test rows as each way foretold them."""
    schema = learn_schema(one.past.frame, one.columns, one.directions, one.details)
    inputs = schema.encode(one.past.frame)
    material = Material(one.past, inputs, schema, WalkForward(CHAIN), COMPETING)
    walks = {name: material.walk(name) for name in COMPETING}
    walks |= {name: blended(walks[a], walks[b]) for name, (a, b) in BLENDS.items()}
    return {name: test_sets(one.past, walk)[HORIZON] for name, walk in walks.items()}


def _by_the_rule(one: Company, tests: Mapping[str, TestSet]) -> str:
    """Lighter unless that is worse beyond doubt; the blend unless a part is better beyond doubt."""
    data, (full, light) = one.past, BLENDS
    worse = lowers(data, tests[LIGHTER[TREES]], tests[TREES], 1)
    blend, parts = (full, PARTS) if worse else (light, tuple(LIGHTER.values()))
    ones = np.ones(len(tests[blend].lost))
    lowest = min(parts, key=lambda name: log_loss(tests[name].lost, tests[name].chance, ones))
    return lowest if lowers(data, tests[blend], tests[lowest], 1) else blend


if __name__ == "__main__":
    sys.exit(main())
