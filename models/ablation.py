"""What is crucial: each source and each signal group left out in turn.

The winning flavour walks forward again through the same blocks without the columns that a part
feeds, is calibrated in time likewise, and speaks of the same test rows. What the whole model
then does better is what the part adds. One walk forward is needed for each part, so this costs
as much as walking the winning flavour as many times as there are parts (parts that feed the
same columns share a walk); intervals beyond the horizon are not walked.

Two things these figures do not say. Parts that tell the same stand in for one another: each of
them may be left out at no loss, and both together not. And each interval holds for its part
alone: of twenty parts that add nothing, one is expected to look as if it did something.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from models.base_rates import first_usable
from models.evaluation import TestSet, calibrated_in_time, test_sets
from models.evidence import Described, evidence_rows
from models.flavours import SHIFTED
from models.material import Material
from models.metrics import FIGURES, Estimate, Resamples, Vector
from models.scorecard import SEED, Asked, independent, sample_of
from models.segment_shift import shift_by
from models.walkforward import OutOfTime

DRAWS = 1000
DECIDING = "log_loss"
COMPARED = (DECIDING, "auc", "arr_recall_at_capacity")
BETTER_WHEN_LOWER = (DECIDING,)
SEEDS = 2
"""How often the whole model is walked again with another seed."""
EMPTY = "constant"
"""The flavour that reads no column."""
Progress = Callable[[str], None]


class Kind(StrEnum):
    """What is left out."""

    SOURCE = "source"
    GROUP = "group"


class Worth(StrEnum):
    """What a part does to the log loss."""

    ADDS = "adds"
    UNTOLD = "adds nothing that can be told"
    HARMS = "harms"
    UNREAD = "feeds nothing that the model reads"


@dataclass(frozen=True, slots=True)
class Part:
    """A source or a signal group, with the snapshot columns it feeds."""

    kind: Kind
    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """A figure with the part and without it.

    Attributes:
        gain: how much better the model is with it (above 0: better), with its paired interval
            over accounts.
    """

    whole: float
    without: float
    gain: Estimate


@dataclass(frozen=True, slots=True)
class Value:
    """What one part adds.

    Attributes:
        columns: how many of the columns that the model reads it feeds.
        effects: by figure; empty where the model reads nothing of it.
    """

    kind: Kind
    name: str
    columns: int
    worth: Worth
    effects: dict[str, Effect]


@dataclass(frozen=True)
class Ablation:
    """What each part adds to a model.

    Attributes:
        flavour: the one that was walked.
        horizon: days; the longest tested up to the one wished for, else the shortest.
        lost: accounts that were lost on at least one test row.
        dates: first and last test date, ISO 8601.
        noise: by figure, how far another seed alone moves the whole model, at most.
    """

    flavour: str
    horizon: int
    rows: int
    accounts: int
    lost: int
    dates: tuple[str, str]
    noise: dict[str, float]
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Subject:
    """The model whose parts are left out, by what it was made from.

    Attributes:
        flavour: the one that won.
        horizon: the one wished for, days.
        segments: as in the training plan; a flavour shifted by segment needs them.
        described: where accounts' revenue lies.
        asked: says how many accounts the team can answer.
        since: day number from which on rows are judged; earlier ones were tuned on.
    """

    material: Material
    flavour: str
    horizon: int
    segments: tuple[str, ...]
    described: Described
    asked: Asked
    since: int = 0

    def up_to(self, horizon: int) -> "Subject":
        """The same without the intervals beyond `horizon`."""
        how = self.material.how
        intervals = tuple(k for k in how.intervals if k.end <= horizon)
        how = replace(how, intervals=intervals)
        return replace(self, horizon=horizon, material=replace(self.material, how=how))

    def seeded(self, further: int) -> "Subject":
        """The same with another seed."""
        how = replace(self.material.how, seed=self.material.how.seed + further)
        return replace(self, material=replace(self.material, how=how))

    def walk(self, columns: Sequence[str]) -> OutOfTime:
        """Out-of-time predictions of the flavour where it may read `columns` alone."""
        part = self.flavour.removesuffix(SHIFTED)
        walk = self.material.walk(part if columns else EMPTY, columns)
        if part == self.flavour:
            return walk
        segment = first_usable(self.material.schema, self.segments)
        shift = shift_by(self.material, [name for name in segment if name in columns])
        return shift.walked(walk) if shift else walk


class NotTested(ValueError):
    """Too little was lost out of time for any part's value to be told."""


def ablate(subject: Subject, parts: Sequence[Part], say: Progress = lambda _: None) -> Ablation:
    """Leave out each of `parts` in turn.

    Raises:
        NotTested: the flavour cannot be tested out of time.
    """
    everything = subject.material.schema.names
    say(f"walking {subject.flavour} forward with all {len(everything)} columns")
    horizon, test = _tested(subject, everything)
    subject = subject.up_to(horizon)
    judge = _Judge.of(subject, test)
    say(f"walking it forward with {SEEDS} other seeds, which alone move its figures")
    noise = judge.noise(subject, test)
    known: dict[frozenset[str], dict[str, Effect]] = {}
    values = []
    for count, part in enumerate(parts, 1):
        gone = frozenset(part.columns) & frozenset(everything)
        say(f"{count} of {len(parts)}: without {part.kind} {part.name} ({len(gone)} columns)")
        if gone and gone not in known:
            rest = [name for name in everything if name not in gone]
            known[gone] = judge.effects(_chances(subject, rest, test))
        effects = known.get(gone, {})
        values.append(Value(part.kind, part.name, len(gone), _worth(effects, noise), effects))
    return judge.found(subject, noise, tuple(values))


def _tested(subject: Subject, columns: Sequence[str]) -> tuple[int, TestSet]:
    """The horizon that decides, with the whole model's test rows at it."""
    found = test_sets(subject.material.dataset, subject.walk(columns), subject.since)
    if not found:
        raise NotTested(
            "too few accounts were lost on later dates to tell what a source adds: bring a "
            "longer history, or wait until more outcomes are certain."
        )
    horizon = max((h for h in found if h <= subject.horizon), default=min(found))
    return horizon, found[horizon]


def _chances(subject: Subject, columns: Sequence[str], test: TestSet) -> Vector:
    """Calibrated chances of the test rows where only `columns` may be read."""
    walk = subject.walk(columns)
    return calibrated_in_time(subject.material.dataset, walk)[subject.horizon][test.rows]


@dataclass(frozen=True)
class _Judge:
    """The test rows with the whole model's figures, draw by draw."""

    rows: pd.DataFrame
    asked: Asked
    draws: Resamples
    whole: dict[str, Vector]

    @classmethod
    def of(cls, subject: Subject, test: TestSet) -> "_Judge":
        """From the whole model's test rows."""
        tests, data = {subject.horizon: test}, subject.material.dataset
        rows = evidence_rows(data, tests, {}, subject.described, subject.material.how.embargo)
        draws = Resamples.of(rows["account_id"].to_numpy(object), DRAWS, SEED)
        sample = sample_of(rows, test.chance, subject.asked)
        return cls(rows, subject.asked, draws, {k: FIGURES[k](sample, draws) for k in COMPARED})

    def effects(self, chance: Vector) -> dict[str, Effect]:
        """The whole model beside one that says `chance`."""
        sample = sample_of(self.rows, chance, self.asked)
        return {
            name: _effect(name, whole, FIGURES[name](sample, self.draws))
            for name, whole in self.whole.items()
        }

    def noise(self, subject: Subject, test: TestSet) -> dict[str, float]:
        """How far other seeds alone move each figure of the whole model, at most."""
        everything = subject.material.schema.names
        others = [
            self.effects(_chances(subject.seeded(n), everything, test)) for n in range(1, SEEDS + 1)
        ]
        return {name: max(abs(e[name].gain.value) for e in others) for name in COMPARED}

    def found(
        self, subject: Subject, noise: dict[str, float], values: tuple[Value, ...]
    ) -> Ablation:
        """All values with the rows they were found on."""
        lost = self.rows["lost"].to_numpy(np.float64)
        return Ablation(
            flavour=subject.flavour,
            horizon=subject.horizon,
            rows=len(self.rows),
            accounts=int(self.rows["account_id"].nunique()),
            lost=independent(lost, self.draws.owner)[0],
            dates=(str(self.rows["as_of"].min()), str(self.rows["as_of"].max())),
            noise=noise,
            values=values,
        )


def _effect(name: str, whole: Vector, without: Vector) -> Effect:
    sign = -1.0 if name in BETTER_WHEN_LOWER else 1.0
    gain = Estimate.of(sign * (whole - without))
    return Effect(float(whole[0]), float(without[0]), gain)


def _worth(effects: dict[str, Effect], noise: dict[str, float]) -> Worth:
    """A part adds or harms where neither the accounts drawn nor the seed can explain it."""
    if not effects:
        return Worth.UNREAD
    gain = effects[DECIDING].gain
    if abs(gain.value) <= noise[DECIDING] or gain.low <= 0 <= gain.high:
        return Worth.UNTOLD
    return Worth.ADDS if gain.value > 0 else Worth.HARMS
