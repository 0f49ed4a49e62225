"""Same data, plan and version: the same bytes, also in another process."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from features.followed import Followed
from models import bundle
from models.dataset import Dataset
from models.flavours import FLAVOURS
from models.flavours.lightgbm import LightGBM
from models.trained import Provenance, TrainingPlan
from models.training import train

FLAVOURS["lightgbm"] = LightGBM(rounds=10)
rng = np.random.default_rng(7)
accounts, months, first = 240, 10, date(2024, 1, 31)
health = rng.normal(size=accounts)
lost = rng.exponential(220 * np.exp(health))
parts = []
for month in range(months):
    there = np.flatnonzero(lost > 30 * month)
    parts.append(pd.DataFrame({
        "account_id": [f"a{n:03}" for n in there],
        "as_of": pd.Series([first + timedelta(days=30 * month)] * len(there), dtype=object),
        "use": health[there] + rng.normal(size=len(there)),
        "plan": np.array(["basic", "plus"], dtype=object)[there % 2],
        "event": np.ceil(lost[there] - 30 * month),
    }))
frame = pd.concat(parts, ignore_index=True)
event = frame.pop("event").to_numpy()
day = 30 * np.repeat(np.arange(months), [len(p) for p in parts])
event = np.where(day + event > 30 * (months - 1), np.inf, event)
end = first + timedelta(days=30 * (months - 1))
data = Dataset(frame, event, np.full(len(frame), np.inf), 0, end)
plan = TrainingPlan(("lightgbm",), 30, {}, blocks=2, segments=("plan",))
found = train(data, ("use", "plan"), plan, Provenance("v", "logo_churn", "f", Followed()))
bundle.save(found.model, Path(sys.argv[1]))
newest = frame[frame["as_of"] == data.dates[-1]]
Path(sys.argv[1], "scores.txt").write_text(repr(found.model.score(newest)))
Path(sys.argv[1], "honesty.txt").write_text(repr((found.honesty, found.reports, found.verdict)))
"""


def started(folder: Path, seed: str) -> "subprocess.Popen[str]":
    """A training in a process of its own, with other string hashes."""
    folder.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def sums(folder: Path) -> dict[str, str]:
    """Every file a training left, by its SHA-256."""
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def test_two_processes_leave_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / seed for seed in ("1", "2")]
    running = [started(folder, folder.name) for folder in folders]
    for process in running:
        _, error = process.communicate(timeout=120)
        assert process.returncode == 0, error
    one, other = (sums(folder) for folder in folders)
    assert one == other
    assert {"model.json", "manifest.json", "scores.txt", "honesty.txt"} < one.keys()
    assert any(name.startswith("0-30.model.lgb") for name in one)
