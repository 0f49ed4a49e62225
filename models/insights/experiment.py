"""The experiment that could prove what was only observed: how many accounts it needs."""

import math
from dataclasses import dataclass

from scipy.stats import norm

ALPHA, POWER = 0.05, 0.8
EXPECTED = 0.5
"""Share of an observed difference that an experiment should be able to see: an observed one
also holds who the accounts are, and not all who are invited follow."""


@dataclass(frozen=True)
class Experiment:
    """A trial with two equal arms.

    Attributes:
        losses: share of accounts that leaves without doing anything.
        hoped: share that leaves where the trial should still be able to tell, half of the
            observed difference lower.
        per_arm: accounts in each arm; None where there is no difference to see.
        months: how long it takes until so many new accounts have come; None where not known.
    """

    losses: float
    hoped: float
    per_arm: int | None
    months: float | None


def arm_size(first: float, second: float, alpha: float = ALPHA, power: float = POWER) -> int | None:
    """Accounts in each of two arms to tell two shares apart, two-sided (Fleiss 1981, unpooled).

    None where the shares are equal.
    """
    if first == second:
        return None
    z = float(norm.ppf(1 - alpha / 2) + norm.ppf(power))
    spread = first * (1 - first) + second * (1 - second)
    return math.ceil(z**2 * spread / (first - second) ** 2)


def proposed(losses: float, difference: float, new_a_month: float | None) -> Experiment:
    """The trial for a difference in the share that stays, seen among accounts of the past.

    Args:
        losses: share of accounts that left, all together.
        difference: of the shares that stay.
        new_a_month: how many accounts reach the landmark each month.
    """
    hoped = min(max(losses - EXPECTED * difference, 0.0), 1.0)
    size = arm_size(losses, hoped)
    months = 2 * size / new_a_month if size is not None and new_a_month else None
    return Experiment(losses, hoped, size, months)
