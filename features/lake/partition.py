"""Which bucket an account lies in, and how many buckets there are."""

import zlib

DEFAULT_BUCKETS = 8
MOST_ROWS = 4_000_000
"""Rows of a bucket, on average, above which more buckets are made."""


def bucket_of(account_id: str, buckets: int) -> int:
    """The bucket of an account: CRC-32 of its id, so that it never depends on a library."""
    return zlib.crc32(account_id.encode()) % buckets


def buckets_for(rows: int) -> int:
    """The number of buckets for a lake of `rows` rows: a power of two."""
    buckets = DEFAULT_BUCKETS
    while rows > buckets * MOST_ROWS:
        buckets *= 2
    return buckets
