"""Bands: a policy on calibrated probabilities, decided by the company and kept steady.

Red is what the team can answer, what acting pays for, or what is given. Green is the largest
set of accounts whose realised loss, at the upper end of its confidence interval, keeps a
promise. Everything between is yellow, and grey is what cannot be said.
"""

from models.bands.accounts import Accounts
from models.bands.decide import Present, decide
from models.bands.limits import Limits
from models.bands.past import BandOutcome, Past, effective_rows, outcomes, realised
from models.bands.plan import BandPlan, Capacity, Fixed, Red, TierPlan, Value
from models.bands.policy import BandPolicy, Thresholds
from models.bands.steps import Published, Seen, Steps, settle

__all__ = [
    "Accounts",
    "BandOutcome",
    "BandPlan",
    "BandPolicy",
    "Capacity",
    "Fixed",
    "Limits",
    "Past",
    "Present",
    "Published",
    "Red",
    "Seen",
    "Steps",
    "Thresholds",
    "TierPlan",
    "Value",
    "decide",
    "effective_rows",
    "outcomes",
    "realised",
    "settle",
]
