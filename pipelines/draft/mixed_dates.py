"""Dates of one column that are written in several ways, as spreadsheets leave them.

A sheet may hold dates beside texts that look like dates to a person alone; saved as CSV, the
former become days as Excel counts them, or are written in another form than the latter.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.ingest.engine import literal
from pipelines.ingest.types import ANY_TIME
from pipelines.ingest.written import forms_of, has_form

EXCEL = "days as Excel counts them: 45292 is 2024-01-01"
_SERIAL = r"^\d{5}(\.\d+)?$"
_FIRST, _LAST = 32_874, 54_789
"""The days of 1990 to 2049: other numbers of five digits may be anything."""
_BEFORE_1970 = 25_569
_ISO, _DAYS = re.compile(ANY_TIME), re.compile(_SERIAL)
_GERMAN = frozenset(
    ("januar", "jänner", "februar", "märz", "maerz", "mär", "mrz", "mai", "juni", "juli", "okt",
     "oktober", "dez", "dezember")
)  # fmt: skip
_ENGLISH = (
    ("jän", "jan"), ("mär", "mar"), ("mae", "mar"), ("mrz", "mar"), ("mai", "may"), ("okt", "oct"),
    ("dez", "dec"),
)  # fmt: skip
_LETTERS = "[a-zä]"
_NAME = rf"({_LETTERS}{{3}}){_LETTERS}*\.?"
_ODD = 3


@dataclass(frozen=True, slots=True)
class Mixed:
    """How the dates of a column can be read, or why not.

    Attributes:
        sql: an expression over COLUMN; that alone where the forms suffice, beside ISO 8601.
        forms: the forms of those that are not ISO 8601; of several the values do not tell which.
        iso: some are ISO 8601.
        fits: the share of the texts that can be read so.
        note: what a person should know.
        odd: some of those that cannot be read.
    """

    sql: str = "COLUMN"
    forms: tuple[str, ...] = ()
    iso: bool = False
    fits: float = 1.0
    note: str = ""
    odd: tuple[str, ...] = ()


def is_day_number(text: str) -> bool:
    """Whether a text may be a day as Excel counts them."""
    return bool(_DAYS.match(text)) and _FIRST <= float(text) <= _LAST


def mixed(texts: Sequence[str], numeric: bool) -> Mixed:
    """How dates that are not all written in one known form can be read.

    Args:
        texts: the different values.
        numeric: COLUMN is a number where SQL sees it.
    """
    iso = [text for text in texts if _is_iso(text)]
    days = [text for text in texts if is_day_number(text)]
    named = [text for text in texts if text not in {*iso, *days}]
    german = any(word in _GERMAN for text in named for word in _words(text))
    rest = [in_english(text) for text in named] if german else named
    forms = forms_of(rest, 0.0) if rest else ()
    odd = [text for text, said in zip(named, rest, strict=True) if not _any_form(said, forms)]
    fits = 1 - len(odd) / len(texts)
    note = _told((iso, days, len(named) - len(odd)), forms, len(odd), len(texts))
    some = tuple(odd[:_ODD])
    if not days and not german:
        return Mixed(forms=forms, iso=bool(iso), fits=fits, note=note, odd=some)
    if len(forms) > 1:
        return Mixed(fits=0.0, note=f"{note}, which the values do not tell apart", odd=some)
    if not fits:
        return Mixed(fits=0.0, note=note, odd=some)
    text = "CAST(COLUMN AS VARCHAR)" if numeric else "COLUMN"
    told = [try_form(_english_sql(text) if german else text, form) for form in forms]
    ways = [*([_iso(text)] if iso else []), *told, *([_day(numeric)] if days else [])]
    sql = ways[0] if len(ways) == 1 else f"coalesce({', '.join(ways)})"
    return Mixed(sql, fits=fits, note=note, odd=some)


def in_english(text: str) -> str:
    """A date whose month has a German name, as strptime knows it."""
    cut = re.sub(_NAME, r"\1", text.lower())
    for german, english in _ENGLISH:
        cut = cut.replace(german, english)
    return cut


def _words(text: str) -> list[str]:
    return re.findall(f"{_LETTERS}+", text.lower())


def _is_iso(text: str) -> bool:
    if not _ISO.match(text):
        return False
    year, month, day = (int(part) for part in re.split(r"[-/T ]", text)[:3])
    try:
        return bool(date(year, month, day))
    except ValueError:
        return False


def _any_form(text: str, forms: Sequence[str]) -> bool:
    return any(has_form(form, text) for form in forms)


def _told(
    counts: tuple[Sequence[str], Sequence[str], int], forms: Sequence[str], odd: int, every: int
) -> str:
    """How many of the values are written how."""
    iso, days, named = counts
    parts = [f"{len(iso)} as {iso[0]}"] if iso else []
    parts += [f"{len(days)} as {EXCEL}"] if days else []
    parts += [f"{named} as {' or '.join(forms)}"] if named else []
    parts += [f"{odd} in no form that is known"] if odd else []
    return f"of {every} different values " + ", ".join(parts)


def try_form(text: str, form: str) -> str:
    """The date that an expression has in a form."""
    return f"try_strptime({text}, {literal(form)})"


def _iso(text: str) -> str:
    joined = rf"regexp_replace({text}, '\s+([+-]\d{{2}}:?\d{{2}})$', '\1')"
    return _where(text, ANY_TIME, f"try_cast({joined} AS TIMESTAMPTZ)")


def _day(numeric: bool) -> str:
    number = "COLUMN" if numeric else "TRY_CAST(COLUMN AS DOUBLE)"
    seconds = f"round(({number} - {_BEFORE_1970}) * 86400)"
    instant = f"make_timestamp(CAST({seconds} * 1000000 AS BIGINT))"
    return instant if numeric else _where("COLUMN", _SERIAL, instant)


def _where(text: str, form: str, value: str) -> str:
    return f"CASE WHEN regexp_matches({text}, {literal(form)}) THEN {value} END"


def _english_sql(text: str) -> str:
    sql = f"regexp_replace(lower({text}), {literal(_NAME)}, '\\1', 'g')"
    for german, english in _ENGLISH:
        sql = f"replace({sql}, {literal(german)}, {literal(english)})"
    return sql
