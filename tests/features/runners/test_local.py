"""Mapping a computation over buckets, in this process and in others."""

import math
import operator
import os
import resource
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from features.runners.local import WorkerLost, mapped

HEAVY = {"duckdb", "lightgbm", "matplotlib", "mlflow", "models", "pipelines", "serving", "sklearn"}


@pytest.mark.parametrize("workers", [1, 2, 16])
def test_results_come_in_the_order_of_the_buckets(workers: int) -> None:
    done: list[int] = []
    assert mapped(partial(operator.mul, 10), 4, workers, done.append) == [0, 10, 20, 30]
    assert done == sorted(done)
    assert done[-1] == 4


def test_without_buckets_there_is_nothing_to_do() -> None:
    assert mapped(math.factorial, 0) == []


def process_of(_: int) -> int:
    return os.getpid()


def test_one_worker_is_this_process() -> None:
    assert set(mapped(process_of, 3, workers=1)) == {os.getpid()}


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_is_the_callers(workers: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        mapped(partial(math.comb, -1), 3, workers)


def test_this_process_works_beside_the_others() -> None:
    found = mapped(process_of, 8, workers=2)
    assert len(found) == 8
    assert os.getpid() in found


def ended(spared: int, _: int) -> None:
    if os.getpid() != spared:
        os._exit(1)
    time.sleep(0.5)  # until the other has begun


def test_a_process_that_is_ended_says_what_to_do() -> None:
    with pytest.raises(WorkerLost, match="more buckets"):
        mapped(partial(ended, os.getpid()), 2, workers=2)


def ended_late(spared: int, index: int) -> None:
    """One process is ended while a second works and this one has taken some of what was left."""
    if os.getpid() == spared:
        time.sleep(0.01)
        return
    time.sleep(0.5 if index == 0 else 0.7)
    if index == 0:
        os._exit(1)


ENDED_LATE = """
import os
import resource
from functools import partial
from features.runners.local import WorkerLost, mapped
from test_local import ended_late

if __name__ == "__main__":
    try:
        mapped(partial(ended_late, os.getpid()), 400, workers=3)
    except WorkerLost:
        print("lost", flush=True)
"""


def test_a_command_that_lost_a_process_ends(tmp_path: Path) -> None:
    """Neither the processes that are left nor what handed out the work may keep it alive."""
    (tmp_path / "script.py").write_text(ENDED_LATE)
    here = os.pathsep.join((str(Path(__file__).parent), *sys.path))
    run = subprocess.run(
        [sys.executable, str(tmp_path / "script.py")],
        env={**os.environ, "PYTHONPATH": here}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (run.returncode, run.stdout, run.stderr) == (0, "lost\n", "")


def cleared_again(_: int) -> tuple[int, int]:
    """This process, and the pages that the system clears once more for what was freed before."""
    for _ in range(2):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        kept = [np.ones(1 << 17) for _ in range(64)]
        kept.clear()
    time.sleep(0.05)  # so that neither process computes all
    return os.getpid(), resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


@pytest.mark.skipif(sys.platform != "linux", reason="of glibc")
def test_a_process_keeps_what_it_frees() -> None:
    found = [pages for pid, pages in mapped(cleared_again, 60, workers=2) if pid != os.getpid()]
    assert found
    assert max(found) < 1_000


def imports(code: str) -> set[str]:
    """The top modules that running `code` brings in."""
    tell = f"{code}\nimport sys; print(*{{m.split('.')[0] for m in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", tell], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_a_worker_imports_no_more_than_it_needs() -> None:
    found = imports("import features.runners.job")
    assert "features" in found
    assert not found & HEAVY


def test_the_command_that_a_worker_imports_again_is_light() -> None:
    """A spawned process runs the script that started its parent, up to its main part."""
    found = imports("from pipelines.cli import main")
    assert "pipelines" in found
    assert not found & {*HEAVY - {"pipelines"}, "pandas", "numpy", "typer"}
