"""What is asked of a training, and what it gives: the model with the evidence for it."""

from dataclasses import dataclass, field
from datetime import date

from features.followed import Followed
from models.bands import BandOutcome, BandPlan
from models.bands.rows import BandRows
from models.churn_model import ChurnModel
from models.evaluation import HorizonReport, TestSet
from models.flavours.space import Setting
from models.honesty import Honesty
from models.intervals import INTERVALS, Interval
from models.metrics import Vector
from models.score import HORIZONS
from models.sufficiency import Sufficiency
from models.verdict import Verdict
from models.walkforward import OutOfTime


@dataclass(frozen=True)
class TrainingPlan:
    """What to train.

    Attributes:
        flavours: names of the flavours that compete.
        primary_horizon: the horizon wished for; a shorter one serves without evidence.
        baselines: for each simple baseline the columns it may read.
        bands: what the company asks of its bands.
        segments: word columns of which the first that varies gives base rates by segment.
        embargo: days that outcomes take to be recorded.
        trusted: columns whose past values the company vouches for (see `models.leaks`).
        horizons: days that are shown and reported; the chain passes through all up to the last.
        directions: by column 1 where a higher value is healthier, -1 where it is worse.
        details: columns that measure one kind of event alone (see `models.details`).
        seasons: columns of the month of the date (see `models.flavours.seasonal`).
        settings: by flavour, where they were tuned; the others keep their defaults.
        report_from: the first date reported; None for all. Earlier ones were tuned on.
        explained: learn what explanations are held against, for a model whose scores have reasons.
        contrasted: measure what random folds would have claimed, for figures that are shown.
    """

    flavours: tuple[str, ...]
    primary_horizon: int
    baselines: dict[str, tuple[str, ...]]
    bands: BandPlan = field(default_factory=BandPlan)
    blocks: int = 6
    seed: int = 1
    segments: tuple[str, ...] = ()
    embargo: int = 0
    trusted: tuple[str, ...] = ()
    horizons: tuple[int, ...] = HORIZONS
    directions: dict[str, int] = field(default_factory=dict)
    details: tuple[str, ...] = ()
    seasons: tuple[str, ...] = ()
    settings: dict[str, Setting] = field(default_factory=dict)
    report_from: date | None = None
    explained: bool = True
    contrasted: bool = True

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """The intervals up to the longest horizon."""
        return tuple(k for k in INTERVALS if k.end <= max(self.horizons))

    @property
    def since(self) -> int:
        """Day number from which on rows are reported."""
        return self.report_from.toordinal() if self.report_from else 0


@dataclass(frozen=True)
class Provenance:
    """Where a model comes from."""

    version: str
    outcome: str
    fingerprint: str
    followed: Followed


@dataclass(frozen=True)
class Trained:
    """A model with the evidence for it.

    Attributes:
        reports: figures by horizon, on rows that neither model nor calibrator had seen.
        tests: those rows.
        beside: by horizon, what each baseline said of those rows.
        flavours: each flavour's log loss at the horizon that decided.
        walked: each flavour's log loss and AUC by horizon.
        bands: what happened to the accounts of each band.
        band_rows: the chances and outcomes on which bands were decided.
        missing: why each empty horizon is so: no evidence, or worse than the base rate.
        enough: how many losses were seen, and what they allow.
        honesty: leaks, random folds, known and new accounts.
        plan: what was asked for, with settings as tuned.
        walk: what the winning flavour foretold out of time, before calibration.
        plain_walk: the out-of-time log-odds of the winning flavour, before any shift by segment.
    """

    model: ChurnModel
    reports: dict[int, HorizonReport]
    tests: dict[int, TestSet]
    flavours: dict[str, float]
    bands: list[BandOutcome]
    missing: dict[int, str]
    verdict: Verdict
    rows: int
    importance: dict[str, float]
    enough: Sufficiency
    honesty: Honesty
    beside: dict[int, dict[str, Vector]] = field(default_factory=dict)
    band_rows: BandRows | None = None
    walked: dict[str, dict[int, dict[str, float]]] = field(default_factory=dict)
    plan: TrainingPlan | None = None
    walk: OutOfTime | None = None
    plain_walk: OutOfTime | None = None
