"""Rules between the keys of the configuration that one section alone cannot see."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from features.contract import KNOWN_AT, TABLES, Table
from pipelines.config.positions import Path
from pipelines.ingest.problems import suggestion


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem of the configuration, before its line is known.

    Attributes:
        path: the keys that lead to it.
        reason: what is wrong.
        remedy: what to do.
        value: what was given; None where nothing was.
    """

    path: Path
    reason: str
    remedy: str
    value: object = None


def broken_rules(raw: dict[str, Any]) -> list[Trouble]:
    """What the values of a file, valid or not, break; other mistakes are skipped."""
    return [
        *_required_tables(raw),
        *(trouble for name in _section(raw, "sources") for trouble in _source(raw, name)),
        *_activity(raw),
        *_input_names(raw),
        *_tiers(raw),
    ]


def _section(raw: dict[str, Any], name: str) -> dict[str, Any]:
    section = raw.get(name)
    return section if isinstance(section, dict) else {}


def _required_tables(raw: dict[str, Any]) -> Iterator[Trouble]:
    sources = _section(raw, "sources")
    for table in TABLES.values():
        if table.required and table.name not in sources:
            remedy = f"Add [sources.{table.name}] and say where its rows come from."
            yield Trouble(("sources",), f"the table {table.name} is required", remedy)


def _source(raw: dict[str, Any], name: str) -> Iterator[Trouble]:
    path: Path = ("sources", name)
    if name not in TABLES:
        reason = "the contract has no such table"
        yield Trouble(path, reason, suggestion(name, list(TABLES)))
        return
    source = _section(_section(raw, "sources"), name)
    renamed, computed = _section(source, "rename"), _section(source, "compute")
    for key, columns in (("rename", renamed), ("compute", computed)):
        yield from _columns(TABLES[name], (*path, key), columns)
    for column in renamed.keys() & computed.keys():
        remedy = "Keep one of the two."
        yield Trouble((*path, "compute", column), "it is also in `rename`", remedy)


def _columns(table: Table, path: Path, columns: dict[str, Any]) -> Iterator[Trouble]:
    known = [*table.names, KNOWN_AT.name]
    for column in columns:
        if column not in known:
            reason = f"the table {table.name} has no such column; the contract's column stands left"
            yield Trouble((*path, column), reason, suggestion(column, known))


def _activity(raw: dict[str, Any]) -> Iterator[Trouble]:
    outcome = _section(raw, "outcome")
    activity = outcome.get("activity", "usage")
    logs = [t.name for t in TABLES.values() if t.is_trace and t.name != "accounts"]
    if isinstance(activity, str) and activity not in logs:
        reason = "the contract has no such log"
        yield Trouble(("outcome", "activity"), reason, suggestion(activity, logs), activity)
    if outcome.get("events") and activity != "usage":
        reason = "only rows of usage have events"
        remedy = 'Leave `events` out, or set activity = "usage".'
        yield Trouble(("outcome", "events"), reason, remedy, outcome["events"])


def _input_names(raw: dict[str, Any]) -> Iterator[Trouble]:
    for name in _section(raw, "inputs"):
        if not (name.isidentifier() and name.isascii()):
            reason = "an input's name must be usable as a table's name in SQL"
            remedy = "Use letters, digits and underscores, beginning with a letter."
            yield Trouble(("inputs", name), reason, remedy)


def _tiers(raw: dict[str, Any]) -> Iterator[Trouble]:
    seen: dict[object, str] = {}
    for name, smallest in _section(raw, "tiers").items():
        other = seen.setdefault(str(smallest), name)
        if other != name:
            remedy = "Give every tier an ARR of its own."
            yield Trouble(("tiers", name), f"it begins where {other} begins", remedy, smallest)
