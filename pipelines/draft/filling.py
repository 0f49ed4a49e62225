"""Required columns that no column of a sheet is, and what may stand in for them."""

from collections.abc import Iterator
from dataclasses import replace

from features.contract import Column, Table
from features.contract.other_words import WORDS
from features.contract.synonyms import TABLE_NAMES
from pipelines.draft.choices import Choice, constant
from pipelines.draft.looks import GOOD
from pipelines.draft.matching import known_names
from pipelines.draft.naming import named_like, plain_name
from pipelines.draft.sheets import Sheet
from pipelines.ingest.engine import query

_NOISE = frozenset({"export", "exports", "data", "dump", "report", "all", "raw", "list", "table"})
_OF_ROWS = ("subscription_id", "invoice_id", "feedback_id", "risk_id", "ticket_id")


def filled(table: Table, sheet: Sheet, found: dict[str, Choice]) -> Iterator[Choice]:
    """Choices for required columns that `found` has none for."""
    for column in table.columns:
        if column.required and column.name not in found:
            choice = _filled(table, column, sheet, found)
            if choice:
                yield choice


def _filled(table: Table, column: Column, sheet: Sheet, found: dict[str, Choice]) -> Choice | None:
    if column.name in _OF_ROWS:
        return _made_id(table, column, sheet, found)
    if column.name == "mrr":
        note = "no amount was found: each counts as 1 a month, and figures of money mean nothing"
        return constant(column, "1", note, ask=True)
    if table.name == "usage" and column.name == "event":
        strange = not named_like(sheet.files.name, TABLE_NAMES["usage"])
        note = "its rows count as something the customer did: are they?" if strange else ""
        return constant(column, event_of(sheet), note, ask=strange)
    if table.name == "invoices" and column.name == table.occurred:
        other = next((found[name] for name in ("due_at", "paid_at") if name in found), None)
        if other is None:
            return None
        note = f"no date of the invoice was found; {other.source} stands in for it"
        return replace(other, column=column, note=note, ask=True)
    if column.allowed:
        return _told_by_names(table, column, _names(table, sheet, found))
    return None


def event_of(sheet: Sheet) -> str:
    """What a row of a sheet is called: "order" for orders."""
    words = [w for w in plain_name(sheet.files.name).split() if w not in _NOISE] or ["event"]
    last = words[-1]
    plural = len(last) > 3 and last.endswith("s") and not last.endswith("ss")
    return " ".join([*words[:-1], last[:-1] if plural else last])


def _made_id(table: Table, column: Column, sheet: Sheet, found: dict[str, Choice]) -> Choice | None:
    """What identifies a row, put together: the account, and the date, and the plan."""
    if "account_id" not in found:
        return None
    parts: list[str] = []
    for name in ("account_id", table.occurred, "plan", "product", "amount"):
        if name not in found:
            continue
        parts.append(found[name].sql)
        if identifies(sheet, parts):
            told = " and ".join(n for n in found if found[n].sql in parts)
            sql = parts[0] if len(parts) == 1 else f"concat_ws('|', {', '.join(parts)})"
            source = found["account_id"].source if len(parts) == 1 else ""
            plain = len(parts) == 1 and found["account_id"].plain
            return Choice(
                column, sql, source, plain, note=f"no id was found; {told} tells rows apart"
            )
    return None


def identifies(sheet: Sheet, parts: list[str]) -> bool:
    """Whether expressions together tell (all but) every row of a sheet from all others."""
    sql = f"SELECT count(*) AS n, count(DISTINCT ({', '.join(parts)})) AS d FROM t"
    counts = query(sql, {"t": sheet.table}).to_pylist()[0]
    return bool(counts["n"]) and counts["d"] >= GOOD * counts["n"]


def _names(table: Table, sheet: Sheet, found: dict[str, Choice]) -> list[str]:
    """The names that may tell a word: of a loss only those of the file and of its date."""
    if table.name == "outcomes":
        return [sheet.name, *(c.source for n, c in found.items() if n == table.occurred)]
    return [sheet.name, *(look.name for look in sheet.looks)]


def _told_by_names(table: Table, column: Column, written: list[str]) -> Choice | None:
    """A word that the file's name tells, or the name of one of its columns."""
    for word in column.allowed:
        others = (word.replace("_", " "), *WORDS.get((table.name, column.name), {}).get(word, ()))
        if any(named_like(name, others) for name in written):
            return constant(column, word, "the names tell it")
    return None


def looked_for(table: Table, column: Column) -> str:
    """A required column that was not found, in words."""
    names = ", ".join(known_names(table, column)[:6])
    return f"{table.name}.{column.name} ({column.meaning}: {column.expects}); looked for {names}"
