"""Values of the signals of one account: over time, and among its peers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

Value = float | str | None
"""What a signal holds: a number, a word, or None where missing."""


@dataclass(frozen=True, slots=True)
class Past:
    """Values of one account over time.

    Attributes:
        dates: of the stored snapshots, oldest first.
        values: by signal one for each date; None where missing, and where the account was no
            customer.
    """

    dates: tuple[date, ...]
    values: Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Quantiles:
    """How a number lies among peers: a tenth of them lie below `p10`, half below `p50`.

    Attributes:
        accounts: peers of whom the number is known.
    """

    p10: float
    p25: float
    p50: float
    p75: float
    p90: float
    accounts: int


@dataclass(frozen=True, slots=True)
class PeerRange:
    """The peers of an account, and how its signals lie among them.

    Attributes:
        shared: what all of them share, by column (tier and stage, else tier, else nothing).
        accounts: how many they are, the account itself among them.
        quantiles: by signal; words, and numbers known of too few, are not in it.
    """

    as_of: date
    shared: Mapping[str, str]
    accounts: int
    quantiles: Mapping[str, Quantiles]
