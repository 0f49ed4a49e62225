"""What really happened to the accounts of each band."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from features.currency import Rates
from features.lake import Lake
from features.outcomes import Label, fates
from features.prepare import prepare
from models.bands import BandOutcome, realised
from models.dataset import Dataset
from models.score import Band
from serving.store import AccountScore, ModelVersionRepository, RunInfo, ScoreRepository


class Source(StrEnum):
    """Where the evidence comes from."""

    SCORES = "published scores"
    CHECK = "out-of-time check of the model"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Realised loss by band.

    Attributes:
        bands: what happened, red first; only bands that held anyone.
        dates: of the published scores looked at, in order; empty for the model's own check.
        hindsight: published dates left out, because the model that scored them had already
            seen later data.
        known_until: the last day of the data that tells what happened.
    """

    source: Source
    bands: tuple[BandOutcome, ...] = ()
    dates: tuple[date, ...] = ()
    hindsight: tuple[date, ...] = ()
    known_until: date | None = None


@dataclass(frozen=True)
class Truth:
    """What happened, as the lake knows it on the last day of its data.

    Attributes:
        embargo: days that losses take to be recorded, which are waited for.
    """

    lake: Lake
    label: Label
    rates: Rates
    known_until: date
    embargo: int = 0

    def fates(self, dates: Sequence[date]) -> pd.DataFrame:
        """One row per account and date; see `features.outcomes.fates`."""
        buckets = range(self.lake.manifest.buckets)
        parts = [
            fates(
                prepare(self.lake.bucket(n), self.rates), self.label, list(dates), self.known_until
            )
            for n in buckets
        ]
        return pd.concat(parts, ignore_index=True)

    def matured(self, as_of: date, horizon: int) -> bool:
        """Whether it is certain by now what happened within `horizon` days of `as_of`."""
        needed = timedelta(days=horizon + self.label.lag_days + self.embargo)
        return as_of + needed <= self.known_until


def evidence(
    scores: ScoreRepository,
    versions: ModelVersionRepository,
    run: RunInfo,
    metrics: Mapping[str, Any],
    truth: Truth,
) -> Evidence:
    """Realised loss from the published scores, else from the check of the run's model.

    Args:
        scores: the published history, of which the runs up to `run` count.
        versions: tells which data each run's model had seen.
        run: the run reported on; its primary horizon is the one looked at.
        metrics: of the model that made the run.
        truth: what happened.
    """
    past = [scores.info(day) for day in scores.dates() if day <= run.as_of]
    matured = [
        each
        for each in past
        if each is not None
        and each.primary_horizon == run.primary_horizon
        and truth.matured(each.as_of, run.primary_horizon)
    ]
    honest = [each.as_of for each in matured if _foresaw(each, versions)]
    hindsight = tuple(each.as_of for each in matured if each.as_of not in honest)
    bands = _from_scores(scores, honest, run.primary_horizon, truth) if honest else ()
    if bands:
        return Evidence(Source.SCORES, bands, tuple(honest), hindsight, truth.known_until)
    checked = _from_check(metrics)
    source = Source.CHECK if checked else Source.NONE
    return Evidence(source, checked, hindsight=hindsight, known_until=truth.known_until)


def _foresaw(run: RunInfo, versions: ModelVersionRepository) -> bool:
    """Whether the run's model had seen nothing after the day it scored."""
    model = versions.get(run.model_version)
    return model is not None and model.data_as_of <= run.as_of


def _from_scores(
    scores: ScoreRepository, dates: Sequence[date], horizon: int, truth: Truth
) -> tuple[BandOutcome, ...]:
    found = [each for day in dates for each in scores.run(day)]
    lead = found[-1].score.outlook.lead_days if found else 0
    published = [_banded(each) for each in found if each.score.outlook.lead_days == lead]
    frame = pd.DataFrame(published, columns=["account_id", "as_of", "band"])
    joined = frame.merge(truth.fates(dates), on=["account_id", "as_of"])
    dataset = Dataset(
        joined,
        joined["event_days"].to_numpy(float),
        joined["followed_days"].to_numpy(float),
        truth.label.lag_days,
        truth.known_until,
        lead,
    )
    lost = dataset.lost_within(horizon).astype(np.float64)
    joined, lost = joined[dataset.followed(horizon)], lost[dataset.followed(horizon)]
    outcomes = (_outcome(band, joined, lost) for band in Band)
    return tuple(each for each in outcomes if each.rows)


def _banded(each: AccountScore) -> tuple[str, date, Band]:
    return each.score.account_id, each.score.as_of, each.score.band


def _outcome(band: Band, rows: pd.DataFrame, lost: np.ndarray) -> BandOutcome:
    mine = (rows["band"] == band).to_numpy(bool)
    accounts = rows["account_id"].to_numpy(object)[mine]
    share, low, high = realised(lost[mine], accounts)
    return BandOutcome(band, int(mine.sum()), len(set(accounts)), share, low, high)


def _from_check(metrics: Mapping[str, Any]) -> tuple[BandOutcome, ...]:
    """The bands of the model's own out-of-time check, as the store keeps them."""
    rows = [row for row in metrics.get("bands", ()) if row["rows"]]
    return tuple(BandOutcome(**{**row, "band": Band(row["band"])}) for row in rows)
