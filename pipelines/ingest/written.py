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


def plain_numbers(texts: Sequence[str]) -> tuple[str, ...]:
    """What takes a decimal comma, parts of thousands or signs of currency out of COLUMN.

    The likelier expression comes first; there is a second where a comma may as well part
    thousands, and none where the texts are no numbers.
    """
    bare = [_SIGNS.sub("", text) for text in texts]
    signs = "regexp_replace(COLUMN, '[^0-9.,-]', '', 'g')"
    text = "COLUMN" if bare == list(texts) else signs
    english, other = f"replace({text}, ',', '')", f"replace(replace({text}, '.', ''), ',', '.')"
    if _all(_COMMA, bare):
        unclear = _all(_POINT, bare) and any("," in value for value in bare)
        return (other, english) if unclear else (other,)
    return (english,) if _all(_POINT, bare) else ()


def is_number(text: str) -> bool:
    """Whether a text is a number, however it is written."""
    bare = _SIGNS.sub("", text)
    return bool(_COMMA.fullmatch(bare) or _POINT.fullmatch(bare))


def _all(form: re.Pattern[str], texts: Iterable[str]) -> bool:
    return all(form.fullmatch(text) for text in texts)
