"""A signal: one declared measure of one account.

Column name, documentation, wording of reasons, categories and fingerprint all derive
from the declaration; nothing about a signal is written anywhere else.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from functools import cached_property

from features.measures import Measure


class Direction(IntEnum):
    """What a higher value says about the account, if anything."""

    HEALTHIER = 1
    WORSE = -1
    UNSIGNED = 0


class GroupName(StrEnum):
    """The five groups of the health model, and the account's profile."""

    CONSUMPTION = "consumption"
    ADOPTION = "adoption"
    ENGAGEMENT = "engagement"
    EXPERIENCE = "experience"
    RISK = "risk"
    PROFILE = "profile"


Where = tuple[tuple[str, tuple[str, ...]], ...]
"""Which facts count: (column, words) pairs that must all hold."""


@dataclass(frozen=True)
class Signal:
    """One measure of the facts of one table, over one or more windows.

    Attributes:
        name: with group and window it makes the column's name.
        table: the table of the contract that is measured.
        measure: what is measured.
        meaning: completes "This account's ..." for a customer-success manager.
        windows: days back from `as_of`; None is all of history.
        where: which facts count.
        unit: the unit of the value, empty for plain numbers.
        direction: what a higher value says.
        empty: the value of an account without facts to measure, where the table is
            connected; None leaves it missing.
        actionable: people at the company can change it.
        changing: it reads a column whose old values are overwritten (see the contract).
    """

    name: str
    table: str
    measure: Measure
    meaning: str
    windows: tuple[int | None, ...] = (None,)
    where: Where = ()
    unit: str = ""
    direction: Direction = Direction.UNSIGNED
    empty: float | None = 0.0
    actionable: bool = False
    changing: bool = False

    @property
    def is_word(self) -> bool:
        """Whether the value is a word rather than a number."""
        return self.measure.gives_words(self.table)

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that feed it, its own first."""
        return tuple(dict.fromkeys((self.table, *self.measure.elsewhere)))


@dataclass(frozen=True)
class SnapshotColumn:
    """One signal over one window: one column of a snapshot."""

    group: GroupName
    signal: Signal
    window: int | None

    @cached_property
    def name(self) -> str:
        """`group__signal_window`, e.g. `adoption__users_30d`."""
        window = "" if self.window is None else f"_{self.window}d"
        return f"{self.group}__{self.signal.name}{window}"

    @property
    def scaled(self) -> bool:
        """Whether the value of an account younger than the window is scaled to all of it."""
        return self.window is not None and self.signal.measure.scales

    @property
    def meaning(self) -> str:
        """The signal's meaning with its window in words."""
        if self.window is None:
            return self.signal.meaning
        return f"{self.signal.meaning} in the last {self.window} days"


@dataclass(frozen=True)
class SignalGroup:
    """The signals that answer one question about an account."""

    name: GroupName
    question: str
    signals: tuple[Signal, ...]

    def columns(self) -> Iterator[SnapshotColumn]:
        """Every column of the group, in order."""
        for signal in self.signals:
            for window in signal.windows:
                yield SnapshotColumn(self.name, signal, window)


@dataclass(frozen=True)
class Catalogue:
    """All signals of a company: the declared ones, and those of its own main events.

    Attributes:
        ranks: columns that are made of a date's finished rows, see `features.ranks`.
        computed: the columns that are computed from facts, one account at a time.
        columns: both, the computed ones first.
    """

    groups: tuple[SignalGroup, ...]
    ranks: tuple[SnapshotColumn, ...] = ()
    computed: tuple[SnapshotColumn, ...] = field(init=False)
    columns: tuple[SnapshotColumn, ...] = field(init=False)

    def __post_init__(self) -> None:
        computed = tuple(c for group in self.groups for c in group.columns())
        columns = (*computed, *self.ranks)
        names = [c.name for c in columns]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ValueError(f"two signals make the same column: {', '.join(twice)}")
        object.__setattr__(self, "computed", computed)
        object.__setattr__(self, "columns", columns)

    def column(self, name: str) -> SnapshotColumn:
        """The column called `name`; KeyError if the catalogue has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"no signal makes the column {name!r}")

    def of(self, group: GroupName) -> tuple[SnapshotColumn, ...]:
        """The columns of a group, with their ranks if there are any."""
        return tuple(column for column in self.columns if column.group is group)

    def with_signals(self, group: GroupName, signals: tuple[Signal, ...]) -> "Catalogue":
        """The catalogue with further signals at the end of a group."""
        groups = tuple(
            replace(g, signals=g.signals + signals) if g.name is group else g for g in self.groups
        )
        return Catalogue(groups, self.ranks)


NAMELESS = "unnamed"
"""The slug of a word of which nothing fits a column's name."""


def slug(text: str) -> str:
    """A word made fit for a column's name: lower case, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or NAMELESS
