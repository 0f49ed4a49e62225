"""Whether there is enough to fit a hazard on."""

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]

FEWEST_TRAINING_EVENTS = 25
FEWEST_TRAINING_DATES = 2


def enough(lost: Vector, dates: int) -> bool:
    """Whether a hazard can be fitted: enough losses, survivals and dates."""
    events = min(lost.sum(), len(lost) - lost.sum())
    return bool(events >= FEWEST_TRAINING_EVENTS and dates >= FEWEST_TRAINING_DATES)
