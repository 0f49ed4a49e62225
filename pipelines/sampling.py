"""A share of the accounts of a large base, drawn by their ids, so that memory stays bounded.

Whole buckets are drawn first, so that the others need not be computed; where those hold more
than is wanted, accounts within them. Both are hashes of the id and a seed: who is drawn has
nothing to do with what an account does, and the same lake gives the same accounts.
"""

import math
import zlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.lake import Lake
from models.dataset import Mask

IDS = 2**32


@dataclass(frozen=True)
class AccountSample:
    """Which accounts are drawn.

    Attributes:
        share: of all accounts, above 0 and below 1.
        buckets: how many the lake has.
        seed: of the draw.
    """

    share: float
    buckets: int
    seed: int

    @property
    def chosen(self) -> tuple[int, ...]:
        """The buckets that hold them, in order."""
        count = max(1, math.ceil(self.share * self.buckets))
        drawn = np.random.default_rng(self.seed).choice(self.buckets, count, replace=False)
        return tuple(sorted(int(index) for index in drawn))

    def of(self, accounts: pa.ChunkedArray | pa.Array) -> Mask:
        """Which rows of the chosen buckets are of drawn accounts, by the rows' account ids."""
        within = self.share * self.buckets / len(self.chosen)
        salt = zlib.crc32(f"sample {self.seed} ".encode())
        hashes = [zlib.crc32(each.encode(), salt) for each in accounts.to_pylist()]
        return _mixed(np.array(hashes, np.uint64)) < min(within, 1.0) * IDS


def _mixed(hashes: np.ndarray) -> np.ndarray:
    """The hashes spread anew: a CRC with a salt hangs on the one that chose the bucket."""
    spread = (hashes * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
    return np.asarray(spread)


def accounts_in(lake: Lake) -> int:
    """How many accounts the lake holds, each counted once whatever its versions."""
    buckets = range(lake.manifest.buckets)
    ids = (lake.bucket(i, {"accounts": ()})["accounts"].column("account_id") for i in buckets)
    return sum(len(each.unique()) for each in ids)


def sample_of(
    accounts: int, dates: int, rows: int, buckets: int, seed: int
) -> AccountSample | None:
    """The sample whose snapshots have about `rows` rows; None where all together have no more.

    Args:
        accounts: how many there are.
        dates: snapshots of each.
        rows: how many are wanted.
        buckets: of the lake.
        seed: of the draw.
    """
    share = rows / max(accounts * dates, 1)
    return AccountSample(share, buckets, seed) if share < 1 else None
