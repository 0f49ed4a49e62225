"""What exact shares of boosted trees cost: ours beside LightGBM's own and shap's.

All three explain the same rows with the same booster (300 trees of 63 leaves over 150 columns:
numbers, counts, words, a twentieth missing) in this process, one after the other, with one
thread; the least CPU of `REPEATS` counts. So does the small booster that `LightGBM()` fits by
default. Single rows are timed in turn, ours and LightGBM's, by CPU too. Without `--quick` a
process of its own then explains a million rows in batches with every processor.

    python experiments/benchmarks/explain.py [--quick] [--json]
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from models.explain.trees import TreeExplainer

COLUMNS, WORDS, SEED = 150, range(90, 100), 7
TREES = {"asked": (300, 63), "default": (120, 7)}
"""Trees and leaves: of the goal, and of our flavour where nothing is tuned."""
TRAINED, EXPLAINED, EXPLAINED_BY_PEERS, SINGLE, REPEATS = 40_000, 16_384, 256, 100, 3
MILLION, BATCH = 1_000_000, 20_000


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="without the million rows")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--million", type=Path, help="explain a million rows; for child processes")
    given = parser.parse_args()
    if given.million:
        print(json.dumps(million(given.million)))
        return 0
    found = compared(quick=given.quick)
    print(json.dumps(found, indent=2) if given.json else as_text(found))
    return 0


def compared(quick: bool) -> dict[str, Any]:
    """The figures of the goal's booster, those of the default one, and of a million rows."""
    inputs, lost = drawn(np.random.default_rng(SEED), TRAINED)
    boosters = {name: trained(inputs, lost, *shape) for name, shape in TREES.items()}
    found = {
        **measured(boosters["asked"], inputs),
        "default": measured(boosters["default"], inputs),
    }
    if not quick:
        found["million"] = _child(boosters["asked"])
    return found


def drawn(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of mixed columns, and who was lost."""
    inputs = rng.normal(size=(rows, COLUMNS))
    inputs[:, 50:90] = rng.poisson(2.0, size=(rows, 40))
    inputs[:, WORDS] = rng.integers(0, 8, size=(rows, len(WORDS)))
    inputs[:, 100:] = rng.lognormal(size=(rows, 50))
    inputs[rng.random(inputs.shape) < 0.05] = np.nan
    known = np.nan_to_num(inputs)
    odds = np.tanh(known) @ np.cos(np.arange(COLUMNS)) / 6 + 0.3 * known[:, 0] * known[:, 1]
    chance = 1 / (1 + np.exp(-(odds - odds.mean()) / odds.std() + 1.5))
    return inputs, (rng.random(rows) < chance).astype(float)


def trained(inputs: np.ndarray, lost: np.ndarray, trees: int, leaves: int) -> lightgbm.Booster:
    """A booster of that many trees and leaves."""
    said = {
        "objective": "binary",
        "num_leaves": leaves,
        "learning_rate": 0.05,
        "max_bin": 127,
        "feature_fraction": 0.6,
        "seed": SEED,
        "verbosity": -1,
    }
    data = lightgbm.Dataset(inputs, lost, categorical_feature=list(WORDS), params=said)
    return lightgbm.train(said, data, trees)


def measured(booster: lightgbm.Booster, inputs: np.ndarray) -> dict[str, Any]:
    """All three on the same booster."""
    TreeExplainer(booster).contributions(inputs[:2])  # compiled code is loaded
    ready, explainer = cpu(lambda: TreeExplainer(booster))
    many, few = inputs[:EXPLAINED], inputs[:EXPLAINED_BY_PEERS]
    ours, shares = least(lambda: explainer.contributions(many))
    theirs, expected = least(lambda: booster.predict(few, pred_contrib=True, num_threads=1))
    score = booster.predict(many, raw_score=True, num_threads=1)
    rate, their_rate = len(many) / ours, len(few) / theirs
    return {
        "trees": booster.num_trees(),
        "rows_per_cpu_second": round(rate),
        "lightgbm_rows_per_cpu_second": round(their_rate),
        "shap_rows_per_cpu_second": round(len(few) / shap_cost(booster, few)),
        "speedup_over_lightgbm": round(rate / their_rate, 1),
        "max_abs_difference": float(np.abs(shares[: len(few)] - expected).max()),
        "max_abs_additivity_error": float(np.abs(shares.sum(axis=1) - score).max()),
        "single_row": single_rows(booster, explainer, inputs),
        "preparation_cpu_seconds": round(ready, 2),
        "tables_megabytes": round(8 * explainer.numbers_in_tables / 1e6, 1),
    }


def shap_cost(booster: lightgbm.Booster, rows: np.ndarray) -> float:
    """CPU seconds of shap's own code: for a LightGBM booster it would call LightGBM's."""
    import shap

    explainer = shap.TreeExplainer(booster)
    explainer.model.model_type = "internal"
    return least(lambda: explainer.shap_values(rows, check_additivity=False))[0]


def single_rows(
    booster: lightgbm.Booster, explainer: TreeExplainer, inputs: np.ndarray
) -> dict[str, float]:
    """Median CPU milliseconds of one row, ours and LightGBM's in turn, and their ratio."""
    ours, theirs = [], []
    for i in range(SINGLE):
        row = inputs[i : i + 1]
        ours.append(cpu(lambda row=row: explainer.contributions(row))[0])
        theirs.append(
            cpu(lambda row=row: booster.predict(row, pred_contrib=True, num_threads=1))[0]
        )
    mine, their = (1000 * statistics.median(costs) for costs in (ours, theirs))
    return {"ms": round(mine, 3), "lightgbm_ms": round(their, 3), "ratio": round(mine / their, 3)}


def cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of all threads of this process, and the result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def least(work: Callable[[], Any]) -> tuple[float, Any]:
    """The same, the least of several times."""
    runs = [cpu(work) for _ in range(REPEATS)]
    return min(cost for cost, _ in runs), runs[-1][1]


def _child(booster: lightgbm.Booster) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model.txt"
        booster.save_model(model)
        command = [sys.executable, __file__, "--million", str(model)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def million(model: Path) -> dict[str, float]:
    """A million rows, drawn in batches whose shares are summed up and let go of."""
    rng, threads = np.random.default_rng(SEED), os.cpu_count() or 1
    start, began = time.perf_counter(), time.process_time()
    explainer = TreeExplainer(lightgbm.Booster(model_file=model))
    ready, drawing, total = time.perf_counter() - start, 0.0, np.zeros(COLUMNS + 1)
    for _ in range(0, MILLION, BATCH):
        before = time.perf_counter()
        inputs, _ = drawn(rng, BATCH)
        drawing += time.perf_counter() - before
        total += np.abs(explainer.contributions(inputs, threads)).sum(axis=0)
    assert np.isfinite(total).all()
    wall = time.perf_counter() - start - drawing
    return {
        "rows": MILLION,
        "threads": threads,
        "wall_seconds": round(wall, 1),
        "of_it_preparation": round(ready, 1),
        "cpu_seconds_with_drawing": round(time.process_time() - began, 1),
        "peak_megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def as_text(found: dict[str, Any]) -> str:
    """The figures as lines."""
    lines = []
    for name, figures in {"asked": found, "default": found["default"]}.items():
        single = figures["single_row"]
        lines.append(
            f"{name}, {figures['trees']} trees: {figures['rows_per_cpu_second']} rows per CPU "
            f"second, LightGBM {figures['lightgbm_rows_per_cpu_second']} "
            f"({figures['speedup_over_lightgbm']} times), shap "
            f"{figures['shap_rows_per_cpu_second']}; largest difference "
            f"{figures['max_abs_difference']:.1e}; one row {single['ms']} ms, LightGBM "
            f"{single['lightgbm_ms']} ms; made ready in {figures['preparation_cpu_seconds']} s"
        )
    if "million" in found:
        lines.append(f"a million rows: {found['million']}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
