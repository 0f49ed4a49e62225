"""Running an engine as a process of its own, within a limit: what it cost and said."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meter import TICKS

PAGE = os.sysconf("SC_PAGE_SIZE")
EVERY = 0.1
"""Seconds between looks at the processes."""


@dataclass(frozen=True)
class Run:
    """How a process did, the processes that it started included.

    Attributes:
        state: "complete", "cut off" at the limit, or "failed".
        wall, cpu: seconds; where it was cut off, lower bounds.
        peak_gb: most resident memory of all processes at one moment.
        said: its last line, read as JSON.
        error: the last of what it wrote to standard error, where it failed.
    """

    state: str
    wall: float
    cpu: float
    peak_gb: float
    said: dict[str, Any] = field(default_factory=dict)
    error: str = ""


def run(words: Sequence[str], log: Path, limit: float) -> Run:
    """Run a command until it ends or for `limit` seconds; its output goes to files at `log`."""
    began, cpu, peak = time.perf_counter(), 0.0, 0.0
    output, errors = log.with_suffix(".out"), log.with_suffix(".err")
    with output.open("w") as out, errors.open("w") as err:
        process = subprocess.Popen(words, stdout=out, stderr=err, start_new_session=True)
        over = False
        while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
            seconds, gigabytes = _tree(process.pid)
            cpu, peak = max(cpu, seconds), max(peak, gigabytes)
            if not over and time.perf_counter() - began > limit:
                over = True
                os.killpg(process.pid, signal.SIGKILL)
            time.sleep(EVERY)
    _, status, used = ended
    process.returncode = os.waitstatus_to_exitcode(status)
    wall, cpu = time.perf_counter() - began, max(cpu, used.ru_utime + used.ru_stime)
    if over:
        return Run("cut off", wall, cpu, peak)
    if process.returncode:
        last = errors.read_text().strip().splitlines()[-1:]
        return Run("failed", wall, cpu, peak, error="".join(last) or f"exit {process.returncode}")
    return Run("complete", wall, cpu, peak, json.loads(output.read_text().splitlines()[-1]))


def _tree(root: int) -> tuple[float, float]:
    """CPU seconds of a process and all it started, ended ones included, and gigabytes now."""
    stats: dict[int, list[str]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "stat").read_text()
        except OSError:  # ended meanwhile
            continue
        stats[int(folder.name)] = text.rsplit(")", 1)[1].split()
    mine, found = {root} & stats.keys(), 0
    while len(mine) > found:
        found = len(mine)
        mine |= {number for number, fields in stats.items() if int(fields[1]) in mine}
    ticks = sum(int(ticks) for number in mine for ticks in stats[number][11:15])
    return ticks / TICKS, sum(int(stats[number][21]) for number in mine) * PAGE / 1e9
