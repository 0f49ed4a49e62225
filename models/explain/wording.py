"""Reasons in words, derived from the signal's declaration.

Stored reasons are codes and numbers; the words are made here, at the edge, so that they
can change or be translated without touching a score.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from features.signal import SnapshotColumn
from features.signals import CATALOGUE, catalogue_for
from models.score import OTHERS, Reason

NOT_CONNECTED = "not known"


@dataclass(frozen=True, slots=True)
class Phrase:
    """How people speak of one snapshot column.

    Attributes:
        name: the column.
        meaning: completes "This account's ...".
        unit: the unit of the value, empty for plain numbers.
    """

    name: str
    meaning: str
    unit: str = ""


def phrases(columns: Iterable[SnapshotColumn]) -> tuple[Phrase, ...]:
    """The phrases of declared columns, e.g. to store those of a company's own signals."""
    return tuple(Phrase(c.name, c.meaning, c.signal.unit) for c in columns)


class Wording:
    """Makes sentences for the signals of one company.

    Args:
        events: its main events.
        own: phrases of the signals that it declared itself.
    """

    def __init__(self, events: tuple[str, ...] = (), own: Iterable[Phrase] = ()) -> None:
        catalogue = catalogue_for(events) if events else CATALOGUE
        self._columns = {p.name: p for p in (*own, *phrases(catalogue.columns))}

    def __call__(self, reason: Reason) -> str:
        """One sentence for a customer-success manager, e.g. "3 people ... (raises risk)"."""
        push = "raises the risk" if reason.contribution > 0 else "lowers the risk"
        if reason.signal == OTHERS:
            return f"{value_in_words(reason.value)} other signals together; {push}."
        column = self._columns.get(reason.signal)
        if column is None:
            return f"{reason.signal}: {value_in_words(reason.value)}; {push}."
        meaning = column.meaning[0].upper() + column.meaning[1:]
        shown = _with_unit(reason.value, column) + _together(reason.together)
        return f"{meaning}: {shown}; {push}."

    def meaning(self, column: str) -> str:
        """What a snapshot column means; its name where it is not declared."""
        known = self._columns.get(column)
        return known.meaning if known else column


def sentence(reason: Reason) -> str:
    """The sentence of a reason whose signal every company has."""
    return _DECLARED(reason)


def value_in_words(value: float | str | None) -> str:
    """A value as people write it: at most one decimal, thousands apart."""
    if value is None:
        return NOT_CONNECTED
    if isinstance(value, str):
        return value
    if abs(value) >= 10 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2f}"


def _together(signals: int) -> str:
    """That a reason speaks for others too; nothing where it speaks for itself."""
    if signals < 2:
        return ""
    return f" (with {signals - 1} other signal{'s' if signals > 2 else ''} like it)"


def _with_unit(value: float | str | None, phrase: Phrase) -> str:
    """The value with its unit, unless the meaning began with it ("days since ...")."""
    words = value_in_words(value)
    said = phrase.meaning.startswith(phrase.unit)
    return words if said or value is None or isinstance(value, str) else f"{words} {phrase.unit}"


_DECLARED = Wording()
