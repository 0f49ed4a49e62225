"""Sheets that hold several rows of an account: versions, told apart by when each became known."""

from dataclasses import replace

from features.contract import KNOWN_AT, Table
from features.contract.synonyms import CHANGED
from pipelines.draft.choices import Choice
from pipelines.draft.filling import identifies
from pipelines.draft.looks import COLUMN, GOOD
from pipelines.draft.naming import column_name
from pipelines.draft.sheets import Sheet


def with_versions(table: Table, sheet: Sheet, found: dict[str, Choice]) -> dict[str, Choice]:
    """The choices, with what tells versions of an account apart, where there are some.

    Where nothing tells them apart, that is asked.
    """
    account = found.get("account_id")
    if not table.required or account is None or not account.source:
        return found
    if sheet.look(account.source).unique:
        return found
    for look in sheet.looks:
        reading = look.read_as(table.name, KNOWN_AT)
        named = column_name(look.name) in CHANGED and reading.fits >= GOOD
        if named and identifies(sheet, [account.sql, look.sql]):
            plain = reading.sql == COLUMN and not look.nested
            note = "ids come more than once: later rows are newer versions"
            known = Choice(KNOWN_AT, look.of(reading.sql), look.name, plain, reading.forms, note)
            return {n: c for n, c in found.items() if c.source != look.name} | {"known_at": known}
    note = "ids come more than once, and nothing tells which row is newer (known_at)"
    return found | {"account_id": replace(account, note=note, ask=True)}
