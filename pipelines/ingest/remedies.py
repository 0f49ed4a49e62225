"""What to do about values that do not fit, said with the values themselves.

Exports are written for people: days before months, decimal commas, signs of currency, seconds
since 1970. What all values that do not fit have in common is looked for, so that the remedy can
be copied into the configuration.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import product

from features.contract import Column, Kind

LOOKED_AT = 500
"""Values of a column that a remedy is sought for: the first ones."""
_DAYS = (
    "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y",
    "%Y.%m.%d", "%Y%m%d", "%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
_TIMES = ("", " %H:%M", " %H:%M:%S", ", %H:%M", ", %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
FORMS = tuple(day + time for time, day in product(_TIMES, _DAYS))
"""Forms of dates that exports are written in, as strptime reads them."""
_SECONDS, _MILLISECONDS = re.compile(r"\d{10}(\.\d+)?"), re.compile(r"\d{13}")
_COMMA = re.compile(r"-?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?")
_POINT = re.compile(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
_SIGNS = re.compile(r"[^\d.,-]+")
_USUAL = "Correct it, or compute it from what the source has with `compute`."
_CATEGORY = "Correct it, or map the source's words with a CASE in `compute`."
_NAMED = "Correct it, or name its form: timestamp_formats = ["


def remedy(column: Column, values: Sequence[object]) -> str:
    """What to do about `values` of a column that are not what it expects.

    Args:
        column: the declaration.
        values: those that do not fit, as they were given; only the first `LOOKED_AT` are read.
    """
    texts = [str(value).strip() for value in values[:LOOKED_AT]]
    if column.kind is Kind.CATEGORY:
        return _CATEGORY
    if column.kind is Kind.TIMESTAMP:
        return _since_1970(column.name, texts) or _forms(texts)
    if column.kind in (Kind.MONEY, Kind.NUMBER):
        return _plain_number(column.name, texts) or _USUAL
    return _USUAL


def _forms(texts: Sequence[str]) -> str:
    """The forms that the values have; both where a day may as well be a month."""
    fitting = [form for form in FORMS if all(_has(form, text) for text in texts)]
    if len(fitting) == 1:
        return f'{_NAMED}"{fitting[0]}"].'
    if fitting:
        choice = " or ".join(f'"{form}"' for form in fitting)
        return f"{_NAMED}...], with {choice}: which of them, these values do not tell."
    mixed = _few(texts)
    listed = ", ".join(f'"{form}"' for form in mixed or ("%d/%m/%Y",))
    return f"{_NAMED}{listed}]."


def _few(texts: Sequence[str]) -> tuple[str, ...]:
    """Forms, each of most that the ones before left; none where some value has no form."""
    found, left = [], list(texts)
    while left:
        best = max(FORMS, key=lambda form: sum(_has(form, text) for text in left))
        rest = [text for text in left if not _has(best, text)]
        if len(rest) == len(left):
            return ()
        found.append(best)
        left = rest
    return tuple(found)


def _has(form: str, text: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 only whether it can be read
    except ValueError:
        return False
    return True


def _since_1970(name: str, texts: Sequence[str]) -> str:
    if _all(_SECONDS, texts):
        return _computed(name, "make_timestamp(CAST(COLUMN * 1000000 AS BIGINT))")
    if _all(_MILLISECONDS, texts):
        return _computed(name, "make_timestamp(COLUMN * 1000)")
    return ""


def _plain_number(name: str, texts: Sequence[str]) -> str:
    """A decimal comma, thousands that are set apart, or signs of currency taken out."""
    bare = [_SIGNS.sub("", text) for text in texts]
    signs = "regexp_replace(COLUMN, '[^0-9.,-]', '', 'g')"
    text = "COLUMN" if bare == texts else signs
    english, other = f"replace({text}, ',', '')", f"replace(replace({text}, '.', ''), ',', '.')"
    if _all(_COMMA, bare):
        unclear = _all(_POINT, bare) and any("," in value for value in bare)
        return _computed(name, other) + (
            f" If commas part thousands: {english}." if unclear else ""
        )
    return _computed(name, english) if _all(_POINT, bare) else ""


def _all(form: re.Pattern[str], texts: Iterable[str]) -> bool:
    return all(form.fullmatch(text) for text in texts)


def _computed(name: str, expression: str) -> str:
    return (
        f'Correct it, or compute it: compute = {{ {name} = "{expression}" }}, where COLUMN is '
        f"what the source calls it (and take {name} out of `rename`)."
    )
