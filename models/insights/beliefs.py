"""What a company believes of its customers, put to the same test as what was searched for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.insights.aipw import Effect
from models.insights.base import Base
from models.insights.deed import Deed, effect_at
from models.insights.landmark import Landmark, landmark_at
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


def judged(base: Base, beliefs: Sequence[Belief]) -> tuple[Tested, ...]:
    """Test each belief on all accounts that were seen early in their life."""
    landmarks = {days: landmark_at(base, days) for days in {b.deed.days for b in beliefs}}
    marks = [landmarks[belief.deed.days] for belief in beliefs]
    effects = [effect_at(b.deed, m) if m else None for b, m in zip(beliefs, marks, strict=True)]
    q = false_discovery([e.p if e else float("nan") for e in effects])
    return tuple(
        Tested(b, m.within if m else 0, effect, float(each), *_verdict(b, m, effect, float(each)))
        for b, m, effect, each in zip(beliefs, marks, effects, q, strict=True)
    )


def _verdict(
    belief: Belief, landmark: Landmark | None, effect: Effect | None, q: float
) -> tuple[str, str]:
    if landmark is None:
        return UNKNOWN, "No account was seen from its first days on and left later."
    if effect is None or not np.isfinite(q):
        return UNKNOWN, _too_few(belief, landmark)
    least = f"{100 * belief.worthwhile:.0f} points"
    if effect.low > 0 and q <= LEVEL:
        return SUPPORTED, "Those who did it stayed more often, beyond what chance explains."
    if effect.high < 0:
        return NOT_SUPPORTED, "Those who did it stayed less often, beyond what chance explains."
    if effect.high < belief.worthwhile:
        return NOT_SUPPORTED, f"Whatever difference there is, it is smaller than {least}."
    return UNKNOWN, f"The difference may be nothing, and may be more than {least}."


def _too_few(belief: Belief, landmark: Landmark) -> str:
    done, known = belief.deed.done(landmark)
    return (
        f"Of {int(known.sum())} accounts seen at day {landmark.days} {int(done.sum())} did it, and "
        f"{landmark.losses} of all left within {landmark.within} days: too few to tell."
    )
