"""How well one signal alone tells leavers from those that stayed, within strata."""

import numpy as np

from models.dataset import Mask
from models.metrics.bootstrap import Ints, Vector


def concordance(values: Vector, leaving: Mask, staying: Mask, strata: Ints) -> float:
    """AUC over pairs of one stratum: the chance that the leaver has the higher value.

    Equals count half; rows without a value take no part. NaN without any pair.
    """
    used = np.flatnonzero((leaving | staying) & np.isfinite(values))
    used = used[np.lexsort((values[used], strata[used]))]
    value, stratum = values[used], strata[used]
    gone, there = leaving[used].astype(float), staying[used].astype(float)
    if not len(used):
        return float("nan")
    begins = np.flatnonzero(np.r_[True, (value[1:] != value[:-1]) | (stratum[1:] != stratum[:-1])])
    lost, kept = np.add.reduceat(gone, begins), np.add.reduceat(there, begins)
    group = np.unique(stratum[begins], return_inverse=True)[1]
    total = np.bincount(group, kept)
    before = np.cumsum(kept) - kept
    first = np.r_[True, group[1:] != group[:-1]]
    below = before - before[first][group] + kept / 2
    pairs = float(lost @ total[group])
    return float(lost @ below / pairs) if pairs else float("nan")
