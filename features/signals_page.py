"""The signals as a page for people, written from the declarations."""

from features.signal import Direction, SignalGroup, SnapshotColumn
from features.signals import CATALOGUE, EVENTS_FOLLOWED, consumption
from features.signals.attributes import NUMBERS_FOLLOWED, WORDS_FOLLOWED, with_attributes

_INTRODUCTION = """\
# Signals: what is measured of an account

This page is written from the declarations in `features/signals/`. A snapshot has one row
per account and one column per signal and window, computed from what had happened and was
known at the end of `as_of`. A column whose table is not connected is missing, never 0.

*Empty* is the value of an account of which the connected table tells nothing. *Higher is*
says what a higher value tells about the account, where it tells anything, and *can act* whether
people at the company can change it. A value marked *scaled* is brought to the whole window
where the account is younger than that: what 20 days hold counts three times in 60.
"""

_EVENTS = """\
## A company's own events

Each of the {count} events that most accounts use in most months gets signals of its own in the
group {group}, here for an event called `{event}`:
"""

_ATTRIBUTES = """\
## A company's own attributes

Of what the company knows of its accounts beside all else (`{table}`), the {numbers} numbers and
{words} words known of most accounts get a column each in the group {group}, here one called
`{attribute}`:

- `{column}`: {meaning}

It holds what was set last by `as_of`, by rows that were known then. Before the first it is missing:
a field exported today and dated today tells nothing of earlier dates, and a model can learn from
it only as time passes. Dated back, it would tell the past what only today knows. Not followed is
what is the same for nearly all accounts, or a word that most have for themselves.
"""

_HEAD = ("column", "meaning", "unit", "higher is", "can act", "empty", "table")
_DIRECTIONS = {Direction.HEALTHIER: "healthier", Direction.WORSE: "worse", Direction.UNSIGNED: "—"}
_EXAMPLE = "report exported"
_KNOWN = "sales channel"


def signals_page() -> str:
    """The page in Markdown: every column of a snapshot, what it means and what it reads."""
    parts = [_INTRODUCTION, *(_group(group) for group in CATALOGUE.groups)]
    parts += [_events(), _attributes()]
    return "\n".join(parts)


def _group(group: SignalGroup) -> str:
    grid = _grid([_row(column) for column in group.columns()])
    return f"## {group.name.capitalize()}\n\n{group.question}\n\n{grid}"


def _events() -> str:
    group = consumption.GROUP.name
    signals = consumption.of_event(_EXAMPLE, "report_exported")
    text = _EVENTS.format(count=EVENTS_FOLLOWED, group=group, event=_EXAMPLE)
    windows = [
        f"- {_windows(signal.windows)}: {signal.meaning} (`{group}__{signal.name}`)"
        for signal in signals
    ]
    return "\n".join([text, *windows]) + "\n"


def _attributes() -> str:
    wider = with_attributes(CATALOGUE, (), [_KNOWN])
    (column,) = (column for column in wider.columns if column not in CATALOGUE.columns)
    return _ATTRIBUTES.format(
        table=column.signal.table,
        numbers=NUMBERS_FOLLOWED,
        words=WORDS_FOLLOWED,
        group=column.group,
        attribute=_KNOWN,
        column=column.name,
        meaning=column.meaning,
    )


def _windows(windows: tuple[int | None, ...]) -> str:
    days = [str(window) for window in windows if window is not None]
    parts = [f"{', '.join(days)} days"] if days else []
    return " and ".join(parts + ["all of history"] * (None in windows))


def _row(column: SnapshotColumn) -> tuple[str, ...]:
    signal = column.signal
    empty = "missing" if signal.is_word or signal.empty is None else f"{signal.empty:g}"
    note = " (only where `known_at` tells old values)" if signal.changing else ""
    return (
        f"`{column.name}`",
        column.meaning + (", scaled" if column.scaled else "") + note,
        signal.unit,
        _DIRECTIONS[signal.direction],
        "yes" if signal.actionable else "",
        empty,
        f"`{signal.table}`",
    )


def _grid(rows: list[tuple[str, ...]]) -> str:
    lines = [_HEAD, ("---",) * len(_HEAD), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
