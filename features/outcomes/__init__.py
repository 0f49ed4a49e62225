"""Named definitions of outcomes, with maturity and censoring."""

from features.outcomes.any_loss import AnyLoss
from features.outcomes.churn import LogoChurn
from features.outcomes.declared import Declared, OfContracts
from features.outcomes.label import Fate, Label, fates
from features.outcomes.lapse import Lapse
from features.outcomes.movement import Movement

__all__ = [
    "AnyLoss",
    "Declared",
    "Fate",
    "Label",
    "Lapse",
    "LogoChurn",
    "Movement",
    "OfContracts",
    "fates",
]
