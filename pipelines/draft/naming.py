"""Names of columns and files, made comparable, and how well one is another."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import cache

from features.contract.other_words import CENTS

_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[a-z]+|\d+")
_CURRENCIES = frozenset({"usd", "eur", "gbp", "chf"})
_NO_SENSE = frozenset({"utc", "flag", "the", "of", "in", "c", *CENTS, *_CURRENCIES})
"""Words of a column's name that do not say what it is."""
_WRAPPERS = frozenset(
    {"properties", "property", "fields", "attributes", "traits", "context", "custom", "remote"}
)
_ALIKE = 0.87
EXACT, NEARLY, PARTLY = 1.0, 0.9, 0.6
_STEP, _LEAST = 0.006, 0.72


@cache
def plain_name(name: str) -> str:
    """A name in small letters with blanks between its words: `accountId` is `account id`."""
    spelt = unicodedata.normalize("NFKD", name.translate(_UMLAUTS))
    letters = "".join(c for c in spelt if not unicodedata.combining(c))
    return " ".join(_WORD.findall(_HUMP.sub(" ", letters).lower()))


@cache
def column_name(name: str) -> str:
    """`plain_name` without the words that do not say what a column is, such as "utc"."""
    words = plain_name(name).split()
    kept = [w for w in words if w not in _NO_SENSE and w not in _WRAPPERS]
    return " ".join(kept or words)


def currency_in(name: str) -> str:
    """The currency that a column's name tells, or ""."""
    found = [word for word in plain_name(name).split() if word in _CURRENCIES]
    return found[0].upper() if found else ""


@cache
def grade(name: str, known: tuple[str, ...], entity: tuple[str, ...] = ()) -> float:
    """How well a column's name is one of the names that are known, from 0 to 1.

    Args:
        name: as the file has it.
        known: names in plain spelling, the likelier first.
        entity: what a row is called; it may stand before the name, as in "contract end date".
    """
    own = column_name(name)
    if not own:
        return 0.0
    whole = _place(own, known, EXACT)
    if whole:
        return whole
    bare = _without(own, entity)
    without = _place(bare, known, NEARLY) if bare else 0.0
    return without or _partly(own, known)


def _place(name: str, known: Sequence[str], best: float) -> float:
    return max(_LEAST, best - _STEP * known.index(name)) if name in known else 0.0


def _without(name: str, entity: Iterable[str]) -> str:
    """The name without what a row is called, or the little word "is"."""
    for start in (*sorted(entity, key=len, reverse=True), "is", "has"):
        if name.startswith(f"{start} "):
            return name.removeprefix(f"{start} ")
    return ""


def _partly(name: str, known: Sequence[str]) -> float:
    words = set(name.split())
    for other in known:
        wanted = set(other.split())
        if len(wanted) > 1 and wanted <= words and len(words) <= len(wanted) + 2:
            return PARTLY
        if len(name) > 4 and _alike(name, other):
            return PARTLY
    return 0.0


def _alike(name: str, other: str) -> bool:
    compared = SequenceMatcher(None, name, other)
    return compared.real_quick_ratio() >= _ALIKE and compared.ratio() >= _ALIKE


def named_like(file: str, known: Sequence[str]) -> float:
    """How well a file's name says that it holds one of the things known, from 0 to 1."""
    words = [_singular(word) for word in plain_name(file).split() if not word.isdigit()]
    text = f" {' '.join(words)} "
    hits = [other for other in known if f" {' '.join(map(_singular, other.split()))} " in text]
    if not hits:
        return 0.0
    covered = max(len(hit.split()) for hit in hits)
    last = any(text.rstrip().endswith(_singular(hit.split()[-1])) for hit in hits)
    return min(1.0, 0.5 + 0.25 * (covered - 1) + (0.25 if last else 0.0))


def _singular(word: str) -> str:
    for end, other in (("ies", "y"), ("sses", "ss"), ("s", "")):
        if word.endswith(end) and len(word) > len(end) + 2 and not word.endswith("ss"):
            return word[: -len(end)] + other
    return word
