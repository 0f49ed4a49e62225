"""Features, ticket categories and feedback in the company's own words, as signals to count."""

import zlib
from collections import Counter
from datetime import date

import pyarrow as pa

from features.contract import TABLES
from features.history import word_counts
from features.lake import Lake
from features.measures import Count
from features.seen import seen
from features.signal import GroupName, Signal, SnapshotColumn, slug
from models.insights.product import Topic

MOST_FEATURES, MOST_CATEGORIES = 24, 12
KINDS = (
    ("feature", "usage", "event", MOST_FEATURES, 90),
    ("ticket", "tickets", "category", MOST_CATEGORIES, 180),
    ("feedback", "feedback", "kind", MOST_CATEGORIES, 180),
    ("feedback", "feedback", "feature", MOST_CATEGORIES, 180),
)
"""Kind of topic, table, column of its words, how many of them, and the days counted."""


LABELS = {
    ("feature", "event"): "{}",
    ("ticket", "category"): "ticket: {}",
    ("feedback", "kind"): "feedback: {}",
    ("feedback", "feature"): "feedback on {}",
}


def topic_signals(lake: Lake, as_of: date) -> dict[Topic, Signal]:
    """A signal for each of the commonest words of the tables that are connected.

    Only what was known by the end of `as_of` is looked at.
    """
    found = {}
    for kind, table, column, most, days in KINDS:
        for word in common_words(lake, table, column, as_of, most):
            name = f"topic_{kind}_{column}_{slug(word)}_{zlib.crc32(word.encode()):08x}"
            signal = counting(name, table, ((column, (word,)),), f"records of “{word}”", days)
            found[Topic(kind, LABELS[kind, column].format(word), _column(signal, days).name)] = (
                signal
            )
    return found


def counting(
    name: str, table: str, where: tuple[tuple[str, tuple[str, ...]], ...], meaning: str, days: int
) -> Signal:
    """A signal that counts some rows of a table over the last `days`."""
    return Signal(name, table, Count(), meaning, (days,), where, actionable=True)


def _column(signal: Signal, days: int) -> SnapshotColumn:
    return SnapshotColumn(GroupName.CONSUMPTION, signal, days)


def common_words(lake: Lake, table: str, column: str, as_of: date, most: int) -> tuple[str, ...]:
    """The commonest words of a text column, commonest first; none where it is not connected."""
    tally: Counter[str | None] = Counter()
    for index in range(lake.manifest.buckets):
        for rows in lake.bucket(index, {table: (column,)}).values():
            visible = rows.filter(pa.array(seen(TABLES[table], rows, as_of)))
            tally.update(word_counts(visible.column(column)))
    return tuple(sorted(filter(None, tally), key=lambda word: (-tally[word], word))[:most])
