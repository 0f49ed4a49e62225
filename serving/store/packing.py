"""Reasons and chances as codes and numbers, in a few bytes that every database keeps alike.

A reason is 20 bytes, little endian: the signal's code (u16), how many signals it is of (u8),
what kind of value it is (u8), the value and the contribution (f64 each). A value in words is
the code of the word. What is foretold beside the loss is 12 bytes a chance: the cause's code
(u16; 0 for growth), the horizon in days (u16) and the chance (f64).

The bytes are part of the schema: another layout needs a migration.
"""

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from models.score import Outlook, Reason

REASON = struct.Struct("<HBBdd")
CHANCE = struct.Struct("<HHd")
MOST = 255
GROWTH = 0

NOTHING, NUMBER, WORD, WHOLE = range(4)

CodeOf = Callable[[str], int]
WordOf = Callable[[int], str]


def pack_reasons(reasons: Sequence[Reason], code: CodeOf) -> bytes:
    """Reasons as bytes.

    Args:
        reasons: in their order.
        code: gives the code (1 to 65535) of a word.
    """
    flat: list[float] = []
    for reason in reasons:
        kind, value = _valued(reason.value, code)
        flat += (code(reason.signal), min(reason.together, MOST), kind, value, reason.contribution)
    return _packer("HBBdd", len(reasons)).pack(*flat)


@cache
def _packer(layout: str, times: int) -> struct.Struct:
    """Several items at once: packing is what a load does most."""
    return struct.Struct("<" + layout * times)


def _valued(value: float | str | None, code: CodeOf) -> tuple[int, float]:
    """The kind of a value, and the value as a number; what is not finite is nothing."""
    if isinstance(value, float):
        return (NUMBER, value) if math.isfinite(value) else (NOTHING, 0.0)
    if value is None:
        return NOTHING, 0.0
    return (WORD, float(code(value))) if isinstance(value, str) else (WHOLE, float(value))


def unpack_reasons(packed: bytes, word: WordOf) -> tuple[Reason, ...]:
    """The reasons of `pack_reasons`."""
    return tuple(
        Reason(word(signal), _value(kind, value, word), contribution, together)
        for signal, together, kind, value, contribution in REASON.iter_unpack(packed)
    )


def _value(kind: int, value: float, word: WordOf) -> float | str | None:
    if kind == NUMBER:
        return value
    if kind == NOTHING:
        return None
    return word(int(value)) if kind == WORD else int(value)


def pack_outlook(ahead: Outlook, code: CodeOf) -> bytes:
    """The chances of each cause of loss and of growth, by horizon, as bytes."""
    flat: list[float] = []
    for cause, chances in ahead.p_by_cause.items():
        key = code(cause)
        for days, p in chances.items():
            flat += (key, days, p)
    for days, p in ahead.p_expansion.items():
        flat += (GROWTH, days, p)
    return _packer("HHd", len(flat) // 3).pack(*flat)


def unpack_outlook(
    packed: bytes, word: WordOf
) -> tuple[dict[str, dict[int, float]], Mapping[int, float]]:
    """Chances by cause and horizon, and of growth by horizon, as `pack_outlook` was given them."""
    causes: dict[str, dict[int, float]] = {}
    growth: dict[int, float] = {}
    for cause, days, p in CHANCE.iter_unpack(packed):
        chances = growth if cause == GROWTH else causes.setdefault(word(cause), {})
        chances[days] = p
    return causes, growth
