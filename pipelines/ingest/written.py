"""How others write dates and amounts: what all of some values have in common.

Exports are written for people: days before months, decimal commas, signs of currency, seconds
since 1970.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from itertools import product

_DAYS = (
    "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y",
    "%Y.%m.%d", "%Y%m%d", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
    "%d. %b %Y", "%d. %B %Y",
)  # fmt: skip
_TIMES = (
    "", " %H:%M", " %H:%M:%S", ", %H:%M", ", %H:%M:%S", " %I:%M %p", " %I:%M:%S %p",
    ", %I:%M %p", ", %I:%M:%S %p",
)  # fmt: skip
FORMS = tuple(day + time for time, day in product(_TIMES, _DAYS))
"""Forms of dates that exports are written in, as strptime reads them."""
_SHAPES = {
    "%d": r"\d\d?", "%m": r"\d\d?", "%Y": r"\d{4}", "%y": r"\d\d", "%H": r"\d\d?", "%I": r"\d\d?",
    "%M": r"\d\d?", "%S": r"\d\d?", "%b": r"[^\W\d]+\.?", "%B": r"[^\W\d]+", "%p": r"[^\W\d]{2}",
}  # fmt: skip
_DIGIT, _LETTER = re.compile(r"\d"), re.compile(r"[^\W\d]")
_SECONDS, _MILLISECONDS = re.compile(r"\d{10}(\.\d+)?"), re.compile(r"\d{13}")
_COMMA = re.compile(r"-?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?")
_POINT = re.compile(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
_SIGNS = re.compile(r"[^\d.,-]+")
_ALL_BUT_DIGITS = re.compile(r"[^\d.,]+")
_MINUS = "-\u2212\u2013"
_NEGATIVE = rf"^\s*\(.*\)\s*$|^[^0-9]*[{_MINUS}]|[{_MINUS}][^0-9]*$"
_BELOW = re.compile(_NEGATIVE)
_INNER_MINUS = re.compile(rf"\d.*[{_MINUS}].*\d")
_SCALED = re.compile(r"\d\s*(k|m|mn|mio|mrd|tsd|b|bn)\b", re.IGNORECASE)
PARTED_BY_POINT = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+")
"""A number all of whose points stand before three digits."""
_PARTED_BY_COMMA = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+")
_SHORT = re.compile(r"[+-]?\d{1,3}")
_PARTED_OR_SHORT = re.compile(rf"{PARTED_BY_POINT.pattern}|{_SHORT.pattern}")
_FEWEST_PARTED = 3
"""Different values whose points stand before three digits; fewer may be decimal by chance."""


def forms_of(texts: Sequence[str], share: float = 1.0) -> tuple[str, ...]:
    """The forms that most of the texts have, at least a share of them: all that have as many."""
    least = max(1.0, share * len(texts))
    drawn = Counter(_LETTER.sub("a", _DIGIT.sub("0", text)) for text in texts)
    counts = {
        form: sum(has_form(form, text) for text in texts)
        for form in FORMS
        if sum(n for one, n in drawn.items() if _shape(form).fullmatch(one)) >= least
    }
    most = max(counts.values(), default=0)
    return tuple(form for form, n in counts.items() if n == most) if most >= least else ()


def few_forms(texts: Sequence[str]) -> tuple[str, ...]:
    """Forms, each of most that the ones before left; none where some text has no form."""
    left = []
    for text in texts:
        forms = {form for form in FORMS if has_form(form, text)}
        if not forms:
            return ()
        left.append(forms)
    found = []
    while left:
        best = max(FORMS, key=lambda form: sum(form in forms for forms in left))
        found.append(best)
        left = [forms for forms in left if best not in forms]
    return tuple(found)


def has_form(form: str, text: str) -> bool:
    """Whether a text is a date in a form."""
    if not _shape(form).fullmatch(text):  # strptime takes a hundred times as long
        return False
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 only whether it can be read
    except ValueError:
        return False
    return True


@cache
def _shape(form: str) -> re.Pattern[str]:
    """What a text looks like that may have a form."""
    parts = re.split(r"(%\w)", form)
    return re.compile("".join(_SHAPES.get(part, re.escape(part)) for part in parts))


def since_1970(texts: Sequence[str]) -> str:
    """What makes instants of seconds or milliseconds since 1970 in COLUMN, else ""."""
    if _all(_SECONDS, texts):
        return "make_timestamp(CAST(COLUMN * 1000000 AS BIGINT))"
    if _all(_MILLISECONDS, texts):
        return "make_timestamp(COLUMN * 1000)"
    return ""


def plain_numbers(texts: Sequence[str], coins: bool = False) -> tuple[str, ...]:
    """What takes a decimal comma, parts of thousands or signs of currency out of COLUMN.

    The likelier expression comes first; there is a second where a comma may as well part
    thousands, and none where the texts are no numbers.

    Args:
        texts: the values.
        coins: they are amounts or whole numbers, which have no three decimals: commas that
            always stand before three digits are then likelier to part thousands.
    """
    bare = [_bare(text) for text in texts]
    if bare == list(texts):
        text = "COLUMN"
    elif bare == [_SIGNS.sub("", text) for text in texts]:
        text = "regexp_replace(COLUMN, '[^0-9.,-]', '', 'g')"
    else:
        text = f"(CASE WHEN regexp_matches(COLUMN, '{_NEGATIVE}') THEN '-' ELSE '' END || "
        text += "regexp_replace(COLUMN, '[^0-9.,]', '', 'g'))"
    english, other = f"replace({text}, ',', '')", f"replace(replace({text}, '.', ''), ',', '.')"
    if not _all(_COMMA, bare):
        return (english,) if _all(_POINT, bare) else ()
    with_comma = [value for value in bare if "," in value]
    if not (with_comma and _all(_POINT, bare)):
        return (other,)
    thousands = coins and _all(_PARTED_BY_COMMA, with_comma)
    return (english, other) if thousands else (other, english)


def points_part(texts: Sequence[str]) -> bool:
    """Whether points seem to part thousands: 1.500 beside 980 is no one and a half.

    They do where all stand before three digits, and what has none has three digits at most.
    """
    pointed = {text for text in texts if "." in text}
    return len(pointed) >= _FEWEST_PARTED and points_may_part(texts)


def points_may_part(texts: Sequence[str]) -> bool:
    """Whether nothing speaks against it, however few points there are."""
    return _all(_PARTED_OR_SHORT, texts)


def without_points(texts: Sequence[str], numeric: bool) -> str:
    """What makes 1500 of 1.500 in COLUMN, where `points_part`; else "".

    Args:
        texts: the values.
        numeric: COLUMN is a number where SQL sees it, so that only the value tells.
    """
    if not numeric:
        return "replace(COLUMN, '.', '')"
    single = all(text.count(".") == 1 for text in texts)
    return "CAST(round(COLUMN * 1000) AS BIGINT)" if single else ""


def is_number(text: str) -> bool:
    """Whether a text is a number, however it is written."""
    bare = _bare(text)
    return bool(_COMMA.fullmatch(bare) or _POINT.fullmatch(bare))


def _bare(text: str) -> str:
    """The digits, points and commas of a number, after its minus; else the text.

    Books have credits in parentheses, or a minus after the amount.
    """
    if _INNER_MINUS.search(text) or _SCALED.search(text):
        return text
    return ("-" if _BELOW.search(text) else "") + _ALL_BUT_DIGITS.sub("", text)


def _all(form: re.Pattern[str], texts: Iterable[str]) -> bool:
    return all(form.fullmatch(text) for text in texts)
