"""Any other score the company has, put to the same test as a model.

The score has no chances of its own that could be trusted, so its order is judged as it is,
and for figures of chances it is calibrated walking forward: at every date by a logistic
regression on the rows of earlier dates whose outcome was certain by then.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.comparison import DRAWS, Difference
from models.evidence.rows import Evidence
from models.metrics import FIGURES, ORDER_FIGURES, Estimate, Resamples, Vector
from models.metrics.reliability import line
from models.scorecard import SEED, Scorecard, asked_by, sample_of, scorecard, shortage

LOWER_IS_BETTER = ("log_loss", "brier", "brier_reliability")
OF_CHANCES = ("log_loss", "brier", "brier_reliability", "brier_resolution")


@dataclass(frozen=True)
class Bakeoff:
    """A model and another score on the same rows.

    Attributes:
        rows: all test rows of the model at this horizon.
        covered: of those, rows for which the score had a value that was not too old.
        accounts, covered_accounts: likewise; an account counts once.
        order: figures of the order on the covered rows; `champion` is the other score,
            `challenger` the model, and a gain above 0 says that the model is better.
        calibrated: covered rows on which the score could be calibrated in time.
        chances: figures of chances on those, likewise.
        model, score: all figures by segment and month on the covered rows; those of the
            score look at its order alone.
        verdict: in words.
    """

    version: str
    horizon: int
    rows: int
    covered: int
    accounts: int
    covered_accounts: int
    order: dict[str, Difference]
    calibrated: int
    chances: dict[str, Difference]
    model: Scorecard | None
    score: Scorecard | None
    verdict: tuple[str, ...]


def last_known(rows: pd.DataFrame, scores: pd.DataFrame, max_age_days: int) -> Vector:
    """The score of each row: the last value on or before its date, NaN where none was fresh.

    Args:
        rows: `account_id` and `as_of`.
        scores: `account_id`, `day` (date on which the value was known) and `score`; of
            several values on one day the last row counts.
        max_age_days: how old a value may be.
    """
    left = pd.DataFrame(
        {"account_id": rows["account_id"].astype(object), "day": _days(rows["as_of"])}
    )
    right = pd.DataFrame(
        {
            "account_id": scores["account_id"].astype(object),
            "day": _days(scores["day"]),
            "score": scores["score"].astype(np.float64),
        }
    )
    joined = pd.merge_asof(
        left.reset_index().sort_values("day", kind="stable"),
        right.sort_values("day", kind="stable"),
        on="day",
        by="account_id",
        tolerance=max_age_days,
    )
    return joined.set_index("index")["score"].sort_index().to_numpy(np.float64)


def calibrated_in_time(rows: pd.DataFrame, score: Vector, wait_days: int) -> Vector:
    """Chances of a score, at every date by what was certain before it; NaN where too little.

    Args:
        rows: of an evidence table, one horizon.
        score: of each row, NaN where it has none, shape (rows,).
        wait_days: days after the horizon until an outcome is certain and has been recorded.
    """
    day, lost = _days(rows["as_of"]), rows["lost"].to_numpy(np.float64)
    owner = pd.factorize(rows["account_id"])[0].astype(np.int64)
    certain = day + int(rows["horizon"].iloc[0]) + wait_days
    known, chance = ~np.isnan(score), np.full(len(rows), np.nan)
    for now in np.unique(day):
        past, here = known & (certain <= now), known & (day == now)
        if not past.any() or shortage(lost[past], owner[past]):
            continue
        middle, width = float(score[past].mean()), float(score[past].std()) or 1.0
        intercept, slope = line(lost[past], (score[past] - middle) / width)
        odds = intercept + slope * (score[here] - middle) / width
        chance[here] = 0.5 * (1 + np.tanh(0.5 * odds))
    return chance


def bakeoff(evidence: Evidence, scores: pd.DataFrame, max_age_days: int) -> Bakeoff:
    """A model's test rows beside another score of the same accounts and dates.

    Args:
        evidence: the model's test rows; those of its primary horizon count.
        scores: see `last_known`; higher is a greater risk.
        max_age_days: how old a value may be.
    """
    rows = evidence.at(evidence.primary_horizon)
    score = last_known(rows, scores, max_age_days)
    known = ~np.isnan(score)
    covered = rows[known].reset_index(drop=True)
    chance = calibrated_in_time(rows, score, evidence.lag_days + evidence.embargo)
    usable = ~np.isnan(chance)
    told = _Told(evidence, rows, known, usable)
    order = _differences(evidence, rows, score, known, tuple(ORDER_FIGURES))
    chances = _differences(evidence, rows, chance, usable, OF_CHANCES)
    asked = asked_by(evidence)
    return Bakeoff(
        version=evidence.version,
        horizon=evidence.primary_horizon,
        rows=len(rows),
        covered=len(covered),
        accounts=int(rows["account_id"].nunique()),
        covered_accounts=int(covered["account_id"].nunique()),
        order=order,
        calibrated=int(usable.sum()),
        chances=chances,
        model=scorecard(covered, covered["chance"].to_numpy(float), asked) if order else None,
        score=scorecard(covered, score[known], asked, chances=False) if order else None,
        verdict=(*told.coverage(), *told.order(order), *told.chances(chances)),
    )


@dataclass(frozen=True)
class _Told:
    """What is said of a bake-off."""

    evidence: Evidence
    rows: pd.DataFrame
    known: npt.NDArray[np.bool_]
    usable: npt.NDArray[np.bool_]

    def coverage(self) -> list[str]:
        share = 100 * self.known.mean()
        rest = "; all figures are on these rows alone" if share < 100 else ""
        return [f"the score covers {share:.1f} % of {len(self.rows)} test rows{rest}"]

    def order(self, found: dict[str, Difference]) -> list[str]:
        if not found:
            return [f"not comparable: {self._lacking(self.known)}"]
        auc = found["auc"]
        said = [f"{_who(auc.gain)}: AUC {auc.challenger:.3f} beside {auc.champion:.3f}"]
        if auc.champion < 0.5:
            said.append(
                "the score ranks worse than chance: if a higher value is a healthier account, "
                "give --higher-is-healthier"
            )
        return said

    def chances(self, found: dict[str, Difference]) -> list[str]:
        if not found:
            return [f"no chances could be made of the score: {self._lacking(self.usable)}"]
        loss = found["log_loss"]
        return [
            f"as chances, calibrated in time on {int(self.usable.sum())} rows: log loss "
            f"{loss.challenger:.4f} beside {loss.champion:.4f}, {loss.gain.value:+.4f} saved "
            f"({loss.gain.low:+.4f} to {loss.gain.high:+.4f})"
        ]

    def _lacking(self, mine: npt.NDArray[np.bool_]) -> str:
        owner = pd.factorize(self.rows["account_id"])[0].astype(np.int64)
        return shortage(self.rows["lost"].to_numpy(np.float64)[mine], owner[mine])


def _who(gain: Estimate) -> str:
    interval = f"{gain.value:+.3f} of AUC ({gain.low:+.3f} to {gain.high:+.3f})"
    if gain.low > 0:
        return f"the model ranks better beyond doubt, {interval}"
    if gain.high < 0:
        return f"the score ranks better beyond doubt, {interval}"
    return f"neither ranks better beyond doubt, {interval}"


def _differences(
    evidence: Evidence,
    rows: pd.DataFrame,
    other: Vector,
    mine: npt.NDArray[np.bool_],
    names: tuple[str, ...],
) -> dict[str, Difference]:
    """Paired differences on some rows; none where there is too little to say anything."""
    part = rows[mine].reset_index(drop=True)
    owner = pd.factorize(part["account_id"])[0].astype(np.int64)
    if part.empty or shortage(part["lost"].to_numpy(np.float64), owner):
        return {}
    asked = asked_by(evidence)
    ours = sample_of(part, part["chance"].to_numpy(float), asked)
    theirs = sample_of(part, other[mine], asked)
    draws = Resamples.of(part["account_id"].to_numpy(object), DRAWS, SEED)
    found = {}
    for name in names:
        a, b = FIGURES[name](theirs, draws), FIGURES[name](ours, draws)
        sign = -1.0 if name in LOWER_IS_BETTER else 1.0
        found[name] = Difference(float(a[0]), float(b[0]), Estimate.of(sign * (b - a)))
    return found


def _days(dates: "pd.Series[date]") -> npt.NDArray[np.int64]:
    return dates.map(date.toordinal).to_numpy(np.int64)
