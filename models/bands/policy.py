"""The policy that turns chances of loss into bands, tier by tier."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from models.bands.accounts import Accounts, Vector
from models.bands.codes import Codes, bands_of
from models.bands.limits import Limits, plain
from models.bands.steps import Steps
from models.score import Band


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Thresholds on the chance of loss within the primary horizon.

    Attributes:
        red_from: chance from which an account is red; under a rule of value only where its
            revenue is not known.
        green_below: chance below which an account is green; 0 where no promise holds.
        base_rate: share of accounts lost within the horizon, as seen.
        promise: greatest share of green accounts that may be lost.
        worth_from: under a rule of value the yearly revenue, times the chance of loss, from
            which acting pays; None under any other rule.
    """

    red_from: float
    green_below: float
    base_rate: float
    promise: float
    worth_from: float | None = None

    def red(self, revenue: Vector) -> Vector:
        """The chance from which each account is red, shape (rows,); infinite for never."""
        if self.worth_from is None:
            return np.full(len(revenue), self.red_from)
        with np.errstate(divide="ignore"):
            worth = np.where(revenue > 0, self.worth_from / revenue, np.inf)
        return np.where(np.isnan(revenue), self.red_from, worth)


@dataclass(frozen=True, slots=True)
class BandPolicy:
    """Thresholds by tier, and what keeps bands from flapping.

    Attributes:
        default: for every tier without thresholds of its own.
        tiers: thresholds by the tier's name.
        abstains: whether every account is grey: too little has been lost to tell them apart.
    """

    default: Thresholds
    tiers: Mapping[str, Thresholds] = field(default_factory=dict)
    steps: Steps = field(default_factory=Steps)
    abstains: bool = False

    def limits(self, accounts: Accounts) -> Limits:
        """The thresholds of each account."""
        red = self.default.red(accounts.revenue)
        green = np.full(len(accounts), self.default.green_below)
        for name, own in self.tiers.items():
            mine = accounts.tier == name
            red[mine], green[mine] = own.red(accounts.revenue[mine]), own.green_below
        return Limits(red, np.minimum(green, red))

    def bands(self, chance: Vector, accounts: Accounts) -> Codes:
        """The band of each chance, whatever it was before; grey where it is NaN."""
        known = np.full(len(chance), np.nan) if self.abstains else chance
        return plain(known, self.limits(accounts))

    def band(self, chance: float | None, tier: str = "", revenue: float | None = None) -> Band:
        """The band of one chance of loss; grey for none."""
        account = Accounts(np.array([tier], object), np.array([revenue], np.float64))
        return bands_of(self.bands(np.array([chance], np.float64), account))[0]

    def as_dict(self) -> dict[str, Any]:
        """The policy as plain values, for JSON."""
        return {
            "default": asdict(self.default),
            "tiers": {name: asdict(own) for name, own in self.tiers.items()},
            "steps": asdict(self.steps),
            "abstains": self.abstains,
        }

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> "BandPolicy":
        """The policy that was written as plain values."""
        tiers = {name: Thresholds(**own) for name, own in body["tiers"].items()}
        return cls(Thresholds(**body["default"]), tiers, Steps(**body["steps"]), body["abstains"])
