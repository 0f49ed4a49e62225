"""Accounts of the past that were explained alike, and what became of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.explain.wording import value_in_words
from serving.console.account.waterfall import day_words
from serving.console.phrases import minus, wording_of
from serving.presentation import Words

Lookup = Callable[[Sequence[str]], Mapping[str, tuple[str, str]]]
"""What accounts are called, and their pages: empty where there is none for whoever asks."""


@dataclass(frozen=True, slots=True)
class Alike:
    """An account of the past that was explained alike."""

    name: str
    link: str
    when: str
    left: bool
    did: str


def similar(found: Mapping[str, Any], now: date, words: Words, lookup: Lookup) -> tuple[Alike, ...]:
    """Accounts of the past that were explained alike."""
    alike = found.get("similar", ())
    named = lookup([each["account"] for each in alike])
    return tuple(_alike(each, now, words, named[each["account"]]) for each in alike)


def _alike(each: Mapping[str, Any], now: date, words: Words, named: tuple[str, str]) -> Alike:
    name, link = named
    did = minus(
        "; ".join(
            f"{wording_of(words).meaning(d['signal'])}: {value_in_words(d['after'])}"
            f" instead of {value_in_words(d['before'])}"
            for d in each["did"]
        )
    )
    return Alike(
        name=name,
        link=link,
        when=day_words(str(each["as_of"]), now),
        left=each["lost"],
        did=did,
    )
