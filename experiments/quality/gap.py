"""Why scores are worse than the truth: the luck of few losses, the level, or what no signal knows?

Companies of the demonstration, made as worlds.py makes them. Models of the chance of loss within
90 days are learnt from all but the last six months of a company and judged on the months since,
by the simulator's own probabilities: how much higher their expected log loss is. Shown for each:

- `over`: share by which the log loss is above the truth's;
- `level`: mean chance foretold over the true mean; `slope` of the truth on the scores' log-odds;
- `over_level_right`, `over_line_right`: `over` once the truth has set the level, or level and
  slope: what no calibrator could do better.

Learnt are the default trees, lines and their blend, before any calibration; the blend from a
third of the accounts, and with the rows of other companies beside its own: what more losses
would bring. Last, trees and lines learnt from the true probabilities in place of what happened
to happen, from the company's own rows and from all: no luck of losses is left in these, so what
they lack is what the signals do not show, or what this many rows do not teach.

    python experiments/quality/gap.py [--first SEED] [--seeds N] [--accounts N] [--tested N]
        [--json]
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from gap_rows import (
    LINES,
    TREES,
    Company,
    blend,
    chain,
    company,
    from_truth,
    hazards,
    mean,
    rows_of,
)
from worlds import over_bayes

from models.encoding import Matrix, learn_schema
from models.flavours.base import Vector, sigmoid

FIRST_SEED = 301
"""Not those of worlds.py: what is found here may be acted on, and is then tested there."""


@dataclass(frozen=True)
class Found:
    """One model of one company."""

    seed: int
    model: str
    lost: int
    over: float
    level: float
    slope: float
    over_level_right: float
    over_line_right: float


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="the first company's seed")
    parser.add_argument("--seeds", type=int, default=4, help="how many companies")
    parser.add_argument("--accounts", type=int, default=1500)
    parser.add_argument("--tested", type=int, default=2, help="how many of them are tested")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    given = parser.parse_args()
    companies = [company(given.first + i, given.accounts) for i in range(given.seeds)]
    found: list[Found] = []
    for place in range(min(given.tested, given.seeds)):
        for one in models(companies, place):
            found.append(one)
            print(json.dumps(asdict(one)), file=sys.stderr, flush=True)
    means = summary(found)
    print(json.dumps(means.to_dict("index")) if given.json else means.to_string())
    return 0


def models(companies: Sequence[Company], place: int) -> Iterator[Found]:
    """Every model of one of the companies."""
    mine = companies[place]
    others = [one for one in companies if one is not mine]
    names = [n for n in mine.columns if all(n in one.past.frame for one in companies)]
    frames = pd.concat([one.past.frame[names] for one in companies], ignore_index=True)
    schema = learn_schema(frames, names, mine.directions)
    test, own = schema.encode(mine.since), rows_of([mine], schema)

    def told(name: str, lost: int, chance: Vector) -> Found:
        return judged(mine, name, lost, chance)

    trees, lines = (hazards(flavour, own, schema, test) for flavour in (TREES, LINES))
    yield told("trees", own.lost, chain(trees))
    yield told("lines", own.lost, chain(lines))
    yield told("blend", own.lost, chain(mean(trees, lines)))
    third = rows_of([mine], schema, share=3)
    yield told("blend, a third of the accounts", third.lost, blend(third, schema, test))
    for more in sorted({1, len(others)} & set(range(1, len(companies)))):
        pool = rows_of([mine, *others[:more]], schema)
        yield told(f"blend, {more} other companies too", pool.lost, blend(pool, schema, test))
    yield told("from true chances, own rows", own.lost, from_truth(own, schema, test))
    if others:
        every = rows_of(companies, schema)
        yield told("from true chances, all rows", every.lost, from_truth(every, schema, test))


def judged(mine: Company, name: str, lost: int, chance: Vector) -> Found:
    """A model's figures by the truth."""
    odds = np.log(chance) - np.log1p(-chance)

    def over(scores: Vector) -> float:
        return over_bayes(scores, mine.true) - 1

    line = _line(np.column_stack([np.ones_like(odds), odds]), mine.true)
    shift = _line(np.ones((len(odds), 1)), mine.true, odds)
    return Found(
        mine.seed, name, lost, over(chance), float(chance.mean() / mine.true.mean()),
        float(line[1]), over(sigmoid(odds + shift[0])), over(sigmoid(line[0] + line[1] * odds)),
    )  # fmt: skip


def _line(design: Matrix, truth: Vector, offset: Vector | float = 0.0) -> Vector:
    """Logistic regression of the truth, by Newton's method."""
    beta = np.zeros(design.shape[1])
    beta[-1] = float(design.shape[1] > 1)
    for _ in range(30):
        p = sigmoid(design @ beta + offset)
        curve = design.T @ (design * (p * (1 - p))[:, None])
        beta = beta + np.linalg.solve(curve, design.T @ (truth - p))
    return beta


def summary(found: Sequence[Found]) -> pd.DataFrame:
    """Means over the companies tested, in the order in which models were tried."""
    frame = pd.DataFrame([asdict(one) for one in found])
    return frame.drop(columns="seed").groupby("model", sort=False).mean().round(4)


if __name__ == "__main__":
    sys.exit(main())
