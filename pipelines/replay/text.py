"""What a replay found, in words."""

from collections.abc import Iterable, Iterator
from typing import Any

from pipelines.replay.compare import Comparison, Difference, Value
from pipelines.replay.job import LISTED, Replay
from pipelines.replay.rows import LateRow, RowChanges
from pipelines.stored import DIGITS

COLUMNS_SHOWN = 8


def text(found: Replay) -> str:
    """The proof, or everything that speaks against it."""
    stored = found.stored
    lines = [
        f"Snapshot of {stored.as_of}, fingerprint {stored.recipe.fingerprint[:DIGITS]}, stored "
        f"{stored.stored_at[:16].replace('T', ' ')} at load {stored.lake.load}",
        f"  {stored.accounts} accounts, {found.columns} columns, SHA-256 {stored.sha256}",
    ]
    if found.identical:
        lines.append("  rebuilt from the lake as it is now: identical")
    else:
        lines.append(f"  rebuilt from the lake as it is now: DIFFERENT, SHA-256 {found.sha256}")
    if found.comparison is not None:
        lines += _differences(found.comparison)
    if found.rows is not None:
        lines += _rows(found.rows, stored.lake.load)
    lines += _changes(found)
    return "\n".join(lines)


def _differences(found: Comparison) -> Iterator[str]:
    for word, accounts in (("no longer", found.gone), ("only now", found.new)):
        if accounts:
            yield f"Accounts {word} described: {_some(accounts, LISTED)}"
    if not found.cells:
        return
    yield f"{found.cells:,} values differ (accounts: {len(found.changed):,}), in these columns:"
    most = sorted(found.columns.items(), key=lambda item: -item[1])
    yield f"  {_some([f'{name} ({count})' for name, count in most], COLUMNS_SHOWN)}"
    yield "  account, column: then -> now"
    yield from (f"  {_cell(each)}" for each in found.first)
    if found.cells > len(found.first):
        yield f"  ... and {found.cells - len(found.first):,} more"


def _rows(found: RowChanges, load: int) -> Iterator[str]:
    if found.anew:
        yield "The lake was built anew since: its loads say nothing about what came when."
    for table in found.connected:
        yield f"The table {table} was not connected then, and is now."
    for table in found.disconnected:
        yield f"The table {table} was connected then, and is no more."
    for table, count in found.gone.items():
        yield f"{count} rows of {table} that could be seen then are in the lake no more."
    if found.count:
        yield f"Rows of these accounts that came after load {load} and reach back to this day:"
        yield from (f"  {_row(each)}" for each in found.first[:LISTED])
    if found.count > LISTED:
        yield f"  ... and {found.count - LISTED:,} more"


def _changes(found: Replay) -> Iterator[str]:
    if not found.changes:
        return
    effect = ", to no effect here" if found.identical else ""
    yield f"Definitions and configuration that have changed since{effect}:"
    yield from (f"  {change}" for change in found.changes[:LISTED])
    if len(found.changes) > LISTED:
        yield f"  ... and {len(found.changes) - LISTED} more"


def _cell(each: Difference) -> str:
    return f"{each.account_id}, {each.column}: {_value(each.then)} -> {_value(each.now)}"


def _value(value: Value) -> str:
    return "missing" if value is None else f"{value!r}" if isinstance(value, str) else f"{value}"


def _row(each: LateRow) -> str:
    named = ", ".join(f"{name} {_plain(value)}" for name, value in each.key.items())
    values = ", ".join(f"{name} {_plain(value)}" for name, value in each.values.items())
    of = f" {named}" if named else ""
    return f"{each.table}{of} of {each.account_id}, load {each.load}: {values}"


def _plain(value: Any) -> str:
    """A value of the contract; instants without what is zero."""
    return str(value).removesuffix("+00:00").removesuffix(" 00:00:00")


def _some(names: Iterable[str], most: int) -> str:
    names = list(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
