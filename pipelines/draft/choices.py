"""What the configuration says of one column: taken as it is, renamed, or computed."""

from dataclasses import dataclass, replace

from features.contract import Column, Kind, Table
from features.contract.other_words import CENTS, EACH, IN_CENTS, YEARLY
from pipelines.draft.looks import COLUMN, Look, Reading
from pipelines.draft.matching import SURE, Matched
from pipelines.draft.mixed_dates import EXCEL
from pipelines.draft.naming import column_name, plain_name
from pipelines.ingest.engine import literal

_MONTHLY = ("mrr", "month", "monthly", "monats", "monatlicher", "mensuel", "mensual")
_CENT_LIKE = 100
_INSTANTS = ("make_timestamp", "try_strptime", "last_day", "coalesce", "CASE WHEN regexp_matches")
_ASKED = ("may part", "may be decimal", "months", EXCEL)
"""What notes hold that a person has to decide."""
_IS_IT = "taken to be per month: is it?"


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a column of the contract is taken from.

    Attributes:
        column: the column of the contract.
        sql: the expression that gives it.
        source: the source's column; "" where it comes from none alone.
        plain: its values are as the contract wants them, but for forms of dates.
        forms: the forms of its dates.
        note: what a person should know.
        ask: the note wants a decision.
        others: the source's columns that it might be as well.
        typed: it is a date where SQL sees it.
        graded: its name is that of the column beyond doubt.
        iso: beside `forms` there are dates of ISO 8601.
    """

    column: Column
    sql: str
    source: str = ""
    plain: bool = False
    forms: tuple[str, ...] = ()
    note: str = ""
    others: tuple[str, ...] = ()
    typed: bool = False
    graded: bool = True
    ask: bool = False
    iso: bool = False

    @property
    def unclear(self) -> bool:
        """Whether its values do not tell which of several forms of dates they have."""
        return len(self.forms) > 1

    @property
    def sure(self) -> bool:
        """Whether it needs no asking."""
        return self.graded and not self.unclear

    @property
    def instant(self) -> str:
        """The expression of a date, as an instant."""
        if self.forms:
            told = f"try_strptime(cast({self.sql} as varchar), {literal(self.forms[0])})"
            return f"coalesce({self._of_iso}, {told})" if self.iso else told
        return self.sql if self.typed else self._of_iso

    @property
    def _of_iso(self) -> str:
        # An offset may stand apart from its time; without one, a time is UTC.
        joined = rf"regexp_replace({self.sql}, '\s+([+-]\d{{2}}:?\d{{2}})$', '\1')"
        return f"try_cast({joined} as timestamptz)"


def chosen(table: Table, matched: Matched) -> dict[str, Choice]:
    """The choice for every column that has a match."""
    found = _told(table, {name: _choice(table.column(name), matched) for name in matched.taken})
    if "mrr" in found:
        found["mrr"] = _per_month(found["mrr"], matched)
    return found


def _told(table: Table, found: dict[str, Choice]) -> dict[str, Choice]:
    """The choices, where one date of a file tells whether days or months come first in others."""
    told = {choice.forms[0] for choice in found.values() if len(choice.forms) == 1}
    return {
        name: replace(choice, forms=likely) if (likely := _among(choice.forms, told)) else choice
        for name, choice in found.items()
        if name in table.names
    }


def _among(forms: tuple[str, ...], told: set[str]) -> tuple[str, ...]:
    """The form that is written like one that is told: with or without a time of day."""
    days = {form.split(" ")[0].rstrip(",") for form in told}
    alike = tuple(form for form in forms if form.split(" ")[0].rstrip(",") in days)
    return alike if len(forms) > 1 and len(alike) == 1 else ()


def _choice(column: Column, matched: Matched) -> Choice:
    best = matched.taken[column.name]
    reading, look = best.reading, best.look
    others = tuple(other.look.name for other in matched.others.get(column.name, ()))
    plain = reading.sql == COLUMN and not look.nested
    return Choice(
        column,
        look.of(reading.sql),
        look.name,
        plain,
        reading.forms,
        reading.note,
        others,
        look.temporal or reading.sql.startswith(_INSTANTS),
        matched.sure(column.name),
        any(told in reading.note for told in _ASKED),
        reading.iso,
    )


def _per_month(choice: Choice, matched: Matched) -> Choice:
    """An amount that is paid yearly, for each seat or in cents, as one per month."""
    look, reading = matched.taken["mrr"].look, matched.taken["mrr"].reading
    name = column_name(look.name)
    words = set(plain_name(look.name).split())
    parts = [_cents(look, name, words), _each(name, matched), _months(name, words, matched)]
    notes = [note for note in (choice.note, *(note for _, note in parts)) if note]
    choice = replace(choice, note="; ".join(notes), ask=bool(notes))
    factors = "".join(factor for factor, _ in parts)
    if not factors:
        return choice
    return replace(choice, sql=f"round({_amount(look, reading)}{factors}, 2)", plain=False)


def _amount(look: Look, reading: Reading) -> str:
    sql = look.of(reading.sql)
    return sql if look.numeric and reading.sql == COLUMN else f"TRY_CAST({sql} AS DOUBLE)"


def _cents(look: Look, name: str, words: set[str]) -> tuple[str, str]:
    if CENTS & words or (name in IN_CENTS and look.whole and _large(look)):
        return " / 100", "read as cents"
    return "", ""


def _large(look: Look) -> bool:
    """Whether amounts are as large as cents mostly are: none but 0 is below one unit."""
    amounts = [int(text) for text in look.texts if text.lstrip("-").isdigit()]
    return all(amount == 0 or amount >= _CENT_LIKE for amount in amounts)


def _each(name: str, matched: Matched) -> tuple[str, str]:
    seats = matched.taken.get("seats")
    if name not in EACH or seats is None or seats.grade < SURE:
        return "", ""
    return f" * coalesce({seats.look.of(seats.reading.sql)}, 1)", "for each seat, times the seats"


def _months(name: str, words: set[str], matched: Matched) -> tuple[str, str]:
    if YEARLY & words:
        return " / 12", "by the year, so divided by 12"
    if name.startswith(_MONTHLY) or set(_MONTHLY) & words:
        return "", ""
    billed = matched.taken.get("billing_months")
    if billed is not None and billed.grade >= SURE:
        months = billed.look.of(billed.reading.sql)
        return f" / coalesce({months}, 1)", f"what is billed at once, by {billed.look.name}"
    return "", _IS_IT


def constant(column: Column, value: str, note: str, ask: bool = False) -> Choice:
    """A column whose value is the same in all rows."""
    sql = value if column.kind is Kind.MONEY else literal(value)
    return Choice(column, sql, note=note, ask=ask)
