"""The months that the history of scores is kept by on PostgreSQL."""

from collections.abc import Iterable
from datetime import date

POSTGRESQL = "postgresql"
MONTHS = 12


def partition_statements(days: Iterable[date], dialect: str) -> list[str]:
    """What makes the partitions of these days where they are missing; nothing elsewhere."""
    if dialect != POSTGRESQL:
        return []
    return [_statement(first) for first in sorted({day.replace(day=1) for day in days})]


def _statement(first: date) -> str:
    following = first.replace(
        year=first.year + first.month // MONTHS, month=first.month % MONTHS + 1
    )
    return (
        f"CREATE TABLE IF NOT EXISTS score_{first:%Y_%m} PARTITION OF score "
        f"FOR VALUES FROM ('{first}') TO ('{following}')"
    )
