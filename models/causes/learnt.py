"""What was learnt of the causes of loss, and in words."""

from dataclasses import dataclass, field

from models.causes.shares import CAUSES, Causes
from models.enough import FEWEST_TRAINING_EVENTS
from models.evaluation import HorizonReport
from models.metrics import Estimate

BASE = "constant"
"""The flavour by which every account has the base share."""


@dataclass(frozen=True)
class LearntCauses:
    """Causes of loss with the evidence for them.

    Attributes:
        flavour: how a loss's cause is told; `constant` is the base share of each interval.
        accounts: by cause, accounts lost by it.
        gain: log loss that telling causes apart by signals saves on later losses, beside the
            base share, with its interval; None where there were too few to try.
        reports: by cause and horizon, its figures out of time beside the base share.
        missing: by cause and horizon, why it has none.
    """

    causes: Causes
    flavour: str
    accounts: dict[str, int]
    gain: Estimate | None
    reports: dict[str, dict[int, HorizonReport]] = field(default_factory=dict)
    missing: dict[str, dict[int, str]] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What was lost by which cause, and how causes are told apart."""
        left, shrank = (self.accounts[cause] for cause in CAUSES)
        head = f"by cause: {left} accounts left and {shrank} contracted; "
        if lean := max((share.tilt.by_odds for share in self.causes.shares), key=abs, default=0.0):
            head += f"one more log-odds of loss makes contraction {lean:+.2f} log-odds likelier; "
        if self.gain is None:
            return head + (
                f"each has its base share of the losses, since {FEWEST_TRAINING_EVENTS} of each in "
                f"one interval are needed to tell them apart, on dates before those tested"
            )
        saved = (
            f"{self.gain.value:+.4f} of log loss ({self.gain.low:+.4f} to {self.gain.high:+.4f})"
        )
        if self.flavour == BASE:
            return f"{head}each has its base share: signals save {saved}, which is not beyond doubt"
        return (
            f"{head}told apart by a {self.flavour} regression, which saves {saved} on later losses"
        )
