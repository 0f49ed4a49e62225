"""What a company asks of its bands, before any model has answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from models.bands.steps import Steps


@dataclass(frozen=True, slots=True)
class Capacity:
    """Red is what the team can answer: a share of accounts, 0 to 1."""

    share: float = 0.10


@dataclass(frozen=True, slots=True)
class Value:
    """Red is where acting is worth more than it costs.

    Act where chance * `share_saved` * yearly revenue >= `cost_of_acting`: the expected value
    rule of cost-sensitive decisions (Elkan 2001), with the revenue that is at stake.

    Attributes:
        cost_of_acting: of one answer, in the company's currency; above 0.
        share_saved: of the accounts that would leave, those that an answer keeps, 0 to 1.
        fallback: for accounts whose revenue is not known.
    """

    cost_of_acting: float
    share_saved: float
    fallback: Capacity = field(default_factory=Capacity)


@dataclass(frozen=True, slots=True)
class Fixed:
    """Red and green are given as chances of loss; without `green_below` the promise decides."""

    red_from: float
    green_below: float | None = None


Red = Capacity | Value | Fixed


@dataclass(frozen=True, slots=True)
class TierPlan:
    """What is asked for the accounts of one tier, or of all.

    Attributes:
        red: what makes an account red.
        green_promise: green may lose at most this share of the base rate.
    """

    red: Red = field(default_factory=Capacity)
    green_promise: float = 0.5


@dataclass(frozen=True, slots=True)
class BandPlan:
    """What a company asks of its bands.

    Attributes:
        default: for all tiers that have no plan of their own.
        tiers: the plans of those that have one.
        steps: what keeps bands from flapping.
    """

    default: TierPlan = field(default_factory=TierPlan)
    tiers: Mapping[str, TierPlan] = field(default_factory=dict)
    steps: Steps = field(default_factory=Steps)

    def with_red(self, red: Red) -> "BandPlan":
        """The same plan with another rule for red in every tier."""
        tiers = {name: replace(plan, red=red) for name, plan in self.tiers.items()}
        return replace(self, default=replace(self.default, red=red), tiers=tiers)
