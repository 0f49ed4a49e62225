"""What goes into the store and what comes out of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

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
    """

    as_of: date
    model_version: str
    primary_horizon: int
    scores: Sequence[Score]
    cards: Sequence[AccountCard]
    silent: Sequence[SilentSource] = ()


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What the store says about one published run.

    Attributes:
        accounts: how many accounts were scored.
        digest: SHA-256 of everything published, hexadecimal.
        published_at: when, in UTC.
    """

    as_of: date
    model_version: str
    primary_horizon: int
    accounts: int
    digest: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class AccountScore:
    """An account's score beside what people recognise it by.

    Attributes:
        card: as of the newest run that held the account, whatever the date of the score.
        risk: chance of loss (0 to 1) within the run's primary horizon; None where unknown.
        primary_horizon: days, of the run the score belongs to.
        active: whether the score belongs to the newest run.
    """

    card: AccountCard
    score: Score
    risk: float | None
    primary_horizon: int
    active: bool

    @property
    def expected_loss(self) -> Decimal | None:
        """Recurring revenue per year expected to be lost within the primary horizon.

        In the company's currency, to the cent; None where revenue or its loss is not known.
        """
        share, arr = self.score.outlook.revenue_lost, self.card.arr
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
    """An account's change of band between two successive runs."""

    account_id: str
    previous_as_of: date
    as_of: date
    from_band: Band
    to_band: Band


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
