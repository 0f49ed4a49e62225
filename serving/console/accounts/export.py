"""The list as CSV: exactly the rows that the filters show, with the columns that are shown."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from serving.console.accounts.columns import HEADINGS, Cell, Column, values
from serving.console.openings import step
from serving.presentation import Presentation
from serving.store import AccountScore

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet runs a cell that begins so as a formula
(https://owasp.org/www-community/attacks/CSV_Injection)."""
NAMES = {
    Column.TREND: "Health before",
    Column.RENEWS: "Renews on",
    Column.CHANCE: "Chance to leave",
}


def lines(
    found: Iterable[AccountScore], columns: Sequence[Column], presentation: Presentation
) -> Iterator[str]:
    """The lines of the file, the heading first; the account's id leads each."""
    yield _line(["Account id", *(NAMES.get(c, HEADINGS[c].label) for c in columns)])
    for each in found:
        cells = values(each, presentation, step(each.score.band, each.score.reasons))
        yield _line([safe(each.card.account_id), *(shown(cells[column]) for column in columns)])


def shown(cell: Cell) -> str:
    """A cell as it is written: numbers stay numbers, only text can be a formula."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float | Decimal):
        return f"{cell:f}".rstrip("0").rstrip(".") if "." in f"{cell:f}" else f"{cell:f}"
    return safe(cell)


def safe(words: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe stands before it."""
    return f"'{words}" if words.startswith(DANGEROUS) else words


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
