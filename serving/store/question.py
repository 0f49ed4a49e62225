"""Which accounts of the newest run are asked for: the filters of every list of accounts."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, func, or_

from models.score import Band
from serving.store.columns import compact
from serving.store.rows import clean

ESCAPE = "\\"
_TAG_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Between:
    """Values of a kept signal from `least` to `most`, both included; None where open.

    An account whose value is not known is not among them.
    """

    signal: str
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What accounts must be, all of it; what is empty or None asks for nothing.

    Attributes:
        bands: one of these.
        tiers: one of these.
        csms: looked after by one of these; an empty name is nobody.
        segments: by column of `SEGMENTS` other than tier, one of these words.
        renews_from: renews so many days after the run or later.
        renews_to: renews so many days after the run or earlier.
        changed_since: has its present band since that date or later, and had another before.
        signals: kept signals within bounds.
        search: a word of the name, or the id, begins like this; upper and lower case alike.
    """

    bands: tuple[Band, ...] = ()
    tiers: tuple[str, ...] = ()
    csms: tuple[str, ...] = ()
    segments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    renews_from: int | None = None
    renews_to: int | None = None
    changed_since: date | None = None
    signals: tuple[Between, ...] = ()
    search: str = ""

    @property
    def countable(self) -> bool:
        """Whether the sums of a run answer how many they are."""
        return replace(self, bands=(), tiers=(), csms=()) == Question()

    @property
    def tag(self) -> str:
        """Tells this question from others."""
        said = [_told(getattr(self, name)) for name in self.__slots__]
        return hashlib.sha256(compact(said).encode()).hexdigest()[:_TAG_LENGTH]


def _told(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: sorted(set(words)) for key, words in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        if all(isinstance(item, str) for item in value):
            return sorted(set(value))
        return [[item.signal, item.least, item.most] for item in value]
    return value


def conditions(question: Question, table: Table, as_of: date) -> list[ColumnElement[bool]]:
    """What rows of the newest run's table are asked for.

    Args:
        question: the filters.
        table: one of `LATEST`.
        as_of: of the run that it holds.
    """
    asked = dict(question.segments) | {"band": question.bands}
    asked |= {"tier": question.tiers, "csm": question.csms}
    found: list[ColumnElement[bool]] = []
    found += [
        table.c[name].in_(sorted({clean(word) for word in words}))
        for name, words in asked.items()
        if words
    ]
    if question.renews_from is not None:
        found.append(table.c.renews_at >= days_after(as_of, question.renews_from))
    if question.renews_to is not None:
        found.append(table.c.renews_at <= days_after(as_of, question.renews_to))
    if question.changed_since is not None:
        changed = table.c.since >= question.changed_since
        found.append(and_(changed, table.c.previous_as_of.is_not(None)))
    for bounds in question.signals:
        found += _within(table.c[bounds.signal], bounds)
    if question.search:
        found.append(_named_like(question.search, table))
    return found


def days_after(as_of: date, days: int) -> date:
    """The date, or the nearest that there is."""
    last = (date.max - as_of).days
    return as_of + timedelta(days=max(min(days, last), -(as_of - date.min).days))


def _within(column: ColumnElement[Any], bounds: Between) -> list[ColumnElement[bool]]:
    least = [] if bounds.least is None else [column >= bounds.least]
    most = [] if bounds.most is None else [column <= bounds.most]
    return [*least, *most] or [column.is_not(None)]


def _named_like(search: str, table: Table) -> ColumnElement[bool]:
    """The name or a later word of it begins so, or the id does, spelt as it is."""
    plain = clean(search)
    key = plain.casefold()
    for special in (ESCAPE, "%", "_"):
        key = key.replace(special, ESCAPE + special)
    return or_(
        table.c.name_key.like(f"{key}%", escape=ESCAPE),
        table.c.name_key.like(f"% {key}%", escape=ESCAPE),
        # SQLite's LIKE would take upper and lower case alike.
        func.substr(table.c.account_id, 1, len(plain)) == plain,
    )
