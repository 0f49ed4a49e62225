"""Reasons and chances as codes and numbers, in a few bytes that every database keeps alike.

A reason is 20 bytes, little endian: the signal's code (u16), how many signals it is of (u8),
what kind of value it is (u8), the value and the contribution (f64 each). A value in words is
the code of the word. What is foretold beside the loss is 12 bytes a chance: the cause's code
(u16; 0 for growth), the horizon in days (u16) and the chance (f64).

The bytes are part of the schema: another layout needs a migration.
"""

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import accumulate, chain, pairwise, repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from models.score import Outlook, Reason

REASON = struct.Struct("<HBBdd")
CHANCE = struct.Struct("<HHd")
MOST = 255
GROWTH = 0

NOTHING, NUMBER, WORD, WHOLE = range(4)

CodesOf = Callable[[set[str]], Mapping[str, int]]
"""Gives the codes (1 to 65535) of words."""
WordOf = Callable[[int], str]

REASONS = np.dtype(
    [("code", "<u2"), ("together", "u1"), ("kind", "u1"), ("value", "<f8"), ("share", "<f8")]
)
_CHANCES = np.dtype([("cause", "<u2"), ("days", "<u2"), ("p", "<f8")])


def pack_reasons(accounts: Sequence[Sequence[Reason]], codes: CodesOf) -> list[bytes]:
    """The reasons of each account as bytes.

    All of them are made in one table and then cut: packing is what a load does most.

    Args:
        accounts: their reasons in order.
        codes: knows every word.
    """
    flat = list(chain.from_iterable(accounts))
    many = len(flat)
    names, values = [each.signal for each in flat], [each.value for each in flat]
    kinds = np.fromiter(map(_KINDS.__getitem__, map(type, values)), np.uint8, many)
    words = [each for each in values if isinstance(each, str)] if WORD in kinds else []
    code = codes({*names, *words})
    if words:
        values = [code[each] if isinstance(each, str) else each for each in values]
    packed = np.empty(many, REASONS)
    packed["code"] = np.fromiter(map(code.__getitem__, names), np.uint16, many)
    together = np.fromiter([each.together for each in flat], np.int64, many)
    packed["together"] = np.minimum(together, MOST)
    packed["kind"], packed["value"] = _valued(kinds, np.array(values, np.float64))
    packed["share"] = np.fromiter([each.contribution for each in flat], np.float64, many)
    return _cut(packed.tobytes(), [REASON.size * len(reasons) for reasons in accounts])


def _valued(
    kinds: npt.NDArray[np.uint8], values: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float64]]:
    """Kinds and values; what is not finite is nothing."""
    known = np.isfinite(values)
    return np.where(known, kinds, NOTHING), np.where(known, values, 0.0)


class _Kinds(dict[type, int]):
    """What kind of value each type is."""

    def __missing__(self, of: type) -> int:
        kind = NUMBER if issubclass(of, float) else WORD if issubclass(of, str) else WHOLE
        self[of] = NOTHING if of is type(None) else kind
        return self[of]


_KINDS = _Kinds()


def _cut(packed: bytes, sizes: Iterable[int]) -> list[bytes]:
    """Bytes in pieces of so many each."""
    return [packed[begin:end] for begin, end in pairwise(accumulate(sizes, initial=0))]


@cache
def _packer(layout: str, times: int) -> struct.Struct:
    return struct.Struct("<" + layout * times)


def unpack_reasons(packed: bytes, word: WordOf) -> tuple[Reason, ...]:
    """The reasons of one account as `pack_reasons` was given them."""
    return tuple(
        [  # a list first: lists of accounts make hundreds of them
            Reason(word(signal), value if kind == NUMBER else _value(kind, value, word), share, n)
            for signal, n, kind, value, share in REASON.iter_unpack(packed)
        ]
    )


def _value(kind: int, value: float, word: WordOf) -> float | str | None:
    """A value that is no plain number."""
    if kind == NOTHING:
        return None
    return word(int(value)) if kind == WORD else int(value)


def pack_outlooks(outlooks: Sequence[Outlook], codes: CodesOf) -> list[bytes]:
    """The chances of each cause of loss and of growth, by horizon, as bytes by account.

    One model foretells the same of every account: all of them are then made in one table.

    Args:
        outlooks: of the accounts.
        codes: knows every cause.
    """
    code = codes(set(chain.from_iterable(each.p_by_cause for each in outlooks)))
    table = _alike(outlooks, code)
    if table is None:
        return [_outlook(each, code) for each in outlooks]
    return _cut(table.tobytes(), repeat(CHANCE.size * table.shape[1], len(outlooks)))


def _alike(outlooks: Sequence[Outlook], code: Mapping[str, int]) -> npt.NDArray[Any] | None:
    """Accounts by chances; None where not all have the same causes and horizons in one order."""
    if len({tuple(each.p_by_cause) for each in outlooks}) != 1:
        return None
    keys = [*map(code.__getitem__, outlooks[0].p_by_cause), GROWTH]
    found = [each for ahead in outlooks for each in (*ahead.p_by_cause.values(), ahead.p_expansion)]
    days = [{*map(tuple, found[place :: len(keys)])} for place in range(len(keys))]
    if any(len(each) != 1 for each in days):
        return None
    named = [(key, day) for key, (all_days,) in zip(keys, days, strict=True) for day in all_days]
    table = np.empty((len(outlooks), len(named)), _CHANCES)
    table["cause"], table["days"] = np.array(named, np.uint16).reshape(-1, 2).T
    flat = chain.from_iterable(chances.values() for chances in found)
    table["p"] = np.fromiter(flat, np.float64, table.size).reshape(table.shape)
    return table


def _outlook(ahead: Outlook, code: Mapping[str, int]) -> bytes:
    flat: list[float] = []
    for cause, chances in ahead.p_by_cause.items():
        key = code[cause]
        for days, p in chances.items():
            flat += (key, days, p)
    for days, p in ahead.p_expansion.items():
        flat += (GROWTH, days, p)
    return _packer("HHd", len(flat) // 3).pack(*flat)


def unpack_outlook(
    packed: bytes, word: WordOf
) -> tuple[dict[str, dict[int, float]], Mapping[int, float]]:
    """Chances by cause and horizon, and of growth by horizon, as `pack_outlooks` was given them."""
    causes: dict[str, dict[int, float]] = {}
    growth: dict[int, float] = {}
    for cause, days, p in CHANCE.iter_unpack(packed):
        chances = growth if cause == GROWTH else causes.setdefault(word(cause), {})
        chances[days] = p
    return causes, growth
