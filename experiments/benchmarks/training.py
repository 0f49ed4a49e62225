"""What our fitting costs beside LightGBM's own for the same trees.

Both start from the same frame of signals in a process of their own: ours reads it through the
schema's encoding and `LightGBM.fit`; theirs takes the frame's matrix straight into
`lightgbm.train` with the same parameters and threads. The trees must come out the same, to the
last digit. Costs are CPU seconds of everything after the frame has been made; `training_ratio`
is the median of ours over theirs, one after the other `--repeats` times.

    python experiments/benchmarks/training.py [--rows 200000] [--columns 150] [--json]
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
from meter import measured

from models.encoding import learn_schema
from models.flavours.lightgbm import LightGBM, threads_for

RATE = 0.05
FEW = 10_000
"""Rows that the schema is learnt from: training does that once, not for every fit."""
SEED = 1


def main() -> int:
    """Measure both sides and print the ratio."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--columns", type=int, default=150)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--side", choices=SIDES, help="run one side here; for child processes")
    given = parser.parse_args()
    if given.side:
        print(json.dumps(SIDES[given.side](*frame(given.rows, given.columns))))
        return 0
    found = compared(given.rows, given.columns, given.repeats)
    print(json.dumps(found, indent=2) if given.json else as_text(found))
    return 0


def compared(rows: int, columns: int, repeats: int) -> dict[str, Any]:
    """Both sides, each time in a fresh process."""
    runs: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
    for _ in range(repeats):
        for side in SIDES:
            runs[side].append(_child(side, rows, columns))
    ratios = [a["cpu"] / b["cpu"] for a, b in zip(runs["ours"], runs["raw"], strict=True)]
    texts = {run["trees"] for side in runs.values() for run in side}
    return {
        "rows": rows,
        "columns": columns,
        "training_ratio": round(statistics.median(ratios), 3),
        "ratios": [round(r, 3) for r in ratios],
        "same_trees": len(texts) == 1,
        **{f"{side}_cpu": [round(run["cpu"], 2) for run in of] for side, of in runs.items()},
    }


def _child(side: str, rows: int, columns: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--side", side]
    options = ["--rows", str(rows), "--columns", str(columns)]
    done = subprocess.run([*command, *options], stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def frame(rows: int, columns: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Signals of mixed shapes, a fifth of them often missing, and who was lost."""
    rng = np.random.default_rng(SEED)
    signals = {}
    for i in range(columns):
        values = rng.normal(size=rows) if i % 3 else np.floor(rng.exponential(9, size=rows))
        if i % 5 == 0:
            values[rng.random(rows) < 0.3] = np.nan
        signals[f"signal_{i}"] = values
    odds = np.log(RATE / (1 - RATE)) - np.nan_to_num(signals["signal_1"])
    return pd.DataFrame(signals), (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(float)


def ours(snapshots: pd.DataFrame, lost: np.ndarray) -> dict[str, Any]:
    """Encoding and fitting as training does it."""
    schema = learn_schema(snapshots.head(FEW), list(snapshots.columns))

    def work() -> str:
        fitted = LightGBM().fit(schema.encode(snapshots), lost, schema, SEED)
        return str(fitted.booster.model_to_string())

    return _found(work)


def raw(snapshots: pd.DataFrame, lost: np.ndarray) -> dict[str, Any]:
    """The same matrix and parameters, given to LightGBM itself."""
    schema = learn_schema(snapshots.head(FEW), list(snapshots.columns))
    threads = threads_for(len(snapshots))
    parameters = {**LightGBM().parameters(schema), "seed": SEED, "num_threads": threads}

    def work() -> str:
        matrix = snapshots.to_numpy()
        names = [f"c{i}" for i in range(matrix.shape[1])]
        data = lightgbm.Dataset(matrix, lost, feature_name=names, params={"verbosity": -1})
        booster = lightgbm.train(parameters, data, num_boost_round=LightGBM().rounds)
        return str(booster.model_to_string())

    return _found(work)


def _found(work: Callable[[], str]) -> dict[str, Any]:
    text, cost = measured(work)
    return {"cpu": cost.cpu, "trees": sha256(_trees(text).encode()).hexdigest()}


def _trees(text: str) -> str:
    """The trees alone: the text ends with a list of parameters, which holds thread counts."""
    return text.split("end of trees", maxsplit=1)[0]


SIDES: dict[str, Callable[[pd.DataFrame, np.ndarray], dict[str, Any]]] = {"raw": raw, "ours": ours}


def as_text(found: dict[str, Any]) -> str:
    """The figures as a line."""
    same = "the same trees" if found["same_trees"] else "DIFFERENT TREES"
    return (
        f"{found['rows']} rows x {found['columns']} columns: {found['training_ratio']} times the "
        f"CPU of raw LightGBM ({found['ours_cpu']} s against {found['raw_cpu']} s), {same}"
    )


if __name__ == "__main__":
    sys.exit(main())
