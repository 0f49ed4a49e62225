"""Tuning: the settings of a flavour, chosen on earlier dates than any that is reported.

The walk forward cuts the later dates into blocks. Where a flavour is tuned, the earlier half
of the blocks belongs to tuning and the later half to the report, so that nothing shown was
ever chosen by. For tuning the world ends on the first date of the report: only rows before
it, and only outcomes that were certain on it. Those dates are walked forward by themselves,
purged in the same way (`models.walkforward`), once for every setting tried.

A setting's loss is the mean log loss of the uncalibrated hazards over all judged rows of all
intervals, which is the chain's log-likelihood, so each interval weighs by its rows. Settings
are proposed by a tree-structured Parzen estimator (Bergstra et al. 2011, through Optuna), the
defaults first; after each fold a setting whose loss so far lies above the median of the
others is given up. The best one is used only if it is better than the defaults beyond doubt:
the 95 % interval of its gain, from a bootstrap over accounts, must lie above 0. Constraints
on signs are the exception: they cost nothing to explain, so the defaults with them are used
if they are not worse (docs/adr/0010).

Bounded by a number of trials, the same data and seed give the same setting; bounded by
seconds they need not. A study is named after its data, so it goes on where it was broken off
and never mixes with another's.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from time import monotonic
from typing import Any, Literal

import numpy as np

from models.earlier import Earlier, Vector, earlier
from models.flavours import FLAVOURS, SPACES, Flavour
from models.flavours.space import Setting, Space, setting_of, with_setting
from models.material import Material
from models.metrics import Estimate, Resamples
from models.study import Budget, Found, Progress, Search, search
from models.walkforward import blocks

Used = Literal["defaults", "defaults held to their signs", "tuned"]

FEWEST_FOLDS = 2
"""One block is one season: what suits it may suit no other (experiments/quality/tuning.md)."""
DRAWS = 400
MONOTONE = "monotone"
"""The switch that holds trees to the signals' signs."""
NOTHING = Estimate(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Tuned:
    """What tuning found of one flavour.

    Attributes:
        setting: what the flavour is to be fitted with.
        best: the setting of the lowest loss, used or not.
        tried, given_up: settings, all and those not tried to the end.
        loss: mean log loss of the hazards with the defaults; None without evidence.
        gain: how much lower it is with `best`.
        before: nothing known on this date or later was looked at.
    """

    flavour: str
    used: Used
    setting: Setting
    best: Setting
    tried: int
    given_up: int
    loss: float | None
    gain: Estimate
    before: date

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "before": self.before.isoformat(), "sentence": self.sentence}

    @property
    def sentence(self) -> str:
        """What was found, for people."""
        if self.loss is None:
            return (
                f"{self.flavour}: defaults, since too few outcomes were certain before "
                f"{self.before} to compare settings on"
            )
        best = (
            f"the best of {self.tried} settings gained {self.gain.value:.4f} "
            f"({self.gain.low:.4f} to {self.gain.high:.4f}) on a log loss of {self.loss:.4f} "
            f"before {self.before}"
        )
        why = "" if self.used == "tuned" else ", which is not beyond doubt"
        return f"{self.flavour}: {self.used}; {best}{why}"


def report_begins(material: Material) -> date | None:
    """The first date that tuning leaves to the report; None for too short a history."""
    parts = blocks(material.dataset.dates, material.how.blocks)
    return parts[len(parts) // 2][0] if len(parts) > 1 else None


def tune(
    material: Material, flavours: Sequence[str], budget: Budget, name: str, say: Progress
) -> list[Tuned]:
    """Choose the settings of the flavours that have any, on the dates before the report.

    Args:
        material: what the model is trained from; what lies after is not looked at.
        flavours: names; a blend must be given by its parts.
        budget: shared fairly: each flavour may use what is left over its equal share.
        name: names the data and everything else that a setting's loss depends on.
        say: told about each setting that is better than all before.
    """
    cut = report_begins(material)
    wished = [f for f in flavours if f in SPACES]
    if cut is None:
        return []
    trials, found, ends = earlier(material, cut), [], monotonic() + budget.seconds
    for i, flavour in enumerate(wished):
        left = max(1e-3, ends - monotonic()) / (len(wished) - i)
        share = replace(budget, seconds=left if budget.seconds else 0.0)
        found.append(_tuned(trials, flavour, share, name, say))
    return found


def _tuned(trials: Earlier, flavour: str, budget: Budget, name: str, say: Progress) -> Tuned:
    """Search, then hold the best found against the defaults on the very same rows."""
    space = _allowed(SPACES[flavour], budget, trials.material.schema.loss_signs)
    usual = setting_of(FLAVOURS[flavour], space)
    if len(trials.folds) < FEWEST_FOLDS:
        return Tuned(flavour, "defaults", usual, usual, 0, 0, None, NOTHING, trials.ends)
    held = ({**usual, MONOTONE: True},) if MONOTONE in usual else ()
    what = Search(f"{flavour} {name}", FLAVOURS[flavour], space, held)
    return _decided(trials, flavour, what, search(trials, what, budget, say))


def _decided(trials: Earlier, flavour: str, what: Search, found: Found) -> Tuned:
    """What of the found setting may be used."""
    reference = np.concatenate(list(trials.losses(what.flavour)))

    def gain(setting: Setting) -> Estimate:
        return _gain(trials, reference, with_setting(what.flavour, setting))

    most = gain(found.best) if found.best != what.usual else NOTHING
    used: Used = "defaults"
    setting = what.usual
    if most.low > 0:
        used, setting = "tuned", found.best
    elif what.firsts and gain(what.firsts[0]).value >= 0:
        used, setting = "defaults held to their signs", what.firsts[0]
    return Tuned(
        flavour, used, setting, found.best, found.tried, found.given_up,
        float(reference.mean()), most, trials.ends,
    )  # fmt: skip


def _gain(trials: Earlier, reference: Vector, flavour: Flavour) -> Estimate:
    """How much lower the log loss is, with its interval over accounts."""
    less = reference - np.concatenate(list(trials.losses(flavour)))
    draws = Resamples.of(trials.accounts, DRAWS, trials.material.how.seed)
    return draws.interval(lambda weight: float(np.average(less, weights=weight)))


def _allowed(space: Space, budget: Budget, signs: Sequence[int]) -> Space:
    """The space without constraints on signs, where they are not wanted or there are none."""
    if budget.monotone and any(signs):
        return space
    return tuple(part for part in space if part.name != MONOTONE)
