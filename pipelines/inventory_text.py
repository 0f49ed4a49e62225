"""The inventory of sources for people: one table of sources, and what each is worth."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from models.ablation import Worth
from pipelines.inventory import Inventory, SourceLine

LEAST_WIDTH = 100
HINT = "What each is worth was not worked out yet: `forewarn inventory --value`."
CAUTION = (
    "Worth: the log loss that the model would have more without it, and the share of lost\n"
    "revenue that the team would reach less. Sources that tell the same stand in for one another."
)


def text(found: Inventory) -> str:
    """The inventory, no narrower than 100 characters."""
    out = io.StringIO()
    console = Console(file=out, width=max(LEAST_WIDTH, Console().width), color_system=None)
    console.print(_sources(found), soft_wrap=False)
    if any(not line.connected for line in found.sources):
        console.print(_absent(found), soft_wrap=False)
    if found.groups:
        console.print(_groups(found), soft_wrap=False)
    return "\n".join(line.rstrip() for line in [*out.getvalue().splitlines(), *_footer(found)])


def _sources(found: Inventory) -> Table:
    title = f"Sources of {found.accounts} accounts, as of {found.last_day}"
    table = _titled(title, ("table", "system"), ("rows", "age", "accounts", "signals"))
    table.add_column("first to last")
    table.add_column("worth", ratio=1)
    for line in found.sources:
        if line.connected:
            table.add_row(*_cells(line))
    return table


def _cells(line: SourceLine) -> Iterator[str]:
    yield line.table
    yield line.system or "not in the configuration"
    yield f"{line.rows}"
    yield "" if line.stale_days is None else f"{line.stale_days} d"
    yield "" if line.covered is None else f"{100 * line.covered:.1f} %"
    yield f"{len(line.signals)}"
    yield f"{line.first} to {line.last}" if line.last else ""
    yield worth(line.value)


def _absent(found: Inventory) -> Table:
    table = _titled("Not connected", ("table",), ("signals",))
    table.add_column("it would feed", ratio=1)
    for line in found.sources:
        if not line.connected:
            table.add_row(line.table, f"{len(line.signals)}", _some(line.signals))
    return table


def _groups(found: Inventory) -> Table:
    table = _titled("Signal groups", ("group",), ("columns read",))
    table.add_column("worth", ratio=1)
    for value in found.groups:
        table.add_row(value["name"], f"{value['columns']}", worth(value))
    return table


def worth(value: dict[str, Any] | None) -> str:
    """What a source or a group adds, in one phrase with its intervals."""
    if value is None or value["worth"] == Worth.UNREAD:
        return "" if value is None else str(value["worth"])
    effects = value["effects"]
    loss, money = effects["log_loss"]["gain"], effects["arr_recall_at_capacity"]["gain"]
    told = f"{value['worth']}: log loss {_range(loss, 1, 4)}"
    return told if money["value"] is None else f"{told}, revenue {_range(money, 100, 1)} points"


def _range(gain: dict[str, float | None], scale: float, digits: int) -> str:
    value, low, high = (
        "?" if gain[name] is None else f"{scale * (gain[name] or 0.0):+.{digits}f}"
        for name in ("value", "low", "high")
    )
    return f"{value} ({low} to {high})"


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
        f"Worth for model {told['model_version']}, worked out {told['computed_at'][:10]}, on "
        f"{told['rows']} rows at {told['horizon']} days ({told['dates'][0]} to "
        f"{told['dates'][1]}, {told['lost']} accounts lost).",
        CAUTION,
    ]
