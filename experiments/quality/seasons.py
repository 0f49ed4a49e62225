"""A declared month: what does its shift gain where there is a season, and cost where there is none?

Simulated companies of ACCOUNTS at risk each month for 26 months. The level of a month moves by its
season, the same every year, and by an accident of its own, both normal with the given deviation
(log-odds). From the 13th month on each month is foretold by a model of what was certain two months
before it. Log loss less than that of the same flavour without the month, in thousandths, with the
standard error between companies; `level` is what the month's own level, known after it, would save.

    python experiments/quality/seasons.py [--companies N] [--accounts N] [--flavour NAME] [--json]
"""

import argparse
import json
import sys

import numpy as np
import pandas as pd

from features.measures.segments import MONTH_NAMES
from models.encoding import InputColumn, InputSchema
from models.flavours import FLAVOURS
from models.flavours.base import sigmoid
from models.flavours.seasonal import Seasonal
from models.flavours.shifted import LOOSE, shift_under_prior

MONTHS, WARM_UP, CERTAIN_AFTER = 26, 12, 2
WORDS = tuple(sorted(MONTH_NAMES))
SCHEMA = InputSchema((InputColumn("use"), InputColumn("noise"), InputColumn("month", WORDS)))
WORLDS = ((0.0, 0.0), (0.0, 0.3), (0.15, 0.15), (0.3, 0.0), (0.3, 0.3), (0.6, 0.3))


def main() -> int:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--companies", type=int, default=20)
    parser.add_argument("--accounts", type=int, default=500)
    parser.add_argument("--flavour", default="lightgbm")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    given = parser.parse_args()
    result = {}
    for season, accident in WORLDS:
        found = pd.concat(
            company(seed, given.accounts, given.flavour, season, accident)
            for seed in range(given.companies)
        )
        result[f"season {season}, accidents {accident}"] = summed(found)
    print(json.dumps(result) if given.json else "\n".join(f"{k}: {v}" for k, v in result.items()))
    return 0


def summed(found: pd.DataFrame) -> dict[str, float]:
    """Means over companies, with the standard error of what was saved."""
    each = found.groupby("company")[["saved", "level"]].mean()
    figures = {"saved": each["saved"].mean(), "error": each["saved"].sem()}
    return {k: round(float(v), 2) for k, v in {**figures, "level": each["level"].mean()}.items()}


def company(seed: int, accounts: int, flavour: str, season: float, accident: float) -> pd.DataFrame:
    """What each month's forecast saves in one company."""
    rng = np.random.default_rng(seed)
    level = np.tile(rng.normal(0, season, 12), 3)[:MONTHS] + rng.normal(0, accident, MONTHS)
    month = np.repeat(np.arange(MONTHS), accounts)
    use, noise = rng.normal(size=(2, len(month)))
    lost = (rng.random(len(month)) < sigmoid(-2.5 - use + level[month])).astype(np.float64)
    code = np.array([WORDS.index(name) for name in MONTH_NAMES], np.float64)[month % 12]
    inputs = np.column_stack([use, noise, code])
    blind, rows = InputSchema(SCHEMA.columns[:2]), []
    for target in range(WARM_UP + CERTAIN_AFTER - 1, MONTHS):
        known, asked = month <= target - CERTAIN_AFTER, month == target
        alone, usual = inputs[:, :2], FLAVOURS[flavour]
        plain = usual.fit(alone[known], lost[known], blind, 1).log_odds(alone[asked])
        told = Seasonal(flavour, usual).fit(inputs[known], lost[known], SCHEMA, 1)
        ours = told.log_odds(inputs[asked])
        best = plain + shift_under_prior(plain, lost[asked], 1.0, LOOSE)
        base = _log_loss(lost[asked], plain)
        saved, right = base - _log_loss(lost[asked], ours), base - _log_loss(lost[asked], best)
        rows.append({"company": seed, "saved": 1000 * saved, "level": 1000 * right})
    return pd.DataFrame(rows)


def _log_loss(lost: np.ndarray, odds: np.ndarray) -> float:
    return float(np.mean(np.logaddexp(0.0, odds) - lost * odds))


if __name__ == "__main__":
    sys.exit(main())
