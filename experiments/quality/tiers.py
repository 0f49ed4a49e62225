"""The promotion rule on tiers: does the figure itself decide better than its interval?

Companies as in gate.py, with tiers of 10, 30 and 60 % of the accounts. A challenger is 3 % better
on every tier, 1 % worse on every tier, or pays: 6 or 10 % worse on the smallest tier, and 4 or
4.5 % better on the others. Printed is the share of companies in which it is promoted if nothing
is asked of tiers, by the rule as it is (no tier's log loss may look more than 3 % worse), and by
rules on each tier's 95 % interval or on the lower end of its 80 % one-sided interval.

    python experiments/quality/tiers.py [--companies N] [--accounts N] [--alike R] [--seed N]
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace

import gate
import numpy as np

from models.comparison import Comparison, Difference, Rule, compare
from models.evidence import Evidence

TIER_OF = np.array(["high", "mid", "mid", "mid", *["low"] * 6], dtype=object)
NO_TIERS = Rule(draws=300, tier_margin=1e9)
ONE_SIDED = 0.8416 / 1.96
"""Distance to the lower end of an 80 % one-sided interval, over that of a 95 % interval."""

RULES: dict[str, Callable[[Difference], bool]] = {
    "nothing asked": lambda _: True,
    "figure above -3 %": lambda d: d.gain.value >= -0.03 * d.champion,
    "not worse beyond doubt": lambda d: d.gain.high >= 0,
    "95 % above -5 %": lambda d: d.gain.low > -0.05 * d.champion,
    "95 % above -8 %": lambda d: d.gain.low > -0.08 * d.champion,
    "80 % above -5 %": lambda d: _low(d) > -0.05 * d.champion,
    "80 % above -6 %": lambda d: _low(d) > -0.06 * d.champion,
}


def _low(found: Difference) -> float:
    gain = found.gain
    return gain.value - ONE_SIDED * (gain.value - gain.low)


@dataclass(frozen=True)
class Payer:
    """One model on the smallest tier, another on the others."""

    small: gate.Model
    others: gate.Model

    def chance(self, rows: gate.Drawn) -> np.ndarray:
        """The chance of loss of each row."""
        high = TIER_OF[rows.account % 10] == "high"
        return np.where(high, self.small.chance(rows), self.others.chance(rows))


def evidence(model: gate.Model | Payer, rows: gate.Drawn, version: str) -> Evidence:
    """As in gate.py, with tiers of unequal size."""
    plain = gate.evidence(model, rows, version)  # type: ignore[arg-type]
    return replace(plain, rows=plain.rows.assign(**{"segment: tier": TIER_OF[rows.account % 10]}))


def main() -> int:
    """Print a line for each challenger."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--companies", type=int, default=60)
    parser.add_argument("--accounts", type=int, default=600)
    parser.add_argument("--alike", type=float, default=0.7)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    world = gate.World(given.accounts, alike=given.alike)
    large = gate.drawn(gate.World(gate.LARGE, 20, alike=given.alike), rng)
    champion = gate.calibrated(0, gate.CHAMPION_NOISE, large)
    better, worse, four, more, six, ten = (
        gate.challenger_of(share, champion, large)
        for share in (0.03, -0.01, 0.04, 0.045, -0.06, -0.10)
    )
    pays = {"pays 6 %": Payer(six, four), "pays 10 %": Payer(ten, more)}
    for name, challenger in {"better": better, **pays, "worse": worse}.items():
        found = []
        for _ in range(given.companies):
            rows = gate.drawn(world, rng)
            pair = evidence(champion, rows, "a"), evidence(challenger, rows, "b")
            found.append(compare(*pair, NO_TIERS))
        print(name, {rule: _share(found, asked) for rule, asked in RULES.items()}, flush=True)
    return 0


def _share(found: list[Comparison], asked: Callable[[Difference], bool]) -> float:
    passed = [one.promotable and all(map(asked, one.tiers.values())) for one in found]
    return round(float(np.mean(passed)), 2)


if __name__ == "__main__":
    raise SystemExit(main())
