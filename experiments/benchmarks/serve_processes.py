"""The servers that are measured, each a process of its own on a free port of this machine."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS_TO_START = 180
RESIDENT = re.compile(r"^(Rss\w+):\s+(\d+) kB", re.MULTILINE)
BARE = """
import sys
import lightgbm, numpy, uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

class Row(BaseModel):
    values: list[float | None]

booster = lightgbm.Booster(model_file=sys.argv[1])
columns = booster.num_feature()
app = FastAPI()

@app.post("/")
def score(row: Row) -> dict[str, float]:
    values = numpy.resize(numpy.array(row.values, float), columns)
    return {"p": float(booster.predict(values[None, :], num_threads=1)[0])}

@app.get("/ping")
def ping() -> str:
    return "pong"

uvicorn.run(app, port=int(sys.argv[2]), log_level="error")
"""


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    address: str
    process: int

    def megabytes(self) -> float:
        """Memory of all its processes now, files and what they share once (Linux).

        Shared is what the process with most of it has. These are sums that the kernel keeps:
        to count pages one by one would be exact, and holds a service of gigabytes up for some
        tenths of a second.
        """
        each = [_kilobytes(process) for process in _group(self.process)]
        own = sum(sizes["RssAnon"] for sizes in each)
        shared = max((sizes["RssFile"] + sizes["RssShmem"] for sizes in each), default=0)
        return round((own + shared) / 1024, 1)

    def busy(self) -> float:
        """Seconds of processor time of all its processes up to now (Linux)."""
        return sum(map(_busy, _group(self.process)))


def _group(leader: int) -> list[int]:
    """The processes of a group."""
    numbers = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]
    found = []
    for number in numbers:
        with suppress(OSError):
            if os.getpgid(number) == leader:
                found.append(number)
    return found


def _kilobytes(process: int) -> Counter[str]:
    """Resident memory by kind; of none where the process has ended."""
    with suppress(OSError):
        said = Path(f"/proc/{process}/status").read_text()
        return Counter({kind: int(size) for kind, size in RESIDENT.findall(said)})
    return Counter()


def _busy(process: int) -> float:
    with suppress(OSError):
        said = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


@contextmanager
def ours(folder: Path, workers: int = 1) -> Iterator[Server]:
    """`forewarn serve` over a workspace."""
    port = free_port()
    command = [sys.executable, "-m", "pipelines.cli", "serve", "--port", str(port)]
    command += ["--workers", str(workers)] if workers > 1 else []
    with running([*command, "--workspace", str(folder)], port, "/readyz") as server:
        yield server


@contextmanager
def bare(booster: Path) -> Iterator[Server]:
    """FastAPI that calls one booster, and nothing else."""
    port = free_port()
    with running([sys.executable, "-c", BARE, str(booster), str(port)], port, "/ping") as server:
        yield server


@contextmanager
def mlflow_server(bundle: Path) -> Iterator[Server]:
    """MLflow's scoring server, in this environment.

    Raises:
        RuntimeError: it does not start.
    """
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(bundle)]
    options = ["--env-manager", "local", "-p", str(port), "-h", "127.0.0.1", "-w", "1"]
    with running([*command, *options], port, "/ping") as server:
        yield server


@contextmanager
def running(command: list[str], port: int, ready: str) -> Iterator[Server]:
    """A command until it is no longer needed, from when it answers."""
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    own = {"PYTHONPATH": paths, "MLFLOW_DISABLE_TELEMETRY": "true"}
    commands = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, **own, "PATH": commands}  # MLflow calls uvicorn by its name
    process = subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(process, f"{address}{ready}")
        yield Server(address, process.pid)
    finally:
        _end(process)


def _wait(process: "subprocess.Popen[str]", address: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said = process.stderr.read()[-400:] if process.stderr else ""
            raise RuntimeError(f"{process.args} ended before it answered: {said}")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"{process.args} did not answer within {SECONDS_TO_START} s")


def _end(process: "subprocess.Popen[str]") -> None:
    """The whole group that this run started: MLflow's server has children."""
    try:
        os.killpg(process.pid, 15)
    except ProcessLookupError:
        return
    try:
        process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.communicate()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
