"""What learning days 30 to 90 from what is foretold a month later is worth (docs/adr/0049).

Companies of the demonstration as gap.py makes them. Trees, and the blend, walk forward and are
fitted at the end, once as the product does it and once on what happened alone; lines, which
know no difference, beside them. At 90 days, for each:

- `folds`: log loss of what happened after each block began, calibrated in time;
- `folds_over`: how much higher than the truth's the expected log loss of those rows is;
- `since_over`, `since_raw_over`: the same of the six months since training, calibrated and not;
- `seconds`: processor time of walking both intervals.

    python experiments/quality/foretold.py [--first SEED] [--seeds N] [--accounts N] [--json]
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from gap import FIRST_SEED
from gap_rows import CHAIN, HORIZON, Company, company
from worlds import over_bayes

from models.encoding import InputSchema, Matrix, learn_schema
from models.evaluation import calibrators, test_sets
from models.fitting import refit
from models.flavours import FLAVOURS, Fitted, Flavour
from models.flavours.base import Vector
from models.hazards import p_loss
from models.material import Material
from models.metrics import log_loss
from models.walkforward import OutOfTime, WalkForward, blended


@dataclass(frozen=True)
class OnWhatHappened:
    """A flavour of whose trees nothing is known, so that none learn from foretold chances."""

    flavour: Flavour

    def fit(self, inputs: Matrix, lost: Vector, schema: InputSchema, seed: int) -> Fitted:
        """Fit on rows at risk."""
        return self.flavour.fit(inputs, lost, schema, seed)


TREES, BEFORE, LINES = "lightgbm", "trees on what happened", "logistic"
COMPETING: Mapping[str, Flavour] = {
    BEFORE: OnWhatHappened(FLAVOURS[TREES]),
    TREES: FLAVOURS[TREES],
    LINES: FLAVOURS[LINES],
}
BLENDS = {"blend, trees on what happened": (BEFORE, LINES), "blend": (TREES, LINES)}


@dataclass(frozen=True)
class Found:
    """One way of learning, on one company."""

    seed: int
    model: str
    folds: float
    folds_over: float
    since_over: float
    since_raw_over: float
    seconds: float


def main() -> int:
    """Measure and print."""
    return over_companies(__doc__, lambda one: compared(one, COMPETING, BLENDS))


def over_companies(document: str | None, found: Callable[[Company], Iterable[Any]]) -> int:
    """`over_seeds` for companies of the demonstration, `found` giving the figures of one."""
    return over_seeds(document, lambda seed, accounts: found(company(seed, accounts)))


def over_seeds(document: str | None, found: Callable[[int, int], Iterable[Any]]) -> int:
    """A script: figures of each company that is asked for as they come, then their means.

    Args:
        document: of the script; its first line is its help.
        found: gives, for a seed and a number of accounts, data classes with `seed`, `model` and
            figures.
    """
    parser = argparse.ArgumentParser(description=(document or "").splitlines()[0])
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="the first company's seed")
    parser.add_argument("--seeds", type=int, default=6, help="how many companies")
    parser.add_argument("--accounts", type=int, default=1500)
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    given = parser.parse_args()
    rows = []
    for i in range(given.seeds):
        for one in found(given.first + i, given.accounts):
            rows.append(asdict(one))
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    means = pd.DataFrame(rows).drop(columns="seed").groupby("model", sort=False).mean().round(5)
    print(json.dumps(means.to_dict("index")) if given.json else means.to_string())
    return 0


def compared(
    one: Company, competing: Mapping[str, Flavour], blends: Mapping[str, tuple[str, str]]
) -> Iterator[Found]:
    """All ways of learning: flavours by name, and blends of two of them."""
    schema = learn_schema(one.past.frame, one.columns, one.directions, one.details)
    inputs = schema.encode(one.past.frame)
    material = Material(one.past, inputs, schema, WalkForward(CHAIN), competing)
    walks, odds, seconds = {}, {}, {}
    for name in competing:
        begun = time.process_time()
        walks[name] = material.walk(name)
        seconds[name] = time.process_time() - begun
        hazards = refit(material, name, calibrators(one.past, walks[name]), lambda _: None)
        odds[name] = [h.model.log_odds(schema.encode(one.since)) for h in hazards]
    for name, parts in {**{n: (n, n) for n in competing}, **blends}.items():
        walk = blended(*(walks[part] for part in parts))
        raw = [0.5 * (a + b) for a, b in zip(*(odds[part] for part in parts), strict=True)]
        yield judged(one, name, walk, raw, sum(seconds[part] for part in set(parts)))


def judged(one: Company, name: str, walk: OutOfTime, raw: list[Vector], seconds: float) -> Found:
    """The figures of one way of learning."""
    ready, test = calibrators(one.past, walk), test_sets(one.past, walk)[HORIZON]
    known = one.known[test.rows]
    told = ~np.isnan(known)
    calibrated = [ready[k].apply(part) for k, part in zip(CHAIN, raw, strict=True)]
    return Found(
        one.seed, name, log_loss(test.lost, test.chance, np.ones(len(test.lost))),
        over(test.chance[told], known[told]), over(chance(calibrated), one.true),
        over(chance(raw), one.true), seconds,
    )  # fmt: skip


def chance(log_odds: list[Vector]) -> Vector:
    """Of loss by the horizon."""
    return p_loss(dict(zip(CHAIN, log_odds, strict=True)), [HORIZON])[HORIZON]


def over(scores: Vector, truth: Vector) -> float:
    """Share by which the expected log loss lies above the truth's."""
    return over_bayes(scores, truth) - 1


if __name__ == "__main__":
    sys.exit(main())
