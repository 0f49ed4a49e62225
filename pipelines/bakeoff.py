"""Any other score the company has, on the same outcomes, rows and tables as a model."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.comparison import Difference
from models.rival_score import Bakeoff, bakeoff
from pipelines.errors import InputError
from pipelines.versions import evidence, find
from pipelines.workspace import Workspace

MAX_AGE_DAYS = 92
DATES = ("date", "as_of")
SHOWN = 3


@dataclass(frozen=True)
class BakeoffResult:
    """What a bake-off found.

    Attributes:
        strangers: accounts of the file that no test row knows.
        empty: rows of the file without a value.
    """

    file: Path
    found: Bakeoff
    strangers: int
    empty: int

    def summary(self) -> dict[str, Any]:
        """Everything worth telling, as plain JSON values."""
        counts = {"unknown_accounts": self.strangers, "rows_without_a_value": self.empty}
        return {"file": str(self.file), **counts, **asdict(self.found)}

    def text(self) -> str:
        """The same for people."""
        found = self.found
        lines = [f"{self.file.name} beside model {found.version}, {found.horizon} days"]
        lines += [f"  {sentence}" for sentence in found.verdict]
        if self.strangers:
            lines.append(f"  {self.strangers} accounts of the file are in no test row")
        if self.empty:
            lines.append(f"  {self.empty} rows of the file hold no value and were passed over")
        return "\n".join([*lines, *table({**found.order, **found.chances}, "score", "model")])


def table(found: dict[str, Difference], before: str, after: str) -> list[str]:
    """Both sides of every figure with how much better the second is."""
    if not found:
        return []
    head = f"  {'':<24}{before:>12}{after:>12}  better by (95 % interval)"
    said = {name: each for name, each in found.items() if not np.isnan(each.champion)}
    return [head, *(_line(name, each) for name, each in said.items())]


def _line(name: str, each: Difference) -> str:
    gain = each.gain
    return (
        f"  {name.replace('_', ' '):<24}{each.champion:>12.4f}{each.challenger:>12.4f}  "
        f"{gain.value:+.4f} ({gain.low:+.4f} to {gain.high:+.4f})"
    )


def bake_off(
    workspace: Workspace, file: Path, against: str, healthier: bool, max_age_days: int
) -> BakeoffResult:
    """Put the score in a file to the same test as a model.

    Args:
        workspace: holds the model and the rows it was tested on.
        file: CSV or Parquet with `account_id`, `date` (or `as_of`) and `score`; a `known_at`
            later than the date counts in its place.
        against: a version, `champion` or `challenger`.
        healthier: whether a higher score is a healthier account.
        max_age_days: how old a value may be.

    Raises:
        InputError: the file cannot be used, or there is no such model.
        BrokenEvidence: the test rows were changed.
    """
    registry = workspace.registry()
    kept = evidence(registry, find(registry, against))
    scores = read_scores(file)
    empty = int(scores["score"].isna().sum())
    scores = scores.dropna(subset=["score"])
    known = set(kept.rows["account_id"])
    strangers = set(scores["account_id"]) - known
    if strangers == set(scores["account_id"]):
        raise InputError(
            f"{file}: no account_id of it is known; it holds {_some(strangers)}, the model was "
            f"tested on {_some(known)}."
        )
    if healthier:
        scores = scores.assign(score=-scores["score"])
    return BakeoffResult(file, bakeoff(kept, scores, max_age_days), len(strangers), empty)


def read_scores(file: Path) -> pd.DataFrame:
    """The scores of a file: `account_id`, `day` on which the value was known, `score`.

    Raises:
        InputError: the file is not there, is of another kind, or holds what cannot be read.
    """
    frame = _frame(file)
    dated = next((name for name in DATES if name in frame.columns), None)
    missing = [name for name in ("account_id", "score") if name not in frame.columns]
    if dated is None or missing:
        raise InputError(
            f"{file} holds the columns {', '.join(map(str, frame.columns))}; needed are "
            "account_id, date (or as_of) and score."
        )
    day = _instants(file, frame, dated)
    if "known_at" in frame.columns:
        known = _instants(file, frame, "known_at").fillna(day)
        day = day.where(day >= known, known)
    return pd.DataFrame(
        {
            "account_id": frame["account_id"].astype(str).astype(object),
            "day": day.dt.date,
            "score": _numbers(file, frame["score"]),
        }
    )


def _frame(file: Path) -> pd.DataFrame:
    if not file.is_file():
        raise InputError(f"{file} is not there: give --score a .csv or .parquet file.")
    if file.suffix == ".parquet":
        return pd.read_parquet(file)
    if file.suffix == ".csv":
        return pd.read_csv(file, dtype=str, keep_default_na=False)
    raise InputError(f"{file} ends in {file.suffix or 'nothing'}: give a .csv or .parquet file.")


def _instants(file: Path, frame: pd.DataFrame, name: str) -> "pd.Series[pd.Timestamp]":
    words = frame[name].replace("", None) if name == "known_at" else frame[name]
    found = pd.to_datetime(words, utc=True, errors="coerce", format="ISO8601")
    bad = found.isna() & (words.notna() if name == "known_at" else True)
    _refuse(file, name, frame[name], bad, "no ISO 8601 date such as 2025-01-31")
    return found


def _numbers(file: Path, values: "pd.Series[Any]") -> "pd.Series[float]":
    words = values.replace("", None)
    found = pd.to_numeric(words, errors="coerce").astype(float)
    _refuse(file, "score", values, (found.isna() & words.notna()) | np.isinf(found), "no number")
    return found


def _refuse(
    file: Path, name: str, values: "pd.Series[Any]", bad: "pd.Series[bool]", what: str
) -> None:
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise InputError(
            f"{file}, row {row + 1}: {name} is {values.iloc[row]!r}, {what}; {int(bad.sum())} of "
            f"{len(bad)} rows are so."
        )


def _some(accounts: set[str]) -> str:
    return ", ".join(sorted(accounts)[:SHOWN])
