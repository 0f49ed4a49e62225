"""What the values of one column look like, and how they can be read as the contract wants them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from features.contract import Column, Kind, Table
from features.contract.other_words import FALSE_WORDS, MONTHS, NOTHING, TRUE_WORDS, WORDS
from pipelines.draft.mixed_dates import is_day_number, mixed
from pipelines.ingest.convert import convert
from pipelines.ingest.engine import literal
from pipelines.ingest.written import (
    forms_of,
    has_form,
    is_number,
    plain_numbers,
    points_part,
    since_1970,
    without_points,
)

COLUMN = "COLUMN"
"""Stands in expressions for the column."""
GOOD = 0.98
"""The share of values that must be readable, for a way of reading to be one."""
_NUMERIC = ("BIGINT", "DOUBLE", "int", "float", "decimal")
_TEMPORAL = ("DATE", "TIMESTAMP", "date", "timestamp")
_MONTHS = ("%Y-%m", "%Y/%m", "%m/%Y", "%m.%Y", "%b %Y", "%B %Y", "%b-%Y", "%b-%y")
_BEGINNINGS = frozenset({"started_at", "created_at", "joined_at"})
_DATE_LIKE = re.compile(r"\d{8}|\d[-/.: ,]+\w")
_DIGITS = re.compile(r"[\d.]+")
_COINS = (Kind.MONEY, Kind.INTEGER)
"""Kinds of numbers that never have three decimals."""
_THOUSANDS = "are read as parting thousands; they may be decimal"
_GLANCE = 40
_COMPACT = 8
"""Digits of a date such as 20150301: fewer may be any number."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How values are read.

    Attributes:
        sql: an expression over `COLUMN`, which is that alone where nothing needs to be done.
        forms: the forms of dates; of several that fit all values, the values do not tell which.
        fits: the share of the values that can be read so.
        note: what a person should know.
        iso: beside those forms there are dates of ISO 8601.
        odd: some values that cannot be read.
    """

    sql: str = COLUMN
    forms: tuple[str, ...] = ()
    fits: float = 1.0
    note: str = ""
    iso: bool = False
    odd: tuple[str, ...] = ()

    @property
    def unclear(self) -> bool:
        """Whether several forms fit."""
        return len(self.forms) > 1


@dataclass(frozen=True)
class Look:
    """What one column of a file looks like.

    Attributes:
        name: as the file has it; parts of nested values have a dot in it.
        sql: the column in SQL.
        type: DuckDB's type of it where `compute` and `sql` see it.
        values: some of its values, as they were read, empty ones among them.
        texts: the different ones among them as text, without those that mean nothing.
        nothing: what is written where there is no value.
        filled: rows with a value.
        distinct: how many different values there are.
        ids: the different values, where they may be ids.
        nested: it is a part of another column's values.
    """

    name: str
    sql: str
    type: str
    values: pa.ChunkedArray
    texts: tuple[str, ...]
    nothing: tuple[str, ...]
    filled: int
    distinct: int
    ids: frozenset[str] = frozenset()
    nested: bool = False
    _known: dict[str, Reading] = field(default_factory=dict, compare=False, repr=False)

    @property
    def unique(self) -> bool:
        """Whether (all but) no value comes twice."""
        return self.filled > 0 and self.distinct >= GOOD * self.filled

    @property
    def numeric(self) -> bool:
        """Whether it is a number where SQL sees it."""
        return self.type.startswith(_NUMERIC)

    @property
    def whole(self) -> bool:
        """Whether it is a whole number where SQL sees it."""
        return self.type.startswith(("BIGINT", "int"))

    @property
    def temporal(self) -> bool:
        """Whether it is a date where SQL sees it."""
        return self.type.startswith(_TEMPORAL)

    def read_as(self, table: str, column: Column) -> Reading:
        """The best way to read the values as a column of the contract."""
        own = column.allowed or column.unit == "months" or column.name in _BEGINNINGS
        key = f"{table}.{column.name}" if own else str(column.kind)
        if key not in self._known:
            self._known[key] = self._best(table, column)
        return self._known[key]

    def of(self, sql: str) -> str:
        """An expression with this column in its place."""
        return sql.replace(COLUMN, self.sql)

    def _best(self, table: str, column: Column) -> Reading:
        if column.kind is Kind.TIMESTAMP and not may_be_date(self):
            return Reading(fits=0.0)
        parted = _parted(column, self)
        if parted is not None:
            return self._without_nothing(parted)
        plain = Reading(fits=_share(column, self.values))
        if plain.fits >= GOOD and not (self.nothing and column.kind in (Kind.ID, Kind.TEXT)):
            return plain
        other = _otherwise(table, column, self)
        worse = column.kind is Kind.TIMESTAMP and other and other.fits < plain.fits
        if other is None or worse:
            return plain
        return self._without_nothing(other)

    def _without_nothing(self, reading: Reading) -> Reading:
        """The reading where words that mean nothing are left empty."""
        if not self.nothing:
            return reading
        words = ", ".join(map(literal, self.nothing))
        empty = f"CASE WHEN lower(trim({COLUMN})) NOT IN ({words}) THEN {COLUMN} END"
        return replace(reading, sql=reading.sql.replace(COLUMN, f"({empty})"))


def meaning_nothing(texts: Sequence[str]) -> tuple[str, ...]:
    """Which of the texts are written where there is no value, in small letters."""
    return tuple(dict.fromkeys(t.strip().lower() for t in texts if t.strip().lower() in NOTHING))


def _share(column: Column, values: pa.ChunkedArray) -> float:
    """The share of the values that fit a column as they are."""
    probe = Column("value", column.kind, "", allowed=column.allowed, minimum=column.minimum)
    filled = values.drop_null()
    if not len(filled):
        return 0.0
    table = Table("probe", "", (probe,), "value")
    found = convert(table, pa.table({"value": filled}))
    return 1 - sum(len(finding.rows) for finding in found.findings) / len(filled)


def _otherwise(table: str, column: Column, look: Look) -> Reading | None:
    """A way to read values that do not fit as they are."""
    if not look.texts:
        return None
    if column.kind in (Kind.ID, Kind.TEXT):
        return Reading()
    if column.kind is Kind.TIMESTAMP:
        return _date(column, look)
    if column.kind is Kind.BOOLEAN:
        return _yes_or_no(look)
    if column.kind is Kind.CATEGORY:
        return _word(table, column, look)
    return _months(look) if column.unit == "months" else _number(column, look)


def may_be_date(look: Look) -> bool:
    """Whether most of the values have the signs of a date, whatever its form."""
    if look.temporal:
        return True
    some = look.texts[:_GLANCE]
    return sum(map(_date_like, some)) > len(some) / 2


def _date_like(text: str) -> bool:
    return bool(_DATE_LIKE.search(text)) or is_day_number(text)


def _date(column: Column, look: Look) -> Reading | None:
    if look.nothing and _fits(column, look.texts):
        return Reading()
    digits = [text for text in look.texts if _DIGITS.fullmatch(text)]
    seconds = since_1970(digits) if len(digits) >= GOOD * len(look.texts) else ""
    if seconds:
        number = COLUMN if look.numeric else f"TRY_CAST({COLUMN} AS DOUBLE)"
        unit = "milliseconds" if "* 1000)" in seconds else "seconds"
        return Reading(seconds.replace(COLUMN, number), note=f"{unit} since 1970")
    short = look.texts[0].isdigit() and any(len(text) < _COMPACT for text in look.texts)
    forms = () if short else forms_of(look.texts, GOOD)
    if forms:
        return Reading(forms=forms)
    return (None if short else _month(column, look)) or _mixed(look)


def _mixed(look: Look) -> Reading:
    """Dates that are written in several ways, or in none that is known."""
    found = mixed(look.texts, look.numeric)
    return Reading(found.sql, found.forms, found.fits, found.note, found.iso, found.odd)


def _month(column: Column, look: Look) -> Reading | None:
    """Months without a day: what is counted over one is known at its end, and begins with it."""
    form = next((f for f in _MONTHS if all(has_form(f, text) for text in look.texts)), "")
    if not form:
        return None
    first = f"try_strptime(CAST({COLUMN} AS VARCHAR), {literal(form)})"
    if column.name in _BEGINNINGS:
        return Reading(first, note="months: taken as their first day")
    return Reading(f"last_day(CAST({first} AS DATE))", note="months: taken as their last day")


def _parted(column: Column, look: Look) -> Reading | None:
    """Amounts and whole numbers whose points part thousands, though they may be read as they are.

    Values that are numbers in the file itself have no points but decimal ones.
    """
    if column.kind not in _COINS or not pa.types.is_string(look.values.type):
        return None
    sql = without_points(look.texts, look.numeric) if points_part(look.texts) else ""
    return Reading(sql, note=f"its points {_THOUSANDS}") if sql else None


def _number(column: Column, look: Look) -> Reading | None:
    if look.nothing and _fits(column, look.texts):
        return Reading()
    texts = [text for text in look.texts if is_number(text)]
    found = plain_numbers(texts, coins=column.kind in _COINS)
    if not found or look.numeric or len(texts) < GOOD * len(look.texts):
        return None
    if len(found) == 1:
        return Reading(found[0])
    decimal = found[0].endswith("'.')")
    said = "are read as decimal; they may part thousands" if decimal else _THOUSANDS
    return Reading(found[0], note=f"its commas {said}")


def _months(look: Look) -> Reading | None:
    words = sorted({text.lower() for text in look.texts})
    if not set(words) <= MONTHS.keys():
        return None
    whens = " ".join(f"WHEN {literal(word)} THEN {MONTHS[word]}" for word in words)
    return Reading(f"CASE lower({COLUMN}) {whens} END")


def _fits(column: Column, texts: Sequence[str]) -> bool:
    return _share(column, pa.chunked_array([pa.array(texts, pa.string())])) >= GOOD


def _yes_or_no(look: Look) -> Reading | None:
    words = {text.lower() for text in look.texts}
    if not words <= {*TRUE_WORDS, *FALSE_WORDS} or len(words) > len(TRUE_WORDS):
        return None
    yes = ", ".join(literal(word) for word in TRUE_WORDS if word in words)
    return Reading(f"lower({COLUMN}) IN ({yes})") if yes else None


def _word(table: str, column: Column, look: Look) -> Reading | None:
    """The contract's words for those that stand there; what has none is left empty or "other"."""
    known = WORDS.get((table, column.name), {})
    contract = {other: word for word, others in known.items() for other in others}
    said = {text.lower() for text in look.texts}
    mapped = {word: contract.get(word, word) for word in sorted(said)}
    strange = [word for word, own in mapped.items() if own not in column.allowed]
    fits = 1 - len(strange) / len(said)
    whens = " ".join(
        f"WHEN {literal(word)} THEN {literal(own)}"
        for word, own in mapped.items()
        if own in column.allowed
    )
    rest = " ELSE 'other'" if "other" in column.allowed else ""
    note = f"no word of the contract was found for {', '.join(strange[:5])}" if strange else ""
    text = COLUMN if look.type == "VARCHAR" else f"CAST({COLUMN} AS VARCHAR)"
    return Reading(f"CASE lower(trim({text})) {whens}{rest} END", fits=fits, note=note)
