"""What a company believes of its customers, put to the same test as what was searched for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.insights.aipw import Effect
from models.insights.base import Base
from models.insights.deed import Deed, effect_at
from models.insights.landmark import landmark_at
from models.insights.multiple import LEVEL, false_discovery

SUPPORTED, NOT_SUPPORTED, UNKNOWN = "supported", "not supported", "not enough evidence"


@dataclass(frozen=True)
class Belief:
    """A claim that accounts which do something early stay more often.

    Attributes:
        claim: in the words of who believes it.
        deed: what they do.
        worthwhile: the least difference in the share that stays which would matter.
    """

    claim: str
    deed: Deed
    worthwhile: float = 0.05


@dataclass(frozen=True)
class Tested:
    """A belief, and what the past says of it.

    Attributes:
        within: days after the landmark for which staying was judged; 0 where none could be.
        q: level of false discovery among all beliefs.
        verdict: `supported`: the difference is above nothing beyond doubt; `not supported`:
            it is beyond doubt smaller than what would matter; else `not enough evidence`.
        why: the verdict in one sentence.
    """

    belief: Belief
    within: int
    effect: Effect | None
    q: float
    verdict: str
    why: str


def tested(base: Base, beliefs: Sequence[Belief]) -> tuple[Tested, ...]:
    """Test each belief on all accounts that were seen early in their life."""
    landmarks = {days: landmark_at(base, days) for days in {b.deed.days for b in beliefs}}
    found = []
    for belief in beliefs:
        landmark = landmarks[belief.deed.days]
        found.append((landmark.within, effect_at(belief.deed, landmark)) if landmark else (0, None))
    q = false_discovery([e.p if e else float("nan") for _, e in found])
    return tuple(
        Tested(belief, within, effect, float(each), *_verdict(belief, effect, float(each)))
        for belief, (within, effect), each in zip(beliefs, found, q, strict=True)
    )


def _verdict(belief: Belief, effect: Effect | None, q: float) -> tuple[str, str]:
    if effect is None or not np.isfinite(q):
        return UNKNOWN, "Too few accounts were seen in their first days, or too few left."
    least = f"{100 * belief.worthwhile:.0f} points"
    if effect.low > 0 and q <= LEVEL:
        return SUPPORTED, "Those who did it stayed more often, beyond what chance explains."
    if effect.high < 0:
        return NOT_SUPPORTED, "Those who did it stayed less often, beyond what chance explains."
    if effect.high < belief.worthwhile:
        return NOT_SUPPORTED, f"Whatever difference there is, it is smaller than {least}."
    return UNKNOWN, f"The difference may be nothing, and may be more than {least}."
