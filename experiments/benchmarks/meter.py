"""What a piece of work costs: seconds on the wall, and of all processors."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Seconds that passed, and seconds that this process and all its children computed."""

    wall: float
    cpu: float


def measured(work: Callable[[], Result]) -> tuple[Result, Cost]:
    """The result of `work`, and its cost: Java, Python's workers and all."""
    wall, cpu = time.perf_counter(), cpu_seconds()
    result = work()
    return result, Cost(time.perf_counter() - wall, cpu_seconds() - cpu)


def cpu_seconds() -> float:
    """Of this process and of all it started, living or ended (Linux)."""
    parents: dict[int, int] = {}
    spent: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:  # ended meanwhile
            continue
        parents[int(folder.name)] = int(fields[1])
        spent[int(folder.name)] = sum(map(int, fields[11:15]))
    mine, found = {os.getpid()}, 0
    while len(mine) > found:
        found = len(mine)
        mine |= {process for process, parent in parents.items() if parent in mine}
    return sum(spent[process] for process in mine) / TICKS
