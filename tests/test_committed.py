"""What is committed is source and text: nothing pickled, nothing large, nothing left at the top."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOP = {
    ".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "docs", "experiments",
    "features", "models", "notebooks", "pipelines", "pyproject.toml", "requirements-dev.lock",
    "requirements.lock", "serving", "tests",
}  # fmt: skip
PICKLED = {".pkl", ".pickle", ".joblib", ".npy", ".pt"}
LARGEST = 1_000_000
"""Bytes: the largest file is a lock or a picture."""


@pytest.fixture(scope="module")
def committed() -> list[Path]:
    asked = ["git", "-C", str(ROOT), "ls-files", "-z"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip(f"needs a git checkout: {found.stderr.strip()}")
    return [Path(name) for name in found.stdout.split("\0") if name and (ROOT / name).exists()]


def test_nothing_else_lies_at_the_top(committed: list[Path]) -> None:
    assert {path.parts[0] for path in committed} == TOP


def test_nothing_is_pickled(committed: list[Path]) -> None:
    assert [path for path in committed if path.suffix in PICKLED] == []


def test_nothing_is_large(committed: list[Path]) -> None:
    assert [path for path in committed if (ROOT / path).stat().st_size > LARGEST] == []
