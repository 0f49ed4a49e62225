"""Checksums and hashes of text, computed over its bytes."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.compiled import compiled, inlined

Bytes = npt.NDArray[np.uint8]
Int32 = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]
Checksums = npt.NDArray[np.uint32]

SLACK = 8
"""Bytes behind the last word that `append_bytes` may write to."""
LEAST = 8
"""Bytes that there must be of all words together, for eight to be read at once."""


def bytes_of(words: pa.Array) -> tuple[Int32, Bytes]:
    """Where each word begins and ends in the bytes of all, shapes (rows + 1,) and (bytes,).

    There are LEAST bytes at the least, be they of any word or not.
    """
    _, offsets, data = words.buffers()
    if not len(words) or offsets is None:
        return np.zeros(len(words) + 1, np.int32), np.zeros(LEAST, np.uint8)
    ends = np.frombuffer(offsets, np.int32)[words.offset : words.offset + len(words) + 1]
    found = np.frombuffer(data if data is not None else b"", np.uint8)
    return ends, found if len(found) >= LEAST else np.pad(found, (0, LEAST - len(found)))


def checksums(ends: Int32, data: Bytes) -> Checksums:
    """The CRC-32 of each word, as `zlib.crc32` gives it."""
    return _checksums(ends, data, _TABLE)


def _crc_table() -> Checksums:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(0xEDB88320), table >> 1)
    return table


_TABLE = _crc_table()


@compiled
def _checksums(ends: Int32, data: Bytes, table: Checksums) -> Checksums:
    out = np.empty(len(ends) - 1, np.uint32)
    for word in range(len(out)):
        crc = np.uint32(0xFFFFFFFF)
        for i in range(ends[word], ends[word + 1]):
            crc = table[(crc ^ data[i]) & np.uint32(255)] ^ (crc >> np.uint32(8))
        out[word] = ~crc
    return out


@compiled
def hashes(ends: Int32, data: Bytes) -> Hashes:
    """A 64-bit hash of each word."""
    out = np.empty(len(ends) - 1, np.uint64)
    for word in range(len(out)):
        out[word] = hash_of(data, ends[word], ends[word + 1])
    return out


@inlined
def stirred(value: np.uint64, more: np.uint64) -> np.uint64:
    """A hash with eight more bytes taken in."""
    value = (value ^ more) * np.uint64(0x9E3779B97F4A7C15)
    return value ^ (value >> np.uint64(29))


@inlined
def hash_of(data: Bytes, begin: int, end: int) -> np.uint64:
    """A 64-bit hash of some bytes."""
    value = np.uint64(end - begin)
    for at in range(begin, end, 8):
        value = stirred(value, eight(data, at, end))
    return stirred(value, np.uint64(0))


@inlined
def append_bytes(to: Bytes, at: int, data: Bytes, begin: int, length: int) -> None:
    """Copy a few bytes, and overwrite up to SLACK bytes behind them."""
    for i in range(0, length, 8):
        put_eight(to, at + i, eight(data, begin + i, begin + length))


@inlined
def eight(data: Bytes, at: int, end: int) -> np.uint64:
    """The next eight bytes as a number, those from `end` on as 0; there must be LEAST in all.

    Without a loop or a branch, so that it becomes part of whatever calls it: a call costs more
    than the work, and compiled code counts who uses an array that is passed.
    """
    begin = min(at, len(data) - LEAST)
    number = load_eight(data, begin) >> np.uint64(8 * (at - begin))
    left = np.uint64(8 * (end - at))
    return number & ((np.uint64(1) << left) - np.uint64(1)) if left < np.uint64(64) else number


@inlined
def load_eight(data: Bytes, at: int) -> np.uint64:
    """Eight bytes as a number; the compiler makes one load of it."""
    i = np.uint64(at)
    number = np.uint64(data[i])
    number |= np.uint64(data[i + np.uint64(1)]) << np.uint64(8)
    number |= np.uint64(data[i + np.uint64(2)]) << np.uint64(16)
    number |= np.uint64(data[i + np.uint64(3)]) << np.uint64(24)
    number |= np.uint64(data[i + np.uint64(4)]) << np.uint64(32)
    number |= np.uint64(data[i + np.uint64(5)]) << np.uint64(40)
    number |= np.uint64(data[i + np.uint64(6)]) << np.uint64(48)
    number |= np.uint64(data[i + np.uint64(7)]) << np.uint64(56)
    return number


@inlined
def lowest(count: int) -> np.uint64:
    """Ones in so many of the lowest bytes, up to all eight."""
    return ~np.uint64(0) if count == 8 else (np.uint64(1) << np.uint64(8 * count)) - np.uint64(1)


@inlined
def put_eight(to: Bytes, at: int, number: np.uint64) -> None:
    """Write a number as eight bytes; the compiler makes one store of it."""
    i, byte = np.uint64(at), np.uint64(255)
    to[i] = np.uint8(number & byte)
    to[i + np.uint64(1)] = np.uint8((number >> np.uint64(8)) & byte)
    to[i + np.uint64(2)] = np.uint8((number >> np.uint64(16)) & byte)
    to[i + np.uint64(3)] = np.uint8((number >> np.uint64(24)) & byte)
    to[i + np.uint64(4)] = np.uint8((number >> np.uint64(32)) & byte)
    to[i + np.uint64(5)] = np.uint8((number >> np.uint64(40)) & byte)
    to[i + np.uint64(6)] = np.uint8((number >> np.uint64(48)) & byte)
    to[i + np.uint64(7)] = np.uint8(number >> np.uint64(56))
