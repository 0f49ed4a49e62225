"""Commands start without what they have no use for."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.cli.commands import COMMANDS, FOR_JOBS, GROUPS
from pipelines.cli.start import WORKSPACE_VARIABLE, workspace_in
from pipelines.ready_heap import BLOCK, blocks_wanted

CODE = """
import sys
from pipelines.cli.lean import without_extensions, without_pandas
without_pandas()
without_extensions()
import pyarrow as pa
from features.lake.hashing import bytes_of, hashes
import pipelines.cli.day, pipelines.cli.loading, pipelines.ingest.load
assert len(hashes(*bytes_of(pa.array(["a", "b"])))) == 2
unused = {"pandas", "sqlalchemy", "mlflow", "sklearn", "models", "duckdb", "fsspec", "yaml"}
unused |= {"scipy", "serving", "numba"}
print(sorted(unused & set(sys.modules)))
import pandas, scipy, yaml
"""


def test_a_day_needs_no_pandas_and_who_asks_for_it_gets_it() -> None:
    run = [sys.executable, "-c", CODE]
    subprocess.run(run, capture_output=True, check=False)  # what it calls may have to be compiled
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


@pytest.mark.parametrize(
    ("ending", "code", "error"),
    [("pass", 0, ""), ("sys.exit(3)", 3, ""), ("sys.exit('why')", 1, "why\n")],
)
def test_a_command_ends_as_it_said(ending: str, code: int, error: str) -> None:
    program = f"""
import sys
from pipelines.cli.lean import run_and_end
def command():
    print("told", end="")
    {ending}
run_and_end(command)
"""
    run = [sys.executable, "-c", program]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("told", error, code)


EXPLAINING = """
import sys
from pipelines.cli.lean import without_sklearn
without_sklearn()
import pipelines.cli.explaining
print(sorted({"sklearn", "mlflow", "alembic", "shap", "fastapi"} & set(sys.modules)))
from sklearn.base import BaseEstimator
"""


def test_an_explanation_needs_no_sklearn_and_who_asks_for_it_gets_it() -> None:
    ran = [sys.executable, "-c", EXPLAINING]
    done = subprocess.run(ran, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


STARTING = """
import os, threading
from pipelines.cli.start import without_algebra
from features.heap import with_one_heap
with_one_heap()
without_algebra()
import numpy as np
def work():
    whole = np.ones(10_000_000)
    assert (whole * 2).sum() == 2e7
threads = [threading.Thread(target=work) for _ in range(2)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(os.environ["OPENBLAS_NUM_THREADS"])
"""


@pytest.mark.parametrize(("given", "kept"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "3"}, "3")])
def test_what_is_asked_of_c_libraries_changes_no_result(given: dict[str, str], kept: str) -> None:
    others = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS")}
    ran = [sys.executable, "-c", STARTING]
    done = subprocess.run(ran, env=others | given, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == (kept, "")


IN_ONE_HEAP = """
import os, sys
from pipelines.cli import main
sys.argv = ["forewarn", sys.argv[1], "--help"]
try:
    main()
except SystemExit:
    print(os.environ.get("ARROW_DEFAULT_MEMORY_POOL"))
"""


@pytest.mark.parametrize(("name", "pool"), [("run", "system"), ("serve", "None")])
def test_commands_keep_what_they_free_and_a_service_has_a_pace_of_its_own(
    name: str, pool: str
) -> None:
    asked = {n: value for n, value in os.environ.items() if not n.startswith("ARROW")}
    ran = [sys.executable, "-c", IN_ONE_HEAP, name]
    done = subprocess.run(ran, env=asked, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == pool


ASKED = """
import sys
from pipelines.cli import main
sys.argv = ["forewarn", *%r]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print(sorted({"sklearn", "matplotlib", "mlflow", "fastapi", "optuna"} & set(sys.modules)))
"""


@pytest.mark.parametrize("name", ["promote", "history", "keys", "db", "audit"])
def test_what_is_not_asked_for_is_not_loaded(name: str) -> None:
    asked = [sys.executable, "-c", ASKED % ([name, "--help"],)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    *shown, loaded = done.stdout.splitlines()
    assert (loaded, done.stderr) == ("[]", "")
    assert any(name in line for line in shown)


@pytest.mark.parametrize("given", [[], ["--help"]])
def test_the_whole_is_shown_where_nothing_is_asked(given: list[str]) -> None:
    program = (
        f"import sys; sys.argv = ['forewarn', *{given!r}]; from pipelines.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    shown = set(done.stdout.split())
    assert {*COMMANDS, *GROUPS} <= shown
    assert not set(FOR_JOBS) & shown


AHEAD = """
import sys, threading
from pathlib import Path
from pipelines.libraries_ahead import libraries_ahead
libraries_ahead()
[thread.join() for thread in threading.enumerate() if thread.daemon]
mapped = Path("/proc/self/maps").read_text()
print("pyarrow" in sys.modules, [name for name in sys.argv[1:] if name in mapped])
import pyarrow.parquet, llvmlite.binding
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what is mapped")
def test_large_libraries_are_there_before_their_modules() -> None:
    names = ["libarrow.so", "libparquet.so", "libllvmlite.so"]
    ran = [sys.executable, "-c", AHEAD, *names]
    done = subprocess.run(ran, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == (f"False {names}", "")


GENERATED = """
import sys
compiled = []
sys.addaudithook(lambda event, given: event == "compile" and compiled.append(given[0]))
from pathlib import Path
from pipelines.generated import GeneratedCode
sys.dont_write_bytecode = False
generated = GeneratedCode(Path(sys.argv[1]))
generated.use()
compiled.clear()
from dataclasses import FrozenInstanceError, dataclass

@dataclass(frozen=True, order=True)
class Point:
    x: int
    y: list[int] | None = None

assert Point(1) == Point(1, None) < Point(2) and hash(Point(3)) == hash(Point(3))
assert repr(Point(1, [2])) == "Point(x=1, y=[2])"
assert Point.__init__.__qualname__ == "Point.__init__"
assert Point.__init__.__globals__ is globals()
assert Point.__init__.__annotations__ == {"x": int, "y": list[int] | None, "return": None}
try:
    Point(1).x = 2
except FrozenInstanceError:
    print(len(compiled))
generated.note()
"""


def test_what_data_classes_generate_is_compiled_once(tmp_path: Path) -> None:
    file = tmp_path / "kept.py"

    def compiled() -> int:
        ran = [sys.executable, "-c", GENERATED, str(file)]
        return int(subprocess.run(ran, capture_output=True, text=True, check=True).stdout)

    first = compiled()
    assert first > 5
    assert compiled() == 0
    whole = file.read_text()
    for other in ("", whole[:400], "?" + whole, "import nothing_there"):
        file.write_text(other)
        assert (compiled(), compiled()) == (first, 0)
    assert {path.name for path in tmp_path.iterdir()} == {"kept.py", "__pycache__"}


READY = """
import resource, sys
from pathlib import Path
from features.heap import with_one_heap
from pipelines.ready_heap import BLOCK, ReadyHeap
with_one_heap()
heap = ReadyHeap(Path(sys.argv[1]))
heap.wait()
import numpy as np
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
# as arrays so small that NumPy asks for no huge pages, of which there would be fewer to count
kept = [np.ones(BLOCK >> 9) for _ in range(int(sys.argv[2]) << 5)]
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
heap.note()
"""
HALF_A_BLOCK = BLOCK // 2 // resource.getpagesize()


def _touched(file: Path, halves: int) -> int:
    """The pages that were first touched by a run that needs so many halves of a block."""
    ran = [sys.executable, "-c", READY, str(file), str(halves)]
    return int(subprocess.run(ran, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="of glibc")
def test_memory_that_the_last_run_needed_is_ready(tmp_path: Path) -> None:
    file = tmp_path / "heap"
    assert _touched(file, 12) > 11 * HALF_A_BLOCK
    asked = int(file.read_text())
    assert 4 <= asked <= 6
    assert _touched(file, 8) < HALF_A_BLOCK
    assert int(file.read_text()) == asked - 1


@pytest.mark.skipif(sys.platform != "linux", reason="of glibc")
@pytest.mark.parametrize("said", ["", "many", "-3"])
def test_a_file_that_says_nothing_makes_nothing_ready(tmp_path: Path, said: str) -> None:
    file = tmp_path / "heap"
    file.write_text(said)
    assert _touched(file, 2) > HALF_A_BLOCK
    assert file.read_text() == "0"


@pytest.mark.parametrize(
    ("ready", "held", "wanted"),
    [(0, 1, 0), (0, 9, 7), (6, 8, 5), (6, 9, 7), (16, 18, 12), (0, 400, 16), (1, 2, 0)],
)
def test_memory_that_is_made_ready_follows_what_is_needed(
    ready: int, held: int, wanted: int
) -> None:
    assert blocks_wanted(ready, held) == wanted


def test_no_folder_is_made_for_a_hint(tmp_path: Path) -> None:
    _touched(tmp_path / "gone" / "heap", 1)
    assert not (tmp_path / "gone").exists()


@pytest.mark.parametrize(
    ("given", "variable", "found"),
    [
        (["day"], "", ".forewarn"),
        (["day"], "there", "there"),
        (["day", "--workspace", "here"], "there", "here"),
        (["day", "--workspace=here", "--load"], "", "here"),
        (["day", "--workspace"], "", ".forewarn"),
    ],
)
def test_the_workspace_is_known_at_once(
    given: list[str], variable: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WORKSPACE_VARIABLE, variable)
    assert workspace_in(given) == Path(found)
