"""Magic moments: early deeds after which accounts stay, found on one half, judged on the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from models.dataset import Mask
from models.insights.aipw import LEAST, LEAST_EXPECTED, Effect
from models.insights.alike import ECHO, rank_correlation
from models.insights.base import Base
from models.insights.deed import Deed, effect_at, rises, thresholds
from models.insights.experiment import Experiment, proposed
from models.insights.landmark import Landmark, early_behaviours, landmark_at
from models.insights.multiple import LEVEL, false_discovery
from models.metrics.bootstrap import Vector

DAYS = (30, 60, 90)
MOST = 5
LEAST_SHARE = 0.15
"""A deed that fewer, or all but fewer, of the accounts did tells no moment."""
WORTH_A_LOOK = 1.64
"""Standard errors from which on the first half proposes a deed."""
HOLDS, FAILS, UNKNOWN = "holds", "does not hold", "not enough evidence"


@dataclass(frozen=True)
class Moment:
    """A deed that went with staying on the first half, and what the second half says.

    Attributes:
        within: days after the landmark for which staying was judged.
        effect: on the half that took no part in the search; None where it is too small.
        q: level of false discovery among the moments proposed.
        verdict: `holds`, `does not hold`, or `not enough evidence`.
        experiment: the trial that could prove it; None without an effect to look for.
    """

    deed: Deed
    within: int
    effect: Effect | None
    q: float
    verdict: str
    experiment: Experiment | None


@dataclass(frozen=True)
class Moments:
    """What was found, or why nothing could be.

    Attributes:
        told: those proposed by the search, clearest first, whatever the other half said.
        searched: how many deeds were looked at.
    """

    told: tuple[Moment, ...]
    searched: int
    reason: str = ""


def magic_moments(base: Base, days: Sequence[int] = DAYS) -> Moments:
    """Search deeds by landmark and threshold on half of the accounts, judge on the other half.

    The search takes the largest of very many, so what it finds looks better than it is
    (winner's curse); the other half knows nothing of it.
    """
    landmarks = [found for d in days if (found := landmark_at(base, d)) is not None]
    if not landmarks:
        return Moments((), 0, "no account was seen from its first days on and lost later")
    searched = 0
    best: dict[tuple[str, str], tuple[Deed, Landmark, float]] = {}
    for landmark in landmarks:
        for deed, strength in _searched(landmark, _first_half(landmark)):
            searched += 1
            key = (deed.column.group, deed.column.signal.name)
            if strength > max(WORTH_A_LOOK, best[key][2] if key in best else 0.0):
                best[key] = (deed, landmark, strength)
    if not searched:
        return Moments((), 0, _too_few(landmarks))
    ranked = sorted(best.values(), key=lambda found: -found[2])
    return Moments(_judged(_distinct([found[:2] for found in ranked])), searched)


def _distinct(ranked: Sequence[tuple[Deed, Landmark]]) -> list[tuple[Deed, Landmark]]:
    """The first few deeds of which none measures the same as one before it."""
    chosen: list[tuple[Deed, Landmark]] = []
    for deed, landmark in ranked:
        names = [deed.column.name, *(other.column.name for other, _ in chosen)]
        alike = np.abs(rank_correlation(landmark.base.numbers(names))[0, 1:])
        if len(chosen) < MOST and not (alike >= ECHO).any():
            chosen.append((deed, landmark))
    return chosen


def _too_few(landmarks: Sequence[Landmark]) -> str:
    most = max(landmarks, key=lambda landmark: landmark.losses)
    return (
        f"only {len(most.stayed)} accounts were seen from their first {most.days} days on with a "
        f"certain outcome, and {most.losses} of them left: too few to search on one half and "
        "judge on the other"
    )


def _first_half(landmark: Landmark) -> Mask:
    """The accounts on which is searched: the same at every landmark.

    By no CRC: that chose the bucket, and of the accounts of one bucket, which a sample of a large
    base may be, all would fall into the same half.
    """
    names = landmark.base.frame["account_id"].to_numpy(str)
    sums = (sha256(f"{landmark.base.seed} {name}".encode()).digest() for name in names)
    return np.array([each[0] % 2 == 0 for each in sums], dtype=bool)


def _searched(landmark: Landmark, half: Mask) -> Iterator[tuple[Deed, float]]:
    """Every deed with its strength on the first half, adjusted by a linear fit."""
    if half.sum() < 4 * LEAST:
        return
    mine, others = landmark.take(half), landmark.take(~half)
    covariates = np.column_stack([np.ones(len(mine.stayed)), mine.covariates])
    basis = np.linalg.qr(covariates)[0]
    for column in early_behaviours(landmark.base.behaviours, landmark.days):
        values = mine.base.numbers((column.name,))[:, 0]
        for threshold in thresholds(values):
            deed = Deed(column, threshold, landmark.days, rises(column))
            done, known = deed.done(mine)
            if _judgeable(done, known, mine) and _judgeable(*deed.done(others), others):
                yield deed, _strength(done.astype(float), mine.stayed, basis)


def _judgeable(done: Mask, known: Mask, landmark: Landmark) -> bool:
    """Whether enough accounts did it, did not, and left; not which of them left."""
    share = float(done[known].mean()) if known.any() else 0.0
    smaller = min(share, 1 - share)
    expected = smaller * float((1 - landmark.stayed)[known].sum())
    return known.mean() >= 0.5 and smaller >= LEAST_SHARE and expected >= LEAST_EXPECTED


def _strength(done: Vector, stayed: Vector, basis: np.ndarray) -> float:
    """The deed's coefficient in a linear fit on all covariates, in standard errors."""
    deed = done - basis @ (basis.T @ done)
    rest = stayed - basis @ (basis.T @ stayed)
    size = float(deed @ deed)
    if size < 1e-9:
        return 0.0
    slope = float(deed @ rest) / size
    error = np.sqrt(float(((rest - slope * deed) ** 2 * deed**2).sum())) / size
    return slope / error if error > 0 else 0.0


def _judged(chosen: Sequence[tuple[Deed, Landmark]]) -> tuple[Moment, ...]:
    effects = [effect_at(deed, mark.take(~_first_half(mark))) for deed, mark in chosen]
    q = false_discovery([e.p if e else float("nan") for e in effects])
    found = [
        Moment(deed, mark.within, effect, float(q[n]), _verdict(effect, q[n]), _trial(mark, effect))
        for n, ((deed, mark), effect) in enumerate(zip(chosen, effects, strict=True))
    ]
    order = {HOLDS: 0, UNKNOWN: 1, FAILS: 2}
    return tuple(sorted(found, key=lambda m: (order[m.verdict], m.effect.p if m.effect else 1.0)))


def _verdict(effect: Effect | None, q: float) -> str:
    if effect is None or not np.isfinite(q):
        return UNKNOWN
    if q <= LEVEL and effect.low > 0:
        return HOLDS
    return FAILS if effect.value <= 0 else UNKNOWN


def _trial(landmark: Landmark, effect: Effect | None) -> Experiment | None:
    if effect is None or effect.value <= 0:
        return None
    return proposed(1 - float(landmark.stayed.mean()), effect.value, new_a_month(landmark))


def new_a_month(landmark: Landmark) -> float | None:
    """How many accounts reached the landmark each month, over the dates it was seen at."""
    days = landmark.base.dataset.ordinals
    span = float(days.max() - days.min()) / 30.4 + 1
    return len(days) / span if len(days) else None
