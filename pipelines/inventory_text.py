"""The inventory of sources for people: what there is, what is missing, what each adds."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from models.ablation import Worth
from pipelines.inventory import Inventory, SourceLine

LEAST_WIDTH = 120
"""Three figures with their intervals fit beside one another."""
HINT = "What each adds was not worked out yet: `forewarn inventory --value`."
SHORT = {Worth.UNTOLD.value: "not told", Worth.UNREAD.value: "not read"}
CAUTION = (
    "Above 0: the model is better with it, in log loss, in AUC, and in the share of lost revenue\n"
    "among the accounts that the team can answer (points). Not told: it adds nothing that can be\n"
    "told. Parts that tell the same stand in for one another, so that several which add nothing\n"
    "alone may matter together."
)
GAINS = (("log_loss", 1, 4), ("auc", 1, 3), ("arr_recall_at_capacity", 100, 1))
"""The figures shown, with their scale and digits."""

STYLE: dict[str, Any] = {"title_justify": "left", "box": SIMPLE_HEAD, "padding": (0, 1, 0, 0)}


def text(found: Inventory) -> str:
    """The inventory, no narrower than 120 characters."""
    out = io.StringIO()
    console = Console(file=out, width=max(LEAST_WIDTH, Console().width), color_system=None)
    for table in _tables(found):
        console.print(table, soft_wrap=False)
    return "\n".join(line.rstrip() for line in [*out.getvalue().splitlines(), *_footer(found)])


def _tables(found: Inventory) -> Iterator[Table]:
    yield _sources(found)
    if any(not line.connected for line in found.sources):
        yield _absent(found)
    sources = [line.value for line in found.sources if line.value]
    for title, values in (("source", sources), ("signal group", found.groups)):
        if values:
            yield _values(f"What each {title} adds to the model", values)


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


def _values(title: str, values: Iterable[dict[str, Any]]) -> Table:
    table = Table(title=title, **STYLE)
    for heading in ("left out", "columns", "worth", "log loss", "AUC", "revenue, points"):
        table.add_column(heading, no_wrap=True)
    for value in values:
        worth = SHORT.get(value["worth"], value["worth"])
        gains = [_gain(value["effects"], *shown) for shown in GAINS]
        table.add_row(value["name"], f"{value['columns']}", worth, *gains)
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
    table = Table(title=title, **STYLE)
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
        f"Another seed alone moves {_noise(told['noise'])}.",
        CAUTION,
    ]


def _noise(noise: dict[str, float | None]) -> str:
    """How far the figures move by chance, in one phrase."""
    words = {"log_loss": "log loss", "auc": "AUC", "arr_recall_at_capacity": "revenue"}
    return ", ".join(
        f"{words[name]} by {scale * (noise[name] or 0.0):.{digits}f}"
        for name, scale, digits in GAINS
        if noise[name] is not None
    )
