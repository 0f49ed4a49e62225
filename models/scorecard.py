"""All figures of one score on one set of rows: overall, and by who the accounts are.

A slice with too few independent events says so instead of giving a number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.evaluation import FEWEST_TEST_EVENTS
from models.evidence.rows import SEGMENT, Evidence, asked_after
from models.metrics import (
    CHANCE_FIGURES,
    LEAD_DAYS,
    ORDER_FIGURES,
    Campaign,
    Estimate,
    Figure,
    Resamples,
    Sample,
    Vector,
    chosen_at_capacity,
    drawn_in_time,
    drawn_profit,
    lead_days,
)

Mask = npt.NDArray[np.bool_]
DRAWS, SEED = 200, 7
MOST_CLASSES = 12
TENURE = (("first 90 days", 0), ("up to a year", 90), ("beyond a year", 365))
"""Classes of tenure by their least days."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the company asks of a score.

    Attributes:
        capacity: the share of accounts the team can answer at a date, 0 to 1.
        lead_days: days before a loss from which on a warning is of use.
        campaign: what keeping a customer costs and brings.
        draws: of the bootstrap over accounts.
    """

    capacity: float
    lead_days: int = LEAD_DAYS
    campaign: Campaign = field(default_factory=Campaign)
    draws: int = DRAWS


def asked_by(evidence: Evidence) -> Asked:
    """What the company asked when the rows were kept."""
    return Asked(evidence.capacity, evidence.lead_days)


@dataclass(frozen=True)
class Slice:
    """The figures of some rows.

    Attributes:
        lost: accounts that were lost on at least one row.
        figures: by name, with their 95 % intervals; empty where there is not enough.
        not_enough: why there are no figures.
    """

    rows: int
    accounts: int
    lost: int
    figures: dict[str, Estimate]
    not_enough: str = ""


@dataclass(frozen=True)
class Scorecard:
    """A score's figures overall, and by dimension and class."""

    horizon: int
    overall: Slice
    slices: dict[str, dict[str, Slice]]


def sample_of(rows: pd.DataFrame, score: Vector, asked: Asked) -> Sample:
    """The rows of one horizon as the metrics want them.

    Args:
        rows: of an evidence table, one horizon.
        score: of each row, higher for a greater risk, shape (rows,).
        asked: says how many accounts the team can answer.
    """
    day = rows["as_of"].map(date.toordinal).to_numpy(np.int64)
    owner = pd.factorize(rows["account_id"])[0].astype(np.int64)
    chosen = chosen_at_capacity(score, day, asked.capacity)
    to_loss = rows["days_to_loss"].to_numpy(np.float64)
    horizon = int(rows["horizon"].iloc[0])
    return Sample(
        lost=rows["lost"].to_numpy(np.float64),
        chance=score,
        arr=np.maximum(rows["arr"].to_numpy(np.float64), 0.0),  # owed to it is nothing to lose
        day=day,
        chosen=chosen,
        lead=lead_days(owner, day, chosen >= 1.0, to_loss, asked_after(rows)),
        window=(day - day.min()) // horizon,
    )


def figures_for(asked: Asked, chances: bool = True) -> dict[str, Figure]:
    """The figures by name; without `chances` only those that look at the order alone."""
    found = {**(CHANCE_FIGURES if chances else {}), **ORDER_FIGURES}
    found["lead_in_time"] = partial(drawn_in_time, least=asked.lead_days)
    found["expected_profit"] = partial(drawn_profit, campaign=asked.campaign)
    return found


def scorecard(rows: pd.DataFrame, score: Vector, asked: Asked, chances: bool = True) -> Scorecard:
    """All figures of a score on the rows of one horizon.

    Args:
        rows: of an evidence table, one horizon.
        score: of each row, shape (rows,): a chance of loss, or without `chances` any number
            that is higher for a greater risk.
        asked: what the company asks of a score.
        chances: whether the score is to be taken at its word.
    """
    sample, accounts = sample_of(rows, score, asked), rows["account_id"].to_numpy(object)
    draws, figures = Resamples.of(accounts, asked.draws, SEED), figures_for(asked, chances)
    everything = np.ones(len(rows), bool)
    return Scorecard(
        horizon=int(rows["horizon"].iloc[0]),
        overall=_slice(sample, draws, everything, figures),
        slices={
            name: {word: _slice(sample, draws, mine, figures) for word, mine in classes.items()}
            for name, classes in dimensions(rows).items()
        },
    )


def dimensions(rows: pd.DataFrame) -> dict[str, dict[str, Mask]]:
    """By dimension and class, which rows belong to it: segments, tenure, known or new, month.

    Only the largest classes of a segment are told apart; the others stay together.
    """
    found = {
        name.removeprefix(SEGMENT): _classes(rows[name])
        for name in rows.columns
        if name.startswith(SEGMENT) and rows[name].ne("").any()
    }
    known = rows["known_account"].to_numpy(bool)
    tenure = _tenure(rows["tenure_days"].to_numpy(np.float64))
    found |= {"tenure": tenure} if tenure else {}
    found["account"] = {"known": known, "new": ~known}
    months = rows["as_of"].map(lambda day: f"{day:%Y-%m}").to_numpy(object)
    found["month"] = {str(month): months == month for month in sorted(set(months))}
    return {
        name: {word: mine for word, mine in classes.items() if mine.any()}
        for name, classes in found.items()
    }


def independent(lost: Vector, owner: npt.NDArray[np.int64]) -> tuple[int, int]:
    """Accounts with a row that was lost, and accounts with one that stayed."""
    return len(np.unique(owner[lost > 0])), len(np.unique(owner[lost == 0]))


def shortage(lost: Vector, owner: npt.NDArray[np.int64]) -> str:
    """What is missing for a figure to mean anything; empty where nothing is."""
    gone, stayed = independent(lost, owner)
    if min(gone, stayed) >= FEWEST_TEST_EVENTS:
        return ""
    what = f"{gone} accounts lost" if gone < FEWEST_TEST_EVENTS else f"{stayed} accounts stayed"
    return f"not enough: {what}, {FEWEST_TEST_EVENTS} needed"


def _slice(sample: Sample, draws: Resamples, mine: Mask, figures: Mapping[str, Figure]) -> Slice:
    part, drawn = sample.take(mine), draws.take(mine)
    lacking = shortage(part.lost, drawn.owner)
    found = {} if lacking else {k: Estimate.of(f(part, drawn)) for k, f in figures.items()}
    gone, _ = independent(part.lost, drawn.owner)
    return Slice(int(mine.sum()), len(np.unique(drawn.owner)), gone, found, lacking)


def _classes(words: "pd.Series[str]") -> dict[str, Mask]:
    largest = list(words[words != ""].value_counts().index[:MOST_CLASSES])
    found = {word: (words == word).to_numpy(bool) for word in sorted(largest)}
    rest = ~words.isin(largest).to_numpy(bool)
    return {**found, "others or unknown": rest} if rest.any() else found


def _tenure(days: Vector) -> dict[str, Mask]:
    if np.isnan(days).all():
        return {}
    place = np.searchsorted([least for _, least in TENURE], days, side="right") - 1
    found = {name: (place == n) & ~np.isnan(days) for n, (name, _) in enumerate(TENURE)}
    return found | ({"unknown": np.isnan(days)} if np.isnan(days).any() else {})
