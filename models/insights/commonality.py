"""What healthy accounts have in common in every segment, and what only in some."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from features.signal import Direction, GroupName, SnapshotColumn
from models.dataset import Mask
from models.insights.alike import echoes
from models.insights.crosstab import Shares, shares_of
from models.insights.multiple import LEVEL, false_discovery
from models.insights.standing import NO_SCORES, Standing

LEAST = 8
"""Healthy accounts, and others, that a segment needs to be looked at."""
WINDOW = 90


@dataclass(frozen=True)
class InSegment:
    """A behaviour in one segment.

    Attributes:
        threshold: what it takes there: the segment's own median, so that segments of larger
            accounts do not look busier for their size.
        healthy: share of healthy accounts that reach it; `others`: of all others.
        q: level of false discovery of the difference between the two.
        elsewhere: share of healthy accounts that reach theirs in other segments.
        q_elsewhere: level of false discovery of the difference from those.
    """

    segment: str
    threshold: float
    healthy: float
    others: float
    q: float
    elsewhere: float
    q_elsewhere: float


@dataclass(frozen=True)
class Common:
    """A behaviour of healthy accounts by segment; `echoes` are others that tell the same."""

    column: SnapshotColumn
    rises: bool
    segments: tuple[InSegment, ...]
    echoes: tuple[SnapshotColumn, ...] = ()

    @property
    def gap(self) -> float:
        """The least difference between healthy accounts and others, of all segments."""
        return min(s.healthy - s.others for s in self.segments)


@dataclass(frozen=True)
class Commonality:
    """What healthy accounts share.

    Attributes:
        healthy: how they are called here.
        everywhere: behaviours that go with health in every segment, the clearest first.
        differing: behaviours that healthy accounts of some segment show more, or less, than
            healthy accounts elsewhere.
        segments: those large enough to be looked at.
        looked: how many behaviours were looked at.
        reason: why nothing was looked at; empty where something was.
    """

    healthy: str
    everywhere: tuple[Common, ...]
    differing: tuple[Common, ...]
    segments: tuple[str, ...]
    looked: int
    reason: str = ""


def commonality(standing: Standing) -> Commonality:
    """Compare healthy accounts with the others of their segment, behaviour by behaviour."""
    segments = tuple(_segments(standing))
    name = standing.names[0]
    if not segments:
        few = f"no segment has {LEAST} accounts that are {name} and {LEAST} others"
        reason = few if len(standing) else NO_SCORES
        return Commonality(name, (), (), (), 0, reason)
    columns = [c for c in usual_window(standing.columns) if standing.has(c.name)]
    found = _corrected([_raw(standing, column, segments) for column in columns], columns)
    everywhere = [
        c for c in found if all(s.healthy > s.others and s.q <= LEVEL for s in c.segments)
    ]
    differing = [c for c in found if any(s.q_elsewhere <= LEVEL for s in c.segments)]
    return Commonality(
        name,
        _without_echoes(standing, sorted(everywhere, key=lambda c: -c.gap)),
        _without_echoes(standing, sorted(differing, key=_clearest)),
        segments,
        len(columns),
    )


def _clearest(common: Common) -> float:
    return min(s.q_elsewhere for s in common.segments)


def _without_echoes(standing: Standing, found: Sequence[Common]) -> tuple[Common, ...]:
    """Behaviours of which none repeats one before it."""
    if not found:
        return ()
    values = np.column_stack([standing.numbers(c.column.name) for c in found])
    heard = echoes(values)
    return tuple(replace(found[n], echoes=tuple(found[m].column for m in heard[n])) for n in heard)


def usual_window(
    columns: Iterable[SnapshotColumn], actionable: bool = True
) -> list[SnapshotColumn]:
    """Of each signed behaviour the window nearest to 90 days."""
    chosen: dict[tuple[str, str], SnapshotColumn] = {}
    for column in columns:
        signal = column.signal
        unfit = column.group is GroupName.PROFILE or signal.is_word
        if unfit or signal.direction is Direction.UNSIGNED or signal.actionable < actionable:
            continue
        key = (column.group, signal.name)
        if key not in chosen or _off(column) < _off(chosen[key]):
            chosen[key] = column
    return list(chosen.values())


def _off(column: SnapshotColumn) -> int:
    return 0 if column.window is None else abs(column.window - WINDOW)


def _segments(standing: Standing) -> Iterable[str]:
    for name in sorted(standing.groups.unique()):
        mine = (standing.groups == name).to_numpy(bool)
        healthy = int((mine & standing.healthy).sum())
        if healthy >= LEAST and int(mine.sum()) - healthy >= LEAST:
            yield name


Raw = tuple[str, float, Shares, Shares]


def _raw(standing: Standing, column: SnapshotColumn, segments: Sequence[str]) -> list[Raw]:
    """By segment: its threshold, healthy against others, and healthy against elsewhere."""
    values = standing.numbers(column.name)
    known, rises = np.isfinite(values), column.signal.direction is Direction.HEALTHIER
    members = {name: (standing.groups == name).to_numpy(bool) & known for name in segments}
    limits = {name: _limit(values[mine]) for name, mine in members.items()}
    reached = np.zeros(len(values), bool)
    for name, mine in members.items():
        reached |= mine & _beyond(values, limits[name], rises)
    within = np.any(list(members.values()), axis=0)
    healthy = standing.healthy
    return [
        (
            name,
            limits[name],
            shares_of(reached, mine & healthy, mine & ~healthy),
            shares_of(reached, mine & healthy, within & ~mine & healthy),
        )
        for name, mine in members.items()
    ]


def _limit(values: np.ndarray) -> float:
    return float(np.median(values)) if len(values) else float("nan")


def _beyond(values: np.ndarray, limit: float, rises: bool) -> Mask:
    """Strictly beyond the median, so that the many who share one value do not count."""
    with np.errstate(invalid="ignore"):
        beyond: Mask = values > limit if rises else values < limit
    return beyond


def _corrected(raws: list[list[Raw]], columns: list[SnapshotColumn]) -> list[Common]:
    q = iter(false_discovery([raw[2].p for each in raws for raw in each]).tolist())
    q_elsewhere = iter(false_discovery([raw[3].p for each in raws for raw in each]).tolist())
    found = []
    for column, each in zip(columns, raws, strict=True):
        told = tuple(
            InSegment(n, limit, own.first, own.second, next(q), far.second, next(q_elsewhere))
            for n, limit, own, far in each
        )
        found.append(Common(column, column.signal.direction is Direction.HEALTHIER, told))
    return found
