"""Filters by segment: which there are, with how many accounts each would show."""

from collections.abc import Mapping
from dataclasses import dataclass

from serving import format
from serving.console.accounts.query import ListQuery

LABELS = {
    "industry": "Industry",
    "region": "Region",
    "size_class": "Size class",
    "revenue_class": "Revenue class",
    "stage": "Stage",
    "paid_or_free": "Free or paid",
}
MOST_WORDS = 40
"""Words of a column that can be chosen, those of most accounts first."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One word, and how many accounts it would show."""

    word: str
    count: str
    on: bool


@dataclass(frozen=True, slots=True)
class Select:
    """A column with the words that can be chosen."""

    name: str
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter that is on, with the list as it is without it."""

    label: str
    link: str


def selects(query: ListQuery, counts: Mapping[str, Mapping[str, int]]) -> tuple[Select, ...]:
    """The columns that tell accounts apart, where they were counted; one word for all does not."""
    return tuple(
        Select(name, label, _choices(query.segments[name], counts.get(name, {})))
        for name, label in LABELS.items()
        if name in counts and (query.segments[name] or len(counts[name]) > 1)
    )


def _choices(on: list[str], counts: Mapping[str, int]) -> tuple[Choice, ...]:
    named = [word for word in counts if word][:MOST_WORDS]
    words = dict.fromkeys([*named, *on])
    return tuple(Choice(w, format.count(counts.get(w, 0)), w in on) for w in words)


def chosen(query: ListQuery) -> tuple[Chosen, ...]:
    """The filters by segment that are on."""
    return tuple(
        Chosen(
            f"{LABELS[name]}: {word}",
            query.with_(**{name: [other for other in words if other != word]}).link(),
        )
        for name, words in query.segments.items()
        for word in words
    )
