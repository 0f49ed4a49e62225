"""The inventory of sources for people: what there is, what is missing, what each adds."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from pipelines.inventory import Inventory, SourceLine

LEAST_WIDTH = 132
"""Three figures with their intervals fit beside one another."""
HINT = "What each adds was not worked out yet: `forewarn inventory --value`."
CAUTION = (
    "Above 0: the model is better with it, in log loss, in AUC, and in the share of lost revenue\n"
    "among the accounts that the team can answer (points). Sources that tell the same stand in\n"
    "for one another, so that several which add nothing alone may matter together."
)
GAINS = (("log_loss", 1, 4), ("auc", 1, 3), ("arr_recall_at_capacity", 100, 1))
"""The figures shown, with their scale and digits."""


def text(found: Inventory) -> str:
    """The inventory, no narrower than 132 characters."""
    out = io.StringIO()
    console = Console(file=out, width=max(LEAST_WIDTH, Console().width), color_system=None)
    for table in _tables(found):
        console.print(table, soft_wrap=False)
    return "\n".join(line.rstrip() for line in [*out.getvalue().splitlines(), *_footer(found)])


def _tables(found: Inventory) -> Iterator[Table]:
    yield _sources(found)
    if any(not line.connected for line in found.sources):
        yield _absent(found)
    values = [line.value for line in found.sources if line.value]
    if values or found.groups:
        yield _values([*values, *found.groups])


def _sources(found: Inventory) -> Table:
    title = f"Sources of {found.accounts} accounts, as of {found.last_day}"
    table = _titled(title, ("table", "system"), ("rows", "accounts", "signals", "age"))
    table.add_column("first and last", no_wrap=True)
    for line in found.sources:
        if line.connected:
            table.add_row(*_cells(line))
    return table


def _cells(line: SourceLine) -> Iterator[str]:
    yield line.table
    yield line.system or "not in the configuration"
    yield f"{line.rows}"
    yield "" if line.covered is None else f"{100 * line.covered:.1f} %"
    yield f"{len(line.signals)}"
    yield "" if line.stale_days is None else f"{line.stale_days} d"
    yield f"{line.first} {line.last}"


def _absent(found: Inventory) -> Table:
    table = _titled("Not connected", ("table",), ("signals",))
    table.add_column("it would feed", ratio=1)
    for line in found.sources:
        if not line.connected:
            table.add_row(line.table, f"{len(line.signals)}", _some(line.signals))
    return table


def _values(values: Iterable[dict[str, Any]]) -> Table:
    table = _titled("What each adds to the model", ("left out",), ("columns",))
    for heading in ("worth", "log loss", "AUC", "revenue, points"):
        table.add_column(heading, no_wrap=True)
    for value in values:
        name = f"{value['kind']} {value['name']}"
        gains = [_gain(value["effects"], *shown) for shown in GAINS]
        table.add_row(name, f"{value['columns']}", value["worth"], *gains)
    return table


def _gain(effects: dict[str, Any], name: str, scale: float, digits: int) -> str:
    """How much better the model is with the part, with its interval; empty where not known."""
    if name not in effects or effects[name]["gain"]["value"] is None:
        return ""
    gain = effects[name]["gain"]
    value, low, high = (_number(gain[key], scale, digits) for key in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def _number(value: float | None, scale: float, digits: int) -> str:
    return "?" if value is None else f"{scale * value:+.{digits}f}"


def _some(names: tuple[str, ...], shown: int = 3) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


def _titled(title: str, words: Iterable[str], numbers: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in words:
        table.add_column(heading, overflow="fold")
    for heading in numbers:
        table.add_column(heading, justify="right")
    return table


def _footer(found: Inventory) -> list[str]:
    told = found.valued
    if not told:
        return [HINT]
    return [
        f"Model {told['model_version']}, worked out {told['computed_at'][:10]} on {told['rows']} "
        f"rows at {told['horizon']} days ({told['dates'][0]} to {told['dates'][1]}, "
        f"{told['lost']} accounts lost).",
        CAUTION,
    ]
