"""Kept code runs as compiled code does, and callers are compiled from it."""

import subprocess
import sys

import numba
import pytest

from features.kept_code import TRIED

FIRST = """
import numpy as np
from features.compiled import compiled, part

@part
def twice(value: int) -> int:
    return 2 * value

@compiled
def summed(values):
    total = np.zeros(1, np.int64)[0]
    for value in values:
        total += twice(value)
    return total
"""
SECOND = """
import sys
import numpy as np
import first
from features.compiled import part
from features.kept_code import KeptLibrary

assert first.twice(4) == 8
assert first.summed(np.arange(4)) == 12
if {kept}:
    libraries = [type(c.library) for c in first.twice.made.overloads.values()]
    assert libraries == [KeptLibrary], libraries
    assert "numba.np.arrayobj" not in sys.modules

@part
def caller(value):
    return first.twice(value) + 1

assert caller(3) == 7
print("done")
"""


@pytest.mark.skipif(not numba.__version__.startswith(TRIED), reason="numba loads its own way")
def test_kept_code_runs_and_is_compiled_into_callers(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("code")
    (folder / "first.py").write_text(FIRST)
    for kept in (False, True):
        (folder / "second.py").write_text(SECOND.format(kept=kept))
        command = [
            sys.executable,
            "-c",
            f"import sys; sys.path.insert(0, {str(folder)!r}); import second",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.stdout == "done\n", done.stderr


def test_without_a_call_numba_is_not_loaded() -> None:
    program = """
import sys
import features.kept, features.lake, features.signals
from features.compiled import part
print("numba" in sys.modules, part(len).__name__)
"""
    ran = [sys.executable, "-c", program]
    done = subprocess.run(ran, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("False len\n", "")
