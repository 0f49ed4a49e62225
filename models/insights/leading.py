"""Leading indicators: which signals move before losses, how early, and how well they tell."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.signal import SnapshotColumn
from models.insights.alike import echoes
from models.insights.base import Base
from models.insights.concordance import concordance
from models.insights.contrast import Difference
from models.insights.event_study import LASTING, MONTH_DAYS, EventStudy, event_study
from models.insights.multiple import LEVEL, false_discovery, simes

LEADS = (30, 90, 180, 270)
"""Days before the loss at which a signal's AUC is told."""
MOST_TOLD = 60
TYPICAL_MONTH = 1


@dataclass(frozen=True)
class CurvePoint:
    """A signal some months before losses.

    Attributes:
        days: the least days between snapshot and loss.
        accounts: leaving accounts compared.
        value: their mean difference from matched accounts that stayed, in standard
            deviations; `low` and `high` are its 95 % interval, clustered by account.
    """

    days: int
    accounts: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Indicator:
    """One declared signal as a sign of losses to come.

    Attributes:
        column: the snapshot column of its strongest window.
        q: the level of false discovery from which on it is one, all its windows and months
            counted.
        difference: mean difference one to seven months ahead, in standard deviations, and its
            95 % interval; negative where leavers have less.
        curve: month by month, the last before the loss first.
        moves_days: at least so many days ahead it begins to differ and goes on to the loss;
            None where its last month is not clear.
        auc: by days ahead: chance that of a leaver and one who stayed, both of a stratum, the
            leaver looks worse by this signal alone; NaN where none were compared.
        coverage: share of accounts that ever have a value.
        typical: value of leavers one to two months ahead, and of those that stayed.
        middle: whether that is the `median`, or the `mean` where the medians are the same.
        contrary: it moves against the direction that was declared for it.
        echoes: weaker signals that tell the same (rank correlation of 0.8 or more).
    """

    column: SnapshotColumn
    q: float
    difference: CurvePoint
    curve: tuple[CurvePoint, ...]
    moves_days: int | None
    auc: dict[int, float]
    coverage: float
    typical: tuple[float, float]
    middle: str
    contrary: bool
    echoes: tuple[SnapshotColumn, ...] = ()


@dataclass(frozen=True)
class LeadingIndicators:
    """What was found, strongest first.

    Attributes:
        told: indicators that stand up to the number of signals looked at.
        looked: how many declared signals were looked at.
        accounts: how many leaving accounts there were.
        reason: why nothing was looked at; empty where something was.
    """

    told: tuple[Indicator, ...]
    looked: int
    accounts: int
    reason: str = ""


def leading_indicators(base: Base, level: float = LEVEL) -> LeadingIndicators:
    """Rank every behaviour by how clearly it differs one to seven months before losses.

    Args:
        base: all accounts at all dates; a sample of whole accounts where there are very many.
        level: the share of false discoveries allowed among what is told.
    """
    base = base.sampled()
    columns = base.behaviours
    if not columns:
        return LeadingIndicators((), 0, 0, "no behaviour is recorded: only profiles are connected")
    study = event_study(base, tuple(c.name for c in columns))
    accounts = int(max((d.accounts.max(initial=0) for d in study.differences), default=0))
    families = _families(columns)
    q = false_discovery([_family_p(study, rows) for rows in families])
    best = [_strongest(study, rows) for rows in families]
    strength = np.abs(study.lasting.t)
    found = [n for n in range(len(best)) if q[n] <= level and np.isfinite(strength[best[n]])]
    found.sort(key=lambda n: -strength[best[n]])
    heard = echoes(study.scores[:, [best[n] for n in found]].astype(np.float64))
    told = tuple(
        _indicator(
            base,
            study,
            best[found[n]],
            q[found[n]],
            [columns[best[found[m]]] for m in heard[n]],
        )
        for n in list(heard)[:MOST_TOLD]
    )
    reason = "" if accounts else "too few accounts were lost with certainty to compare any"
    return LeadingIndicators(told, len(families), accounts, reason)


def _families(columns: Sequence[SnapshotColumn]) -> list[list[int]]:
    """Positions of the columns of each declared signal: its windows."""
    found: dict[tuple[str, str], list[int]] = {}
    for place, column in enumerate(columns):
        found.setdefault((column.group, column.signal.name), []).append(place)
    return list(found.values())


def _family_p(study: EventStudy, rows: list[int]) -> float:
    return simes(float(p) for d in study.differences for p in d.p[rows])


def _strongest(study: EventStudy, rows: list[int]) -> int:
    strength = np.nan_to_num(np.abs(study.lasting.t[rows]), nan=-1.0)
    return rows[int(np.argmax(strength))]


def _indicator(
    base: Base, study: EventStudy, place: int, q: float, echoed: Sequence[SnapshotColumn]
) -> Indicator:
    column = next(c for c in base.behaviours if c.name == study.names[place])
    curve = tuple(
        _point(month.days, difference, place)
        for month, difference in zip(study.months, study.differences, strict=True)
    )
    lasting = _point(MONTH_DAYS * LASTING.start, study.lasting, place)
    sign = 1 if lasting.value > 0 else -1
    values = base.numbers((column.name,))[:, 0]
    known = np.isfinite(values)
    middle, typical = _typical(study, values)
    return Indicator(
        column=column,
        q=q,
        difference=lasting,
        curve=curve,
        moves_days=moves_from(curve, sign),
        auc=_auc(base, study, study.scores[:, place] * sign),
        coverage=len(np.unique(base.owner[known])) / (int(base.owner.max()) + 1),
        typical=typical,
        middle=middle,
        contrary=sign * int(column.signal.direction) > 0,
        echoes=tuple(echoed),
    )


def _point(days: int, difference: Difference, place: int) -> CurvePoint:
    low, high = difference.interval()
    return CurvePoint(
        days,
        int(difference.accounts[place]),
        float(difference.value[place]),
        float(low[place]),
        float(high[place]),
    )


def moves_from(curve: Sequence[CurvePoint], sign: int) -> int | None:
    """The earliest days ahead from which on every interval lies on one side, up to the loss."""
    earliest = None
    for point in curve:
        clear = point.low > 0 if sign > 0 else point.high < 0
        if not clear:
            break
        earliest = point.days
    return earliest


def _auc(base: Base, study: EventStudy, values: np.ndarray) -> dict[int, float]:
    looked = [m for m in study.months if m.days in LEADS]
    return {m.days: concordance(values, m.leaving, m.staying, base.strata) for m in looked}


def _typical(study: EventStudy, values: np.ndarray) -> tuple[str, tuple[float, float]]:
    """Medians of leavers and of those that stayed; means where the medians are the same."""
    month = study.months[TYPICAL_MONTH]
    groups = [values[rows & np.isfinite(values)] for rows in (month.leaving, month.staying)]
    if not all(len(group) for group in groups):
        return "median", (float("nan"), float("nan"))
    medians = float(np.median(groups[0])), float(np.median(groups[1]))
    if medians[0] != medians[1]:
        return "median", medians
    return "mean", (float(groups[0].mean()), float(groups[1].mean()))
