"""What goes into the store and what comes out of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter, lt
from typing import Any

from features.silence import Hole
from models.bands.silence import SilentSource
from models.score import AccountCard, Band, Score
from serving.store.columns import compact

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ScoringRun:
    """All scores of one instant, published together or not at all.

    Attributes:
        as_of: the day the scores describe; every score carries the same.
        model_version: the version that made them; every score carries the same.
        primary_horizon: days; the horizon that health score, band and order rest on.
        scores: one per account.
        cards: one per score, what people recognise the account by.
        silent: sources from which nothing had become known for too long.
        holes: when usage was not recorded, lately enough for the scores to tell of it.
        ended: conspicuously many accounts whose paid time ended on the day itself; else 0.
    """

    as_of: date
    model_version: str
    primary_horizon: int
    scores: Sequence[Score]
    cards: Sequence[AccountCard]
    silent: Sequence[SilentSource] = ()
    holes: Sequence[Hole] = ()
    ended: int = 0

    @property
    def head(self) -> "RunHead":
        """What holds for every score of it."""
        what = self.as_of, self.model_version, self.primary_horizon
        return RunHead(*what, self.silent, self.holes, self.ended)


@dataclass(frozen=True, slots=True)
class RunHead:
    """What holds for every score of a run; see `ScoringRun`."""

    as_of: date
    model_version: str
    primary_horizon: int
    silent: Sequence[SilentSource] = ()
    holes: Sequence[Hole] = ()
    ended: int = 0


@dataclass(frozen=True, slots=True)
class RunPart:
    """Some accounts of a run.

    Attributes:
        scores: one per account.
        cards: one per score, in any order.
    """

    scores: Sequence[Score]
    cards: Sequence[AccountCard]

    def aligned(self) -> "RunPart":
        """The same part with its cards in the order of its scores; ids on both sides alike."""
        by_account = {card.account_id: card for card in self.cards}
        return RunPart(self.scores, [by_account[score.account_id] for score in self.scores])

    def ascending(self) -> "RunPart":
        """The same part in the order of account ids, which it nearly always is in already."""
        ids = [score.account_id for score in self.scores]
        if all(map(lt, ids, ids[1:])):
            return self
        return RunPart(sorted(self.scores, key=attrgetter("account_id")), self.cards)


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What the store says about one published run.

    Attributes:
        accounts: how many accounts were scored.
        digest: SHA-256 of everything published, hexadecimal.
        published_at: when, in UTC.
        slot: which of the tables of the newest run holds it; None for an older run.
        last_published: when anything was, of whatever date; None where that was not asked.
        runs: how many are published; 0 where that was not asked.
        holes: when usage was not recorded, lately enough for the scores to tell of it.
        ended: conspicuously many accounts whose paid time ended on the day itself; else 0.
    """

    as_of: date
    model_version: str
    primary_horizon: int
    accounts: int
    digest: str
    published_at: datetime
    slot: int | None = None
    last_published: datetime | None = None
    runs: int = 0
    holes: tuple[Hole, ...] = ()
    ended: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account of the newest run stands against the run before.

    Attributes:
        since: the first run of its present band in a row.
        previous_as_of: the run before; None where that did not hold the account.
        previous_health: 0 to 100, 100 is healthy.
        previous_risk: chance of loss (0 to 1).
        risk_change: chance of loss now less before; positive is worse.
        signals: the newest values of the signals in `kept.KEPT`, by name.
    """

    since: date
    previous_as_of: date | None
    previous_band: Band | None
    previous_health: float | None
    previous_risk: float | None
    risk_change: float | None
    signals: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class AccountScore:
    """An account's score beside what people recognise it by.

    Attributes:
        card: as of the newest run that held the account, whatever the date of the score.
        risk: chance of loss (0 to 1) within the run's primary horizon; None where unknown.
        primary_horizon: days, of the run the score belongs to.
        active: whether the score belongs to the newest run.
        standing: how it moved against the run before; None for an older run's score.
    """

    card: AccountCard
    score: Score
    risk: float | None
    primary_horizon: int
    active: bool
    standing: Standing | None = None

    @property
    def expected_loss(self) -> Decimal | None:
        """Recurring revenue per year expected to be lost within the primary horizon.

        In the company's currency, to the cent; None where revenue or its loss is not known.
        """
        return loss_of(self.card.arr, self.score.outlook.revenue_lost)


def loss_of(arr: Decimal | None, share: float | None) -> Decimal | None:
    """A share of yearly revenue to the cent; None where either is not known."""
    if share is None or arr is None:
        return None
    return (arr * Decimal(repr(share))).quantize(CENT)


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """One past score of one account, without its reasons.

    Attributes:
        health_score: 0 to 100, 100 is healthy; None where unknown.
        risk: chance of loss (0 to 1) within that run's primary horizon; None where unknown.
        primary_horizon: days.
    """

    as_of: date
    band: Band
    health_score: float | None
    risk: float | None
    primary_horizon: int
    model_version: str


@dataclass(frozen=True, slots=True)
class Transition:
    """An account's change of band between two successive runs.

    Attributes:
        from_risk: chance of loss (0 to 1) before; None where unknown.
        to_risk: likewise, since.
        cause: a code that says why; empty until it is told.
        terms: what the change adds up from, as it was told with the cause.
    """

    account_id: str
    previous_as_of: date
    as_of: date
    from_band: Band
    to_band: Band
    from_risk: float | None = None
    to_risk: float | None = None
    cause: str = ""
    terms: Any = None


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A model version as the service and its readers need to know it.

    Attributes:
        created_at: when training ended, with a time zone.
        horizons: days for which evidence exists.
        metrics: figures of the test period by name; nested mappings are welcome.
        bands: the band policy's thresholds, by tier.
        data_as_of: the last day of the data it learnt from.
        run_id: the tracking run.
        digest: SHA-256 of the bundle's manifest, hexadecimal.
    """

    version: str
    created_at: datetime
    flavour: str
    outcome: str
    horizons: tuple[int, ...]
    primary_horizon: int
    metrics: Mapping[str, Any]
    bands: Mapping[str, Any]
    data_as_of: date
    run_id: str
    digest: str


class ModelAction(StrEnum):
    """What brought a model into service."""

    TRAINED = "trained"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled back"
    RECALIBRATED = "recalibrated"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why the model that serves changes, and who wants it.

    Attributes:
        at: when, with a time zone.
        by: who ran the command.
        reason: in that person's words.
        verdict: what the comparison with the model that served said.
    """

    action: ModelAction
    at: datetime
    by: str
    reason: str
    verdict: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelChange:
    """One change of the model that serves, as it was written down.

    Attributes:
        from_version: what served before; None before the first.
        to_version: what serves since.
        digest: SHA-256 of its bundle's manifest.
    """

    cause: Cause
    from_version: str | None
    to_version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Payload:
    """What one destination is to hold about one account.

    Attributes:
        content: JSON-able values; a delivery is due when any of them changed.
        times: travel along with the content, but a new time alone is no change.
    """

    account_id: str
    content: Mapping[str, Any]
    times: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of the content, hexadecimal; the order of keys does not matter."""
        return hashlib.sha256(compact(self.content).encode()).hexdigest()
