"""On which line of a TOML file each key stands; the standard parser does not say."""

import tomllib
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]


def lines_of(text: str) -> dict[Path, int]:
    """The line on which each table and key of a valid TOML text begins.

    A prefix of the text that parses ends at a statement's end, so what a longer prefix
    adds was written by the statement between the two. That holds whatever the syntax:
    multi-line strings, inline tables, dotted keys. Configurations are short enough.
    """
    found: dict[Path, int] = {}
    lines = text.splitlines(keepends=True)
    start = 1
    for end in range(1, len(lines) + 1):
        parsed = _parsed("".join(lines[:end]))
        if parsed is None:
            continue
        for path in _paths(parsed):
            found.setdefault(path, start)
        start = end + 1
    return found


def line_of(path: Path, lines: dict[Path, int]) -> int | None:
    """The line of `path`, or of its nearest parent that is written down."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _paths(value: object, above: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        items: list[tuple[str | int, object]] = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    else:
        return
    for key, below in items:
        yield (*above, key)
        yield from _paths(below, (*above, key))
