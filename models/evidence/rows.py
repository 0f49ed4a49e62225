"""Out-of-time test predictions as a table: what was said, what happened, of whom.

One row is one account at one date under one horizon. Neither the model that spoke nor its
calibrator had seen the row's outcome, or anything after `learnt_until`.

| column | type | meaning |
|---|---|---|
| account_id | string | the account |
| as_of | date | the date it was looked at |
| horizon | int16 | days after `as_of` |
| learnt_until | date | the row's model learnt from outcomes that were certain by then |
| chance | float64 | calibrated chance of loss within the horizon, 0 to 1 |
| lost | bool | whether it was lost within the horizon |
| days_to_loss | float64 | days from `as_of` to the loss or its notice; empty where none is known |
| after_days | int16 | a loss within so many days of `as_of` is not asked about |
| arr | float64 | yearly revenue in the company's currency; empty where not known |
| tenure_days | float64 | days as a customer; empty where not known |
| known_account | bool | whether the row's model may have learnt from other rows of the account |
| segment: NAME | string | the segment the account was in, e.g. `segment: tier`; "" if unknown |
| beside: NAME | float64 | what a baseline said of the same row, e.g. `beside: base rate` |
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.dataset import Dataset
from models.evaluation import TestSet
from models.metrics import Vector

SEGMENT, BESIDE = "segment: ", "beside: "
AFTER = "after_days"
Beside = Mapping[int, Mapping[str, Vector]]
"""By horizon and baseline, its chances on the test rows."""


@dataclass(frozen=True)
class Described:
    """The snapshot columns by which accounts are described; those that are absent stay empty.

    Attributes:
        monthly_revenue: recurring revenue per month.
        tenure: days as a customer; the first that is present and not empty counts.
        segments: by name.
    """

    monthly_revenue: str = ""
    tenure: tuple[str, ...] = ()
    segments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """A model's test rows, and what must be known to compare them with another's.

    Attributes:
        version: of the model.
        bundle: SHA-256 of its bundle's manifest.
        outcome: the label definition, with the minimum lead time where there is one.
        fingerprint: of the definitions of its signals.
        data_as_of: the date on which the outcomes were read.
        lag_days: days after a horizon until its outcome is certain.
        primary_horizon: days; the one that decided.
        capacity: the share of accounts the team can answer, 0 to 1.
        lead_days: days before a loss from which on a warning is of use.
        rows: see this module.
        notes: what else was written down about the run, as plain JSON values.
        embargo: days that outcomes take to be recorded, which learning waited for.
    """

    version: str
    bundle: str
    outcome: str
    fingerprint: str
    data_as_of: date
    lag_days: int
    primary_horizon: int
    capacity: float
    lead_days: int
    rows: pd.DataFrame = field(repr=False)
    notes: dict[str, Any] = field(default_factory=dict, repr=False)
    embargo: int = 0

    @property
    def horizons(self) -> tuple[int, ...]:
        """The horizons that were tested, in days."""
        return tuple(int(h) for h in sorted(self.rows["horizon"].unique()))

    def at(self, horizon: int) -> pd.DataFrame:
        """The rows of one horizon, ordered by date and account."""
        return self.rows[self.rows["horizon"] == horizon].reset_index(drop=True)


def evidence_rows(
    dataset: Dataset,
    tests: Mapping[int, TestSet],
    beside: Beside,
    described: Described,
    embargo: int = 0,
) -> pd.DataFrame:
    """The test rows of every horizon as one table; see this module for its columns.

    Args:
        dataset: what the model was trained from.
        tests: by horizon, the rows with what the model said.
        beside: by horizon, what each baseline said of the same rows.
        described: the snapshot columns that describe an account.
        embargo: days before a block by which an outcome had to be certain to be learnt from.
    """
    met = _accounts_met(dataset, tests, embargo)
    parts = [
        _rows(dataset, horizon, test, beside.get(horizon, {}), described).assign(
            learnt_until=[met[int(day)][0] for day in test.block],
            known_account=_known(dataset, test, met),
        )
        for horizon, test in sorted(tests.items())
    ]
    return pd.concat(parts, ignore_index=True)


def asked_after(rows: pd.DataFrame) -> int:
    """The minimum lead time of test rows, days; of those kept before it was told, none."""
    return int(rows[AFTER].max()) if AFTER in rows and len(rows) else 0


def rivals_in(rows: pd.DataFrame) -> dict[str, Vector]:
    """The baselines' chances by name; NaN where a baseline was not tested at the horizon."""
    names = [name for name in rows.columns if name.startswith(BESIDE)]
    return {name.removeprefix(BESIDE): rows[name].to_numpy(float) for name in names}


def _rows(
    dataset: Dataset,
    horizon: int,
    test: TestSet,
    beside: Mapping[str, Vector],
    described: Described,
) -> pd.DataFrame:
    frame, event = dataset.frame.iloc[test.rows], dataset.event_days[test.rows]
    known = np.isfinite(event) & (event <= dataset.followed_days[test.rows])
    return pd.DataFrame(
        {
            "account_id": frame["account_id"].to_numpy(object),
            "as_of": frame["as_of"].to_numpy(object),
            "horizon": np.full(len(frame), horizon, np.int16),
            "chance": test.chance,
            "lost": test.lost > 0,
            "days_to_loss": np.where(known, event, np.nan),
            AFTER: np.full(len(frame), dataset.lead, np.int16),
            "arr": 12 * _number(frame, described.monthly_revenue),
            "tenure_days": _tenure(frame, described.tenure),
            **{SEGMENT + name: _word(frame, c) for name, c in described.segments.items()},
            **{BESIDE + name: chance for name, chance in beside.items()},
        }
    )


def _accounts_met(
    dataset: Dataset, tests: Mapping[int, TestSet], embargo: int
) -> dict[int, tuple[date, set[str]]]:
    """By the first day of each block, until when and from which accounts its models learnt.

    The first interval's rows hold those of all later ones: they can be learnt from first.
    """
    days = {int(day) for test in tests.values() for day in np.unique(test.block)}
    until = {day: date.fromordinal(day - embargo) for day in days}
    return {day: (last, dataset.met_by(last)) for day, last in until.items()}


def _known(
    dataset: Dataset, test: TestSet, met: Mapping[int, tuple[date, set[str]]]
) -> npt.NDArray[np.bool_]:
    accounts = dataset.frame["account_id"].to_numpy(object)[test.rows]
    pairs = zip(accounts, test.block, strict=True)
    return np.array([account in met[int(day)][1] for account, day in pairs], bool)


def _tenure(frame: pd.DataFrame, columns: tuple[str, ...]) -> Vector:
    found = np.full(len(frame), np.nan)
    for column in columns:
        found = np.where(np.isnan(found), _number(frame, column), found)
    return found


def _number(frame: pd.DataFrame, column: str) -> Vector:
    if column not in frame.columns:
        return np.full(len(frame), np.nan)
    return frame[column].to_numpy(np.float64, na_value=np.nan)


def _word(frame: pd.DataFrame, column: str) -> npt.NDArray[np.object_]:
    if column not in frame.columns:
        return np.full(len(frame), "", dtype=object)
    return frame[column].astype(object).where(frame[column].notna(), "").to_numpy(object)
