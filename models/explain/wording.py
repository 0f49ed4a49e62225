"""Reasons in words, derived from the signal's declaration.

Stored reasons are codes and numbers; the words are made here, at the edge, so that they
can change or be translated without touching a score.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan

from features.signal import SnapshotColumn
from features.signals import CATALOGUE, catalogue_for
from models.explain.language import ENGLISH, Language
from models.explain.precedents import Similar
from models.explain.remedies import MOST_SIGNALS, Remedy, Step
from models.explain.usual import Trend, Usual
from models.score import OTHERS, Reason


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
        language: the frames of the sentences.

    Attributes:
        vocabulary: names all that is known, so that two that say the same have the same one.
    """

    def __init__(
        self,
        events: tuple[str, ...] = (),
        own: Iterable[Phrase] = (),
        language: Language = ENGLISH,
    ) -> None:
        self._columns = _phrases_of(events, own)
        self.vocabulary = _digest(self._columns)
        self.language = language

    def learn(self, events: tuple[str, ...], own: Iterable[Phrase] = ()) -> None:
        """Know other main events and own signals besides: those of a model that serves next.

        What was known before stays, as scores of the model before are shown on. One assignment,
        so that other threads know the former or all of them.

        Args:
            events: the main events.
            own: phrases of the signals that the company declared itself.
        """
        self._columns = {**self._columns, **_phrases_of(events, own)}
        self.vocabulary = _digest(self._columns)  # after: no sentence without them is newer

    def __call__(self, reason: Reason) -> str:
        """One sentence for a customer-success manager, e.g. "3 people ... (raises risk)"."""
        text = self.language
        push = text.raises if reason.contribution > 0 else text.lowers
        return self._sentence(reason, push, "")

    def in_full(self, reason: Reason, points: float, usual: Usual) -> str:
        """The sentence with what is usual, and by how much the chance is moved.

        Args:
            reason: what is worded.
            points: its share of the chance, 0.01 is one percentage point.
            usual: its value beside what is usual.
        """
        text = self.language
        push = text.raises_by if points > 0 else text.lowers_by
        shown = push.format(points=value_in_words(abs(100 * points)))
        return self._sentence(reason, shown, self._usual(usual))

    def meaning(self, column: str) -> str:
        """What a snapshot column means; its name where it is not declared."""
        known = self._columns.get(column)
        return known.meaning if known else column

    def value(self, column: str, value: float | str | None) -> str:
        """A value with its unit, unless the meaning began with it ("days since ...")."""
        words, phrase = value_in_words(value), self._columns.get(column)
        if phrase is None or value is None or isinstance(value, str):
            return words
        said = phrase.meaning.startswith(phrase.unit)
        return words if said else f"{words} {phrase.unit}"

    def remedy(self, found: Remedy | None) -> str:
        """What would help, or that nothing within reach would."""
        text = self.language
        if found is None:
            return text.no_remedy.format(most=MOST_SIGNALS)
        steps = "; ".join(self._step(step) for step in found.steps)
        chance = value_in_words(100 * found.chance)
        said = text.remedy.format(
            steps=steps, band=found.band.value, chance=chance, share=found.share
        )
        return f"{said} {text.caution}"

    def precedent(self, found: Similar, days: int) -> str:
        """What became of an account that was explained alike."""
        text = self.language
        if found.lost:
            return text.left.format(account=found.account, day=found.as_of, days=days)
        steps = "; ".join(self._moved(d.signal, d.before, d.after) for d in found.did)
        then = text.then.format(steps=steps) if steps else text.nothing_eased
        return text.stayed.format(account=found.account, day=found.as_of, days=days, then=then)

    def _step(self, step: Step) -> str:
        return self._moved(step.signal, step.before, step.after) + self.alike(len(step.columns))

    def _moved(self, signal: str, before: float, after: float) -> str:
        values = (value_in_words(None if isnan(each) else each) for each in (before, after))
        was, became = values
        return self.language.step.format(meaning=self.meaning(signal), before=was, after=became)

    def _sentence(self, reason: Reason, push: str, extras: str) -> str:
        text = self.language
        if reason.signal == OTHERS:
            return text.others.format(count=value_in_words(reason.value), push=push)
        meaning = self.meaning(reason.signal)
        if reason.signal in self._columns:
            meaning = meaning[0].upper() + meaning[1:]
        shown = self.value(reason.signal, reason.value)
        extras += self.alike(reason.together)
        return text.reason.format(meaning=meaning, value=shown, extras=extras, push=push)

    def alike(self, together: int) -> str:
        """That a reason speaks for others too; nothing where it speaks for itself."""
        if together < 2:
            return ""
        text = self.language
        frame = text.alike_one if together == 2 else text.alike_many
        return frame.format(count=together - 1)

    def _usual(self, usual: Usual) -> str:
        text, said = self.language, ""
        if usual.trend is not None:
            said += text.rising if usual.trend is Trend.RISING else text.falling
        if usual.own is not None:
            said += text.usual.format(value=value_in_words(usual.own))
        if usual.peers is not None:
            low, median, high = usual.peers.low, usual.peers.median, usual.peers.high
            said += text.peers.format(
                low=value_in_words(low), median=value_in_words(median), high=value_in_words(high)
            )
        return said


def _phrases_of(events: tuple[str, ...], own: Iterable[Phrase]) -> dict[str, Phrase]:
    catalogue = catalogue_for(events) if events else CATALOGUE
    return {phrase.name: phrase for phrase in (*own, *phrases(catalogue.columns))}


def _digest(phrases: dict[str, Phrase]) -> str:
    told = sorted(map(repr, phrases.values()))
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def sentence(reason: Reason) -> str:
    """The sentence of a reason whose signal every company has."""
    return _DECLARED(reason)


def value_in_words(value: float | str | None) -> str:
    """A value as people write it: at most one decimal, thousands apart."""
    if value is None:
        return ENGLISH.unknown
    if isinstance(value, str):
        return value
    if abs(value) >= 10 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2f}"


_DECLARED = Wording()
