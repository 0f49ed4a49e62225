"""What a run is recognised by when it is published again."""

import hashlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from serving.store.columns import compact
from serving.store.records import RunHead
from serving.store.rows import days_of
from serving.store.staged_rows import TEXTS, Column, StagedPart

_NOTHING = -(1 << 63)
"""Stands for no whole number; no amount is as small."""


class Fingerprint:
    """SHA-256 over the columns of a run whose accounts come in the order of their ids.

    Each column has a hash of its own that goes on from part to part: hashing whole columns takes
    a third of what hashing row by row does, and where one part ends does not matter.

    Args:
        head: what holds for the whole run.
    """

    def __init__(self, head: RunHead) -> None:
        self._head, self.rows = head, 0
        self._hashes = [hashlib.sha256() for _ in range(len(TEXTS) + 5)]

    def add(self, part: StagedPart) -> None:
        """Take in the accounts of a part, which follow on those before."""
        for column, content in zip(self._hashes, _contents(part), strict=True):
            column.update(content)
        self.rows += len(part.reasons)

    @property
    def digest(self) -> str:
        """Of the run and of the accounts that were taken in, hexadecimal."""
        head = self._head
        said = [str(head.as_of), head.model_version, head.primary_horizon, self.rows]
        silent = [repr(each) for each in head.silent]
        against = [days_of(head.holes), head.ended] if head.holes or head.ended else []
        columns = b"".join(column.digest() for column in self._hashes)
        return hashlib.sha256(compact([*said, silent, *against]).encode() + columns).hexdigest()


def _contents(part: StagedPart) -> Iterator[bytes]:
    """Every column as bytes: words each with an end, bytes beside their lengths."""
    for words in part.texts:
        yield "\x1f".join((*words, "")).encode()
    yield _numbers(part)
    for packed in (part.reasons, part.ahead):
        yield np.fromiter(map(len, packed), np.int64, len(packed)).tobytes()
        yield b"".join(packed)


def _numbers(part: StagedPart) -> bytes:
    """Every number and date, account by account."""
    if not part.reasons:
        return b""
    floats = np.array([*part.floats], np.float64)
    days = [None if day is None else day.toordinal() for day in part.renews]
    whole = np.array([_whole(column) for column in (part.lead_days, *part.amounts, days)])
    return np.ascontiguousarray(np.concatenate([floats.view(np.int64), whole]).T).tobytes()


def _whole(column: Column) -> npt.NDArray[np.int64]:
    return np.array([_NOTHING if value is None else value for value in column], np.int64)
