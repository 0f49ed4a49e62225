"""Every signal of the company's catalogue, as a list."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from features.followed import Followed
from features.main_attributes import followed
from features.signal import Catalogue, Direction, GroupName, SignalGroup, SnapshotColumn
from features.signals import catalogue_for
from models.walkforward import first_walked
from pipelines.assemble import first_day
from pipelines.company import catalogue_of, own_columns, snapshot_dates
from pipelines.config import Config
from pipelines.run import resolve_as_of
from pipelines.workspace import Workspace
from serving.store import ModelVersionRepository, open_store

LEAST_WIDTH = 100
DIRECTIONS = {Direction.HEALTHIER: "healthier", Direction.WORSE: "worse", Direction.UNSIGNED: ""}


@dataclass(frozen=True)
class SignalList:
    """A catalogue, and where the company's part of it comes from.

    Attributes:
        followed: the main events and attributes that have columns of their own.
        told_by: what says which those are; empty where nothing does.
        own: names of the columns that only this company has, its events' aside.
    """

    catalogue: Catalogue
    followed: Followed
    told_by: str
    own: frozenset[str]

    def of(self, group: GroupName | None) -> tuple[SignalGroup, ...]:
        """The group asked for; all where none is."""
        return tuple(g for g in self.catalogue.groups if group in (None, g.name))

    def summary(self, group: GroupName | None = None) -> dict[str, Any]:
        """Everything worth telling, as plain JSON values."""
        columns = [column for g in self.of(group) for column in self.catalogue.of(g.name)]
        return {
            **self.followed.as_dict(),
            "events_told_by": self.told_by,
            "signals": [_described(c, c.name in self.own) for c in columns],
        }


def signals_of(workspace: Workspace, config: Config | None) -> SignalList:
    """The catalogue of the workspace's company.

    The main events and attributes are those that the model which serves follows; without a model
    those that training now would follow; without data there are none.
    """
    own, told_by = _followed(workspace, config)
    catalogue = catalogue_of(config, own) if config else catalogue_for(own.events)
    names = frozenset(column.name for column in own_columns(catalogue, own.events))
    return SignalList(catalogue, own, told_by, names)


def text(found: SignalList, group: GroupName | None = None) -> str:
    """The list as tables, one a group; no narrower than 100 characters."""
    out = io.StringIO()
    console = Console(file=out, width=max(LEAST_WIDTH, Console().width), color_system=None)
    for each in found.of(group):
        console.print(_table(each, found.catalogue.of(each.name), found.own), soft_wrap=False)
    return "\n".join(line.rstrip() for line in [*out.getvalue().splitlines(), _footer(found)])


def _followed(workspace: Workspace, config: Config | None) -> tuple[Followed, str]:
    if workspace.has_store:
        engine = open_store(workspace.store_address)
        champion = ModelVersionRepository(engine).champion()
        engine.dispose()
        if champion is not None:
            return Followed.from_dict(champion.metrics), f"model {champion.version}"
    lake = workspace.lake()
    if config is None or not lake.exists:
        return Followed(), ""
    day = resolve_as_of(workspace, None)
    dates = snapshot_dates(config, day, first_day(lake, day))
    return followed(lake, first_walked(dates)), f"data up to {dates[0]}"


def _described(column: SnapshotColumn, own: bool) -> dict[str, Any]:
    signal = column.signal
    return {
        "group": str(column.group),
        "column": column.name,
        "signal": signal.name,
        "table": signal.table,
        "window_days": column.window,
        "meaning": column.meaning,
        "unit": signal.unit,
        "higher_is": DIRECTIONS[signal.direction] or None,
        "actionable": signal.actionable,
        "empty": None if signal.is_word else signal.empty,
        "own": own,
    }


def _table(group: SignalGroup, columns: Iterable[SnapshotColumn], own: frozenset[str]) -> Table:
    title = f"{group.name.capitalize()}: {group.question}"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("column", no_wrap=True)
    table.add_column("meaning, unit", ratio=1)
    for heading in ("higher is", "actionable", "empty"):
        table.add_column(heading)
    for column in columns:
        table.add_row(*_cells(column, column.name in own))
    return table


def _cells(column: SnapshotColumn, own: bool) -> Iterator[str]:
    signal = column.signal
    notes = [] if signal.meaning.startswith(signal.unit) else [signal.unit]
    notes += ["own"] if own else []
    yield column.name
    yield f"{signal.meaning} ({', '.join(notes)})" if notes else signal.meaning
    yield DIRECTIONS[signal.direction]
    yield "yes" if signal.actionable else ""
    yield "missing" if signal.is_word or signal.empty is None else f"{signal.empty:g}"


def _footer(found: SignalList) -> str:
    """How to read a column's name, and where the signals of events come from."""
    window = "A name that ends in _30d looks at the last 30 days, others at all of history."
    if not found.told_by:
        return f"{window}\nMain events get signals of their own once there is data."
    own = found.followed
    lines = [window, f"Main events, told by {found.told_by}: {', '.join(own.events) or 'none'}."]
    if attributes := (*own.numbers, *own.words):
        lines.append(f"Attributes with a column each, told likewise: {', '.join(attributes)}.")
    return "\n".join(lines)
