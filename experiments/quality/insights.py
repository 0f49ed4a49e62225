"""Do insights find what was planted, and leave alone what means nothing?

Simulated bases (insight_worlds.py), each with its own seed:

- `drivers_in_top`: share of bases in which all of two planted drivers are among the three
  leading indicators told first;
- `none_false_share`: mean share of false discoveries where nothing but tier, age and size makes
  accounts leave (with no true one, any discovery is false: the share of bases that tell any);
- `usage_blamed`: mean share of false discoveries where support alone makes accounts leave:
  usage, which leans on size, tier and age, must not be blamed. Signals of the planted table
  share a part with the driver, so only those of other tables count as false.

    python experiments/quality/insights.py [--seeds N] [--accounts N] [--json]
"""

import argparse
import json
import sys
from collections.abc import Iterable

import numpy as np
from insight_worlds import SIGNALS, World, columns, draw

from models.insights.leading import LeadingIndicators, leading_indicators

TOP = 3


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200, help="how many bases of each kind")
    parser.add_argument("--accounts", type=int, default=500)
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    given = parser.parse_args()
    result = measured(given.seeds, given.accounts)
    print(json.dumps(result) if given.json else "\n".join(f"{k}: {v}" for k, v in result.items()))
    return 0


def measured(seeds: int, accounts: int) -> dict[str, object]:
    """All figures, with how far they stray by chance."""
    planted = [planted_found(seed, accounts) for seed in range(seeds)]
    none = [false_share(World(accounts), 10_000 + s, ()) for s in range(seeds)]
    support = World(accounts, drivers=("severe_tickets",))
    blamed = [false_share(support, 20_000 + s, ("tickets",)) for s in range(seeds)]
    return {
        "seeds": seeds,
        "accounts": accounts,
        "drivers_in_top": share(planted),
        "none_false_share": share(none),
        "usage_blamed": share(blamed),
    }


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
