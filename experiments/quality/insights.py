"""Do insights find what was planted, and leave alone what means nothing?

Simulated bases (insight_worlds.py), each with its own seed:

- `drivers_in_top`: share of bases in which all of two planted drivers are among the three
  leading indicators told first;
- `none_false_share`: mean share of false discoveries where nothing but tier, age and size makes
  accounts leave (with no true one, any discovery is false: the share of bases that tell any);
- `usage_blamed`: mean share of false discoveries where support alone makes accounts leave:
  usage, which leans on size, tier and age, must not be blamed. Signals of the planted table
  share a part with the driver, so only those of other tables count as false.
- `moments_found`: share of bases of four times as many accounts in which a planted early deed
  (above the mean of one signal in the second month, at random) is among the moments that hold;
- `moments_false`: mean share of false ones among the moments that hold where nothing early
  matters; usage leans on size and age, which do;
- `beliefs_supported`, `beliefs_false`: share of bases in which the belief in the planted deed,
  and in a signal of another table, is supported.

    python experiments/quality/insights.py [--seeds N] [--accounts N] [--only PART] [--json]
"""

import argparse
import json
import sys
from collections.abc import Iterable

import numpy as np
from insight_worlds import SIGNALS, World, columns, draw

from features.signal import Direction
from models.insights.base import Base
from models.insights.beliefs import SUPPORTED, Belief, judged
from models.insights.deed import Deed
from models.insights.leading import LeadingIndicators, leading_indicators
from models.insights.moments import HOLDS, magic_moments

TOP = 3
MORE = 4


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200, help="how many bases of each kind")
    parser.add_argument("--accounts", type=int, default=500)
    parser.add_argument("--only", choices=("leading", "early"), help="one half of the figures")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    given = parser.parse_args()
    parts = {"leading": leading, "early": early}
    result: dict[str, object] = {"seeds": given.seeds, "accounts": given.accounts}
    for name, part in parts.items():
        if given.only in (None, name):
            result |= part(given.seeds, given.accounts)
    print(json.dumps(result) if given.json else "\n".join(f"{k}: {v}" for k, v in result.items()))
    return 0


def leading(seeds: int, accounts: int) -> dict[str, dict[str, float]]:
    """Leading indicators: what was planted, and where nothing, or not usage, matters."""
    planted = [planted_found(seed, accounts) for seed in range(seeds)]
    none = [false_share(World(accounts), 10_000 + s, ()) for s in range(seeds)]
    support = World(accounts, drivers=("severe_tickets",))
    blamed = [false_share(support, 20_000 + s, ("tickets",)) for s in range(seeds)]
    return {
        "drivers_in_top": share(planted),
        "none_false_share": share(none),
        "usage_blamed": share(blamed),
    }


def early(seeds: int, accounts: int) -> dict[str, dict[str, float]]:
    """Magic moments and beliefs: what was planted, and where nothing was."""
    planted, false, true_belief, false_belief = [], [], [], []
    for seed in range(seeds):
        name = drawn_drivers(seed)[0]
        world = World(MORE * accounts, 36, moment=name, gain=1.2, base=-3.3, keep=0.95)
        base = draw(world, 30_000 + seed)
        held = {m.deed.column.signal.name for m in magic_moments(base).told if m.verdict == HOLDS}
        planted.append(float(name in held))
        stated = [belief_in(base, name), belief_in(base, drawn_drivers(seed)[1])]
        right, wrong = judged(base, stated)
        true_belief.append(float(right.verdict == SUPPORTED))
        false_belief.append(float(wrong.verdict == SUPPORTED))
        nothing = draw(World(MORE * accounts, 36, base=-3.3, keep=0.95), 40_000 + seed)
        told_anyway = [m for m in magic_moments(nothing).told if m.verdict == HOLDS]
        false.append(float(bool(told_anyway)))
    return {
        "moments_found": share(planted),
        "moments_false": share(false),
        "beliefs_supported": share(true_belief),
        "beliefs_false": share(false_belief),
    }


def belief_in(base: Base, name: str) -> Belief:
    """That accounts on the healthier side of a signal's median after 30 days stay."""
    column = next(c for c in columns() if c.signal.name == name)
    median = float(np.nanmedian(base.numbers((column.name,))))
    deed = Deed(column, median, 30, column.signal.direction is Direction.HEALTHIER)
    return Belief(name, deed)


def planted_found(seed: int, accounts: int) -> float:
    """1 where both drivers are among the first three told."""
    drivers = drawn_drivers(seed)
    found = told(leading_indicators(draw(World(accounts, drivers=drivers), seed)))
    return float(set(drivers) <= set(found[:TOP]))


def drawn_drivers(seed: int) -> tuple[str, str]:
    """Two signals of different tables."""
    rng = np.random.default_rng(seed)
    tables = {c.signal.name: c.signal.table for c in columns()}
    while True:
        first, second = rng.choice(np.array(SIGNALS), 2, replace=False).tolist()
        if tables[first] != tables[second]:
            return first, second


def false_share(world: World, seed: int, truly: Iterable[str]) -> float:
    """The share of what is told that belongs to tables which mean nothing."""
    found = leading_indicators(draw(world, seed)).told
    wrong = [i for i in found if i.column.signal.table not in truly]
    return len(wrong) / max(len(found), 1)


def told(found: LeadingIndicators) -> list[str]:
    """Names of the signals, first told first."""
    return [indicator.column.signal.name for indicator in found.told]


def share(values: list[float]) -> dict[str, float]:
    """A mean over bases, with its standard error."""
    error = float(np.std(values) / np.sqrt(len(values)))
    return {"value": round(float(np.mean(values)), 4), "error": round(error, 4)}


if __name__ == "__main__":
    sys.exit(main())
