"""Other champions while a service is under load."""

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from serve_mix import PATIENCE
from serve_processes import ROOT, Server

from pipelines.workspace import Workspace
from serving.store import ModelVersionRepository, open_store

SWAPS = 3
LAST = "19"
"""The lowest priority."""


def swap(folder: Path, versions: list[str], seconds: float) -> None:
    """Promote the versions in turn, as a data scientist would, from a session of its own.

    It comes last on this machine, where the store and the client already share the processor
    with the service: promoting takes seconds of it, most of them for MLflow to load.

    Raises:
        RuntimeError: a promotion failed.
    """
    if len(versions) < 2:
        return
    for _ in range(SWAPS):
        time.sleep(seconds / (SWAPS + 1))
        other = next(version for version in versions if version != _champion(folder))
        _promote(other, folder)


def _promote(version: str, folder: Path) -> None:
    command = [sys.executable, "-m", "pipelines.cli", "promote", version]
    why = ["--reason", "load test", "--force", "--workspace", str(folder)]
    promoting = subprocess.Popen(
        ["nice", "-n", LAST, *command, *why], stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, start_new_session=True,
    )  # fmt: skip
    session = Path(f"/proc/{promoting.pid}/autogroup")
    if session.exists():  # Linux that shares the processor by sessions, and by `nice` within one
        session.write_text(LAST, encoding="ascii")
    if promoting.wait():
        raise RuntimeError(f"promoting {version} ended with {promoting.returncode}")


def _champion(folder: Path) -> str:
    engine = open_store(Workspace(folder).store_address)
    found = ModelVersionRepository(engine).champion()
    engine.dispose()
    return found.version if found else ""


def swaps_of(server: Server) -> int:
    """How often another version took the place of one, in all processes of a service."""
    # a service that was asked for more than it can do still has requests to answer before this
    with urllib.request.urlopen(f"{server.address}/metrics", timeout=PATIENCE) as answer:
        lines = answer.read().decode().splitlines()
    found = [line for line in lines if line.startswith("forewarn_model_swaps_total")]
    return int(float(found[0].split()[-1])) if found else 0
