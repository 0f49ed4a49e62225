"""What is written down of a company's state beside its arrays: one small JSON file."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from features.lake.storage import write_text

PAGE, LAYOUT = "page.json", 2


@dataclass
class Page:
    """What is written down of the state beside its arrays.

    Attributes:
        cut: the day before which everything that was known is taken in, days since 1970.
        logs: for each log its first day, the days since, and how many accounts and rows it knew.
        pieces: how many pieces of later rows there are of each other table.
        tables: the connected tables.
        load: the last load of the lake that is taken in.
        layout: how all of it lies; what lies otherwise is made anew.
    """

    cut: int = 0
    logs: dict[str, tuple[int, ...]] = field(default_factory=dict)
    pieces: dict[str, int] = field(default_factory=dict)
    tables: tuple[str, ...] = ()
    load: int = 0
    layout: int = LAYOUT


def read_page(folder: Path | None) -> Page:
    """What is written down under a folder; nothing where it lies otherwise than now."""
    path = folder / PAGE if folder else None
    if path is None or not path.exists():
        return Page()
    raw = json.loads(path.read_text())
    return Page(**raw) if raw.get("layout") == LAYOUT else Page()


def write_page(folder: Path, page: Page) -> None:
    """Write it down, in one step."""
    write_text(folder / PAGE, json.dumps(asdict(page)))
