"""What is taken in from the lake: all of it once, and then what later loads brought."""

from collections.abc import Iterator

import pyarrow as pa

from features.kept.company import KeptCompany
from features.kept.refused import NotKept
from features.lake import Lake
from features.versions import KNOWN_UNTIL


def came_since(kept: KeptCompany, lake: Lake) -> dict[str, pa.Table]:
    """The rows that loads since then brought.

    Raises:
        NotKept: rows of a log that was taken in have ended.
    """
    columns, found = kept.columns(), {}
    for name in lake.manifest.tables:
        found[name], anew = lake.since(name, kept.load, columns[name])
        if anew and name in kept.logs and _ended(lake, name):
            raise NotKept(f"rows of {name} were corrected")
    return found


def _ended(lake: Lake, name: str) -> bool:
    """Whether any row of a table holds no more."""
    return any(
        bucket[name][KNOWN_UNTIL].null_count < len(bucket[name])
        for bucket in _each(lake, {name: ()})
    )


def buckets_of(kept: KeptCompany, lake: Lake) -> Iterator[dict[str, pa.Table]]:
    """The tables of one bucket after another, in the columns that are kept."""
    return _each(lake, kept.columns())


def _each(lake: Lake, columns: dict[str, tuple[str, ...]]) -> Iterator[dict[str, pa.Table]]:
    return (lake.bucket(index, columns) for index in range(lake.manifest.buckets))


def first_facts(lake: Lake) -> dict[str, str]:
    """The connected tables, and when the earliest fact of each happened."""
    return {name: info.first for name, info in lake.manifest.tables.items()}
