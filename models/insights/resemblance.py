"""How alike accounts are by their profile, words and numbers together."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from models.dataset import Mask
from models.encoding import Matrix
from models.metrics.bootstrap import Vector


def unlikeness(those: pd.DataFrame, these: pd.DataFrame, columns: Sequence[str]) -> Matrix:
    """Gower's distance between accounts, 0 (alike) to 1 (Gower, Biometrics 1971).

    Words differ or not; numbers differ by the share of `these` that lies between them, so that
    no scale decides. A column that either account lacks does not count; where all are lacking
    the distance is 1.

    Args:
        those: accounts to describe, `n` of them.
        these: accounts to describe them by, `m` of them.
        columns: which columns of both count.

    Returns:
        Shape (n, m).
    """
    total = np.zeros((len(those), len(these)))
    counted = np.zeros_like(total)
    for name in columns:
        away, known = _apart(those[name], these[name])
        total += np.where(known, away, 0.0)
        counted += known
    return np.divide(total, counted, out=np.ones_like(total), where=counted > 0)


def _apart(those: "pd.Series[Any]", these: "pd.Series[Any]") -> tuple[Matrix, Mask]:
    known: Mask = those.notna().to_numpy(bool)[:, None] & these.notna().to_numpy(bool)[None, :]
    if pd.api.types.is_numeric_dtype(these):
        left, right = (_places(values, these) for values in (those, these))
        return np.abs(left[:, None] - right[None, :]), known
    codes = pd.factorize(pd.concat([those.astype(object), these.astype(object)]))[0]
    words = codes[: len(those), None] != codes[None, len(those) :]
    return np.asarray(words, dtype=float), known


def _places(values: "pd.Series[Any]", among: "pd.Series[Any]") -> Vector:
    """Where values lie among others, 0 to 1."""
    known = np.sort(among.dropna().to_numpy(float))
    numbers = values.to_numpy(np.float64, na_value=np.nan)
    middle = np.searchsorted(known, numbers, "left") + np.searchsorted(known, numbers, "right")
    return np.where(np.isfinite(numbers), middle / (2 * max(len(known), 1)), 0.0)
