"""How often the leak gate catches planted leaks, and how often it cries wolf.

    python experiments/honesty/leak_gate.py [--worlds N] [--json]

Random worlds: 80 to 500 accounts with 10 to 24 monthly snapshots, 1 to 10 % lost a month, one
signal of random strength (up to an odds ratio of e^2.5 a standard deviation), age that may
matter, and 40 columns of noise of several kinds. Nothing in them has leaked, so whatever
blocks is a false alarm. The noisy leak is also planted with more and more noise.
"""

import argparse
import json
from collections import Counter
from datetime import date, timedelta

import numpy as np
import pandas as pd

from models.dataset import Dataset
from models.encoding import InputColumn, InputSchema, learn_schema
from models.intervals import INTERVALS
from models.leaks.canary import caught
from models.leaks.columns import Limits, findings
from models.leaks.shuffled import probe
from models.leaks.watched import watch
from models.material import Material
from models.walkforward import WalkForward

HORIZON = 90
LEAST_LOST = 10
DISTANCES = (4.0, 3.3, 2.9, 2.6, 2.3, 2.0)
"""Standard deviations between lost and kept under a noisy leak: AUC .998 to .92."""


def world(seed: int) -> Material:
    """A world in which nothing has leaked."""
    rng = np.random.default_rng(seed)
    accounts, months = int(rng.choice([80, 150, 260, 500])), int(rng.choice([10, 14, 24]))
    base, signal = rng.choice([0.01, 0.02, 0.05, 0.1]), rng.choice([0, 0.7, 1.5, 2.5])
    young = rng.choice([0.0, 2.0])
    names, born = np.arange(accounts), rng.integers(-24, 1, accounts)
    use, level, parts = rng.normal(size=accounts), rng.normal(size=(accounts, 20)), []
    lost_at: dict[int, float] = {}
    for month in range(months):
        use, age = 0.8 * use + 0.6 * rng.normal(size=accounts), month - born
        parts.append(_rows(rng, (month, names, age), use, level))
        odds = np.log(base / (1 - base)) - signal * use + young * ((age >= 2) & (age <= 5))
        gone = np.flatnonzero(rng.random(accounts) < 1 / (1 + np.exp(-odds)))
        for i in gone:
            lost_at[int(names[i])] = 30 * month + rng.uniform(0.5, 30)
        fresh = names.max() + 1 + np.arange(len(gone))
        names, born = names.copy(), born.copy()
        names[gone], born[gone], level[gone] = fresh, month + 1, rng.normal(size=(len(gone), 20))
    return _material(pd.concat(parts, ignore_index=True), lost_at, months)


def _rows(rng, when, use, level) -> pd.DataFrame:
    month, names, age = when
    size, rates = len(names), rng.uniform(0.1, 5, 20)
    hidden = rng.random((size, 20)) < np.linspace(0.02, 0.6, 20)
    numbers = {f"slow_{j}": level[:, j] + (j % 2) * rng.normal(size=size) for j in range(20)}
    counts = {f"count_{j}": rng.poisson(rates[j], size).astype(float) for j in range(20)}
    counts = {name: np.where(hidden[:, j], np.nan, v) for j, (name, v) in enumerate(counts.items())}
    day = pd.Series([date(2024, 1, 31) + timedelta(days=30 * month)] * size, dtype=object)
    own = {"number": names, "as_of": day, "use": use, "age": 30.0 * age}
    return pd.DataFrame({**own, **numbers, **counts})


def _material(frame: pd.DataFrame, lost_at: dict[int, float], months: int) -> Material:
    end = date(2024, 1, 31) + timedelta(days=30 * (months - 1))
    number = frame.pop("number")
    frame.insert(0, "account_id", [f"a{n:05}" for n in number])
    day = np.array([(d - date(2024, 1, 31)).days for d in frame["as_of"]])
    events = np.array([lost_at.get(int(n), np.inf) for n in number])
    events = np.where(events > 30 * (months - 1), np.inf, events - day)
    dataset = Dataset(frame, events, np.full(len(frame), np.inf), 0, end)
    schema = learn_schema(frame, [c for c in frame if c not in ("account_id", "as_of")])
    return Material(dataset, schema.encode(frame), schema, WalkForward(INTERVALS))


def noisy(material: Material, distance: float) -> bool:
    """Whether a leak under so much noise is blocked."""
    rng = np.random.default_rng(7)
    lost = material.dataset.lost_within(HORIZON)
    leak = distance * lost + rng.normal(size=len(lost))
    schema = InputSchema((InputColumn("leak"),))
    alone = Material(material.dataset, leak[:, None], schema, material.how)
    return any(found.blocks for found in findings(watch(alone, HORIZON), Limits()))


def main() -> None:
    """Count over all worlds, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    counts: Counter[str] = Counter()
    for seed in range(asked.worlds):
        counts.update(_judged(world(seed)))
    looked = counts.pop("worlds")
    if asked.json:
        print(json.dumps({"worlds": looked, **counts}))
        return
    print(f"{looked} worlds with at least {LEAST_LOST} lost accounts; of each, how many:")
    for name, count in sorted(counts.items()):
        print(f"  {name:<34}{count:>5}  {count / looked:.3f}")


def _judged(material: Material) -> dict[str, int]:
    watched = watch(material, HORIZON)
    if len(set(watched.accounts[watched.lost])) < LEAST_LOST:
        return {}
    blocked = any(found.blocks for found in findings(watched, Limits()))
    shuffled, alarms = probe(material, HORIZON)
    return {
        "worlds": 1,
        "false alarms of columns": int(blocked),
        "false alarms of shuffling": int(bool(alarms)),
        "shuffled (enough losses)": int(shuffled is not None),
        "shuffled twice or more": int(shuffled is not None and shuffled.shuffles > 1),
        **{f"caught {k}": int(v) for k, v in caught(material, HORIZON, Limits()).items()},
        **{f"caught noisy, distance {d}": int(noisy(material, d)) for d in DISTANCES},
    }


if __name__ == "__main__":
    main()
