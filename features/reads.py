"""Which columns of a bucket a computation reads, so that nothing else is loaded."""

from features.contract import TABLES, Kind
from features.outcomes import Label
from features.signal import Catalogue

Reads = dict[str, frozenset[str]]


def reads(catalogue: Catalogue, *labels: Label) -> Reads:
    """The columns of each table that signals and, if given, the fates of labels read.

    Clocks come always, and with every table: an account's life begins with its first trace
    anywhere.
    """
    wanted: dict[str, set[str]] = {name: set() for name in TABLES}
    for group in catalogue.groups:
        for signal in group.signals:
            wanted[signal.table].update(signal.measure.columns, (c for c, _ in signal.where))
            for table, columns in signal.measure.elsewhere.items():
                wanted[table].update(columns)
    for label in labels:
        for table, columns in label.reads.items():
            wanted[table].update(columns)
    return {table: _with_needs(table, columns) for table, columns in wanted.items()}


def _with_needs(table: str, columns: set[str]) -> frozenset[str]:
    """The columns, what they are hidden until, and the currency of amounts."""
    declared = [TABLES[table].column(name) for name in columns]
    hidden = {c.hidden_until for c in declared if c.hidden_until}
    priced = any(c.kind is Kind.MONEY for c in declared)
    currency = {"currency"} if priced and "currency" in TABLES[table].names else set()
    return frozenset(columns | hidden | currency)
