"""Commands start without what they have no use for."""

import os
import subprocess
import sys

import pytest

from pipelines.cli.commands import COMMANDS, FOR_JOBS, GROUPS

CODE = """
import sys
from pipelines.cli.lean import without_pandas, without_yaml
without_pandas()
without_yaml()
import pyarrow as pa
from features.lake.hashing import bytes_of, hashes
import pipelines.cli.day, pipelines.cli.loading, pipelines.ingest.load
assert len(hashes(*bytes_of(pa.array(["a", "b"])))) == 2
unused = {"pandas", "sqlalchemy", "mlflow", "sklearn", "models", "duckdb", "fsspec", "yaml"}
print(sorted(unused & set(sys.modules)))
import pandas, yaml
"""


def test_a_day_needs_no_pandas_and_who_asks_for_it_gets_it() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
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
from pipelines.heap import with_one_heap
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
