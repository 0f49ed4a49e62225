"""Short words for signals: what a row or a list has room for, without the direction."""

import re
from collections.abc import Mapping
from typing import Any

from models.explain.wording import Wording, value_in_words
from models.score import OTHERS, Reason
from serving.console.openings import finding
from serving.format import MINUS
from serving.presentation import Words

NEGATIVE = re.compile(r"(?<![\w-])-(\d)")

_ANY = Wording()
"""Knows the signals every company has; for services whose words are not a `Wording`."""


def wording_of(words: Words) -> Wording:
    """What can tell meanings and values one by one."""
    return words if isinstance(words, Wording) else _ANY


def fact(words: Words, reason: Reason) -> str:
    """What a signal says, e.g. "Features used in the last 30 days: 2".

    Words that are not a `Wording` give their whole sentence.
    """
    if not isinstance(words, Wording):
        return words(reason)
    if reason.signal == OTHERS:
        return f"{value_in_words(reason.value)} other signals together"
    meaning = words.meaning(reason.signal)
    value = minus(words.value(reason.signal, reason.value))
    return f"{meaning[:1].upper()}{meaning[1:]}: {value}"


def in_short(words: Words, reason: Reason) -> str:
    """A reason in a few words, e.g. "Only 2 parts in use"."""
    if reason.contribution > 0 and isinstance(words, Wording) and reason.value is not None:
        found = finding(reason.signal, minus(value_in_words(reason.value)))
        if found:
            return found
    return fact(words, reason).rstrip(".")


def minus(words: str) -> str:
    """Negative numbers with a true minus."""
    return NEGATIVE.sub(f"{MINUS}\\1", words)


def beside(found: Mapping[str, Any]) -> str:
    """What is usual, of one reason of an explanation: own past, trend and peers."""
    parts = []
    if found.get("own") is not None:
        parts.append(f"usually {value_in_words(found['own'])}")
    if found.get("trend"):
        parts.append(str(found["trend"]))
    peers = found.get("peers")
    if peers:
        low, high = value_in_words(peers["low"]), value_in_words(peers["high"])
        parts.append(f"half of its peers {low} to {high}")
    if found.get("together", 1) > 1:
        others = found["together"] - 1
        parts.append(f"with {others} other signal{'s' if others > 1 else ''} like it")
    return minus(", ".join(parts))


def group_of(signal: str) -> str:
    """The group of a column, e.g. `adoption`; empty for the others together."""
    return "" if signal == OTHERS else signal.partition("__")[0]
