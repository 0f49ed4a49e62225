"""Exact Shapley values of few players, from the value of every coalition (Shapley 1953)."""

from functools import lru_cache
from math import factorial

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
MOST_PLAYERS = 10
"""1,024 coalitions."""


def shapley(values: Vector) -> Vector:
    """Each player's share of `values[-1] - values[0]`, shape (players,).

    Args:
        values: of each coalition, shape (2 ** players,); player `i` is in the coalitions whose
            number has bit `i` set.
    """
    return np.asarray(_weights(len(values).bit_length() - 1) @ values)


def members(players: int) -> Vector:
    """1 where a player is in a coalition, shape (2 ** players, players)."""
    numbers = np.arange(2**players)[:, None]
    return np.asarray((numbers >> np.arange(players)) & 1, np.float64)


@lru_cache(maxsize=MOST_PLAYERS)
def _weights(players: int) -> Vector:
    """What a coalition's value counts for each player, shape (players, 2 ** players)."""
    if players > MOST_PLAYERS:
        raise ValueError(f"{players} players; exact shares are worked out for {MOST_PLAYERS}")
    inside = members(players)
    size = inside.sum(axis=1).astype(int)
    weights = np.zeros((players, 2**players))
    for coalition in range(2**players):
        for player in range(players):
            mine = bool(inside[coalition, player])
            before = size[coalition] - mine
            weight = factorial(before) * factorial(players - before - 1) / factorial(players)
            weights[player, coalition] = weight if mine else -weight
    weights.flags.writeable = False
    return weights
