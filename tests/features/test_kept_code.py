"""Kept code runs without numba, as compiled code does, for as long as its source is what it was."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba.core.errors import NumbaError

from features.machine_code import TRIED, numba_version

tried = pytest.mark.skipif(TRIED not in numba_version(), reason="numba keeps code its own way")

FIRST = """
import numpy as np
from features.compiled import part

FACTOR = 2
TABLE = np.array([1, 2, 3])

@part
def times(value):
    def more(each):
        return FACTOR * each
    return more(value)

@part
def summed(values):
    total = 0
    for value in values:
        total += times(value) + TABLE[0]
    return total

@part
def made(values, pair, out):
    out[0] = pair[1]
    if pair[0] == 7:
        raise ValueError("seven")
    if pair[0] == 8:
        raise OverflowError(pair[0])
    return np.zeros(2), (values[1:], pair[0] // 2)
"""
CALLS = """
import numpy as np
import first
print(first.summed(np.arange(4)))
"""


def _loaded(folder: Path, text: str = FIRST) -> dict[str, Any]:
    """What a module of a text defines, of which code is kept below a folder."""
    defined: dict[str, Any] = {"__name__": "first"}
    exec(compile(text, str(folder / "first.py"), "exec"), defined)
    return defined


def _compiled(function: object) -> bool:
    """Whether a function was given to numba."""
    return vars(function)["_made"] is not None


def _run(folder: Path, program: str) -> tuple[list[str], bool]:
    """What a program prints, and whether numba was imported to run it."""
    begun = f"import sys; sys.path.insert(0, {str(folder)!r})\n"
    ended = "\nprint(any(name == 'numba' for name in sys.modules))"
    ran = [sys.executable, "-c", f"{begun}{program}{ended}"]
    done = subprocess.run(ran, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    *printed, loaded = done.stdout.splitlines()
    return printed, loaded == "True"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the module `first` lies, of which nothing is kept."""
    (tmp_path / "first.py").write_text(FIRST)
    return tmp_path


def _kept(folder: Path) -> list[Path]:
    return sorted((folder / "__pycache__").glob("*.machine"))


@tried
def test_what_is_kept_runs_without_numba(folder: Path) -> None:
    program = f"""{CALLS}
out = np.zeros(1)
for _ in range(3):
    zeros, rest = first.made(np.arange(3.0), (5, 1.5), out)
    zeros += 1  # memory of its own
print(zeros.tolist(), rest, out.tolist(), type(zeros).__name__, zeros.flags.writeable)
"""
    compiled, kept = _run(folder, program), _run(folder, program)
    assert compiled[0] == kept[0]
    assert kept[0][0] == "16"
    assert kept[0][1] == "[1.0, 1.0] (array([1., 2.]), 2) [1.5] ndarray True"
    assert (compiled[1], kept[1]) == (True, False)


@tried
@pytest.mark.parametrize(
    ("before", "after", "sum_of"),
    [
        ("FACTOR * each", "FACTOR * each + 1", 20),  # of a function that is called
        ("FACTOR = 2", "FACTOR = 3", 22),
        ("[1, 2, 3]", "[2, 2, 3]", 20),
        ("total += times", "total -= times", -16),
        ("FACTOR = 2", "# one line more\nFACTOR = 2", 16),
    ],
)
def test_what_is_changed_is_compiled_anew(
    tmp_path: Path, before: str, after: str, sum_of: int
) -> None:
    assert _loaded(tmp_path)["summed"](np.arange(4)) == 16
    for compiled in (sum_of != 16, False):
        summed = _loaded(tmp_path, FIRST.replace(before, after))["summed"]
        assert (summed(np.arange(4)), _compiled(summed)) == (sum_of, compiled)
    assert len(_kept(tmp_path)) == 1


@tried
@pytest.mark.parametrize(
    "value",
    [
        *(3, 3.0, np.int8(3), np.float32(3), np.arange(3), np.arange(3.0), np.arange(6)[::2]),
        *(np.asfortranarray(np.ones((2, 2))), np.ones((2, 2)), np.arange(3, dtype=np.int16)),
    ],
)
def test_other_types_are_other_code(tmp_path: Path, value: Any) -> None:
    _loaded(tmp_path)["times"](np.uint8(1))
    first, again = _loaded(tmp_path)["times"], _loaded(tmp_path)["times"]
    found, kept = first(value), again(value)
    np.testing.assert_array_equal(kept, 2 * value)
    assert np.result_type(kept) == np.result_type(found)
    assert (_compiled(first), _compiled(again)) == (True, False)


@tried
def test_tuples_with_names_are_told_apart(tmp_path: Path) -> None:
    text = """
from typing import NamedTuple
from features.compiled import part

class Pair(NamedTuple):
    one: object
    two: object

class Turned(NamedTuple):
    two: object
    one: object

@part
def one(pair):
    return pair.one
"""
    for compiled in (True, False):
        defined = _loaded(tmp_path, text)
        values, one = np.arange(2.0), defined["one"]
        assert one(defined["Pair"](3, values)) == 3
        np.testing.assert_array_equal(one(defined["Turned"](3, values)), values)
        assert _compiled(one) is compiled


@tried
def test_numba_may_be_told_to_compile_nothing(folder: Path) -> None:
    program = f"import os; os.environ['NUMBA_DISABLE_JIT'] = '1'{CALLS}"
    assert _run(folder, program)[0] == ["16"]
    assert not _kept(folder)


@tried
@pytest.mark.parametrize("value", ["text", (1, "text"), np.zeros(2, "M8[D]"), np.ones(2, ">i8")])
def test_what_is_not_told_is_left_to_numba(tmp_path: Path, value: Any) -> None:
    defined = _loaded(tmp_path, "from features.compiled import part\nsame = part(lambda v: v)")
    if getattr(value, "dtype", np.dtype(int)).isnative:
        np.testing.assert_array_equal(defined["same"](value), value)
    else:
        with pytest.raises(NumbaError):
            defined["same"](value)
    assert not _kept(tmp_path)


@tried
@pytest.mark.parametrize("damage", [b"", b"{}\n", b"[1]\n", b"null\n", "code", "name"])
def test_a_damaged_file_is_as_none(tmp_path: Path, damage: bytes | str) -> None:
    _loaded(tmp_path)["times"](3)
    (file,) = _kept(tmp_path)
    whole = file.read_bytes()
    changed = {
        "code": whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:],
        "name": whole.replace(b'"entry": "_ZN', b'"entry": "_ZM'),
    }
    file.write_bytes(changed[damage] if isinstance(damage, str) else damage)
    for compiled in (True, False):
        times = _loaded(tmp_path)["times"]
        assert (times(3), _compiled(times)) == (6, compiled)


@tried
def test_what_is_raised_is_raised(folder: Path) -> None:
    program = """
import sys
import traceback
import numpy as np
import first
print("numba" in sys.modules)
for number in (7, 8, 7):
    try:
        first.made(np.arange(3.0), (number, 1.5), np.zeros(1))
    except (ValueError, OverflowError) as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        print(repr(error), last.name)
"""
    expected = ["False", "ValueError('seven') made", "OverflowError(8) made"]
    for _ in range(2):
        assert _run(folder, program) == ([*expected, expected[1]], True)


@tried
def test_what_is_kept_is_compiled_into_new_callers(tmp_path: Path) -> None:
    for _ in range(2):
        defined = _loaded(tmp_path)
        assert defined["times"](3) == 6
    text = FIRST + "\n@part\ndef caller(value):\n    return times(value) + 1\n"
    defined = _loaded(tmp_path, text)
    assert (defined["times"](3), _compiled(defined["times"])) == (6, False)
    assert defined["caller"](3) == 7


@tried
def test_two_threads_may_ask_at_once(tmp_path: Path) -> None:
    for compiled in (True, False):
        summed = _loaded(tmp_path)["summed"]
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(summed, [np.arange(4)] * 64)) == {16}
        assert _compiled(summed) is compiled


@tried
def test_two_processes_may_compile_at_once(folder: Path) -> None:
    program = f"import sys; sys.path.insert(0, {str(folder)!r})\n{CALLS}"
    run = [sys.executable, "-c", program]
    both = [subprocess.Popen(run, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate()[0] for process in both] == ["16\n", "16\n"]
    assert len(_kept(folder)) == 1
    assert _run(folder, CALLS) == (["16"], False)


@tried
def test_where_nothing_may_be_written_a_user_keeps_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "__pycache__").write_text("no folder")
    monkeypatch.setenv("HOME", str(folder))
    assert _run(folder, CALLS) == (["16"], True)
    assert _run(folder, CALLS) == (["16"], False)


def test_without_a_call_numba_is_not_loaded() -> None:
    program = """
import sys
import features.kept, features.lake, features.signals
from features.compiled import part
print("numba" in sys.modules, "llvmlite" in sys.modules, part(len).__name__)
"""
    ran = [sys.executable, "-c", program]
    done = subprocess.run(ran, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("False False len\n", "")


def test_a_version_that_was_not_tried_keeps_code_its_own_way(folder: Path) -> None:
    program = f"import features.machine_code as code; code.TRIED = b'none'{CALLS}"
    for _ in range(2):
        assert _run(folder, program) == (["16"], True)
    assert not _kept(folder)
    assert list((folder / "__pycache__").glob("first.summed*.nbi"))
