"""Why an account has its score: reasons that add up, against own past and peers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from markupsafe import Markup

from features.signal import Direction
from features.signals import CATALOGUE, catalogue_for
from models.score import OTHERS, Band, Reason
from serving import format
from serving.charts.sparks import PeerStrip, peers, spark
from serving.charts.steps import Scale, scale_of, step, ticks, whole
from serving.console.account.seen import MOST_ROWS
from serving.console.account.waterfall import (
    Row,
    Waterfall,
    levels,
    percent,
    plus,
    signed,
    tenths,
)
from serving.console.phrases import beside, fact, group_of, wording_of
from serving.live import Past, PeerRange
from serving.presentation import Words

USUAL = (10, 90)
"""Percentiles of a signal's own past that are shaded."""
FEWEST_PAST = 4
UNSIGNED = Markup("<small>right is more</small>")
"""Below the strip of a signal of which more is neither healthier nor worse."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the reasons are drawn against."""

    words: Words
    directions: Mapping[str, Direction]
    past: Past | None
    peers: PeerRange | None


def why(found: Mapping[str, Any], band: Band, around: Surroundings) -> Waterfall:
    """The reasons of an explanation, largest first, then all others together."""
    start, end = tenths(found["base_chance"]), tenths(found["chance"])
    named = [each for each in found["reasons"] if each["signal"] != OTHERS][:MOST_ROWS]
    others = [each for each in found["reasons"] if each["signal"] == OTHERS]
    count = sum(int(each["value"] or 0) for each in others)
    count += sum(each["together"] for each in _left(found))
    points = [round(each["points"], 1) for each in named]
    points.append(round(end - start - sum(points), 1))
    scale = scale_of(levels(start, points))
    rows = [
        _reason(each, around, _Step(at, by, scale))
        for each, at, by in zip(named, levels(start, points), points, strict=False)
    ]
    rest = _Step(end - points[-1], points[-1], scale)
    largest = ", ".join(_name(around.words, each["signal"]) for each in _left(found)[:2])
    detail = f"the largest: {largest}" if largest else ""
    rows.append(Row(f"{count} other signals together", detail, "", rest.points, rest.bar))
    return Waterfall(
        percent(start),
        whole(start, None, scale),
        tuple(rows),
        percent(end),
        whole(end, band, scale),
        ticks(scale),
        f"{start:.1f} {plus(end - start)} = {percent(end)}",
    )


def _left(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in found["reasons"] if each["signal"] != OTHERS][MOST_ROWS:]


@dataclass(frozen=True, slots=True)
class _Step:
    at: float
    by: float
    scale: Scale

    @property
    def points(self) -> str:
        return signed(self.by)

    @property
    def bar(self) -> Markup:
        return step(self.at, self.by, self.scale)


def _reason(found: Mapping[str, Any], around: Surroundings, at: _Step) -> Row:
    signal = found["signal"]
    reason = Reason(signal, found["value"], found["contribution"])
    words = fact(around.words, reason).rstrip(".")
    return Row(
        words,
        beside(found),
        group_of(signal).capitalize(),
        at.points,
        at.bar,
        _spark(signal, words, around.past),
        _peers(signal, found["value"], around),
    )


def _name(words: Words, signal: str) -> str:
    return wording_of(words).meaning(signal)


def _spark(signal: str, words: str, past: Past | None) -> Markup:
    values = past.values.get(signal, ()) if past else ()
    numbers = [float(v) if isinstance(v, int | float) else None for v in values]
    known = [v for v in numbers[:-1] if v is not None]
    usual = None
    if len(known) >= FEWEST_PAST:
        low, high = np.percentile(known, USUAL)
        usual = (float(low), float(high))
    return spark(numbers, usual, f"Over time: {words}") if numbers else Markup()


def _peers(signal: str, value: object, around: Surroundings) -> Markup:
    found = around.peers.quantiles.get(signal) if around.peers else None
    way = around.directions.get(signal, Direction.UNSIGNED)
    if found is None or not isinstance(value, int | float):
        return Markup()
    low, high = min(found.p10, value), max(found.p90, value)

    def place(of: float) -> float:
        share = (of - low) / ((high - low) or 1.0)
        return 1 - share if way is Direction.WORSE else share

    edges = [place(each) for each in (found.p10, found.p25, found.p50, found.p75, found.p90)]
    if way is Direction.WORSE:
        edges.reverse()
    own = place(float(value))
    strip = PeerStrip(*[*edges, own])
    if way is Direction.UNSIGNED:
        return peers(strip, f"Among {found.accounts} peers, right is more") + UNSIGNED
    worse = own < place(found.p50)
    side = "worse" if worse else "healthier"
    return peers(strip, f"Among {found.accounts} peers, on the {side} side of the middle")


@lru_cache(maxsize=8)
def directions(events: tuple[str, ...]) -> Mapping[str, Direction]:
    """Whether more of a signal is healthier, for every signal of a company with these events."""
    catalogue = catalogue_for(events) if events else CATALOGUE
    return {column.name: column.signal.direction for column in catalogue.columns}


@dataclass(frozen=True, slots=True)
class StoredReason:
    """A reason as it is kept with a score."""

    words: str
    signal: str
    towards: str
    share: str


def stored(reasons: Sequence[Reason], words: Words) -> tuple[StoredReason, ...]:
    """The reasons that the store holds, for where nothing can be worked out anew."""
    return tuple(
        StoredReason(
            fact(words, reason),
            reason.signal,
            "leaving" if reason.contribution > 0 else "staying",
            format.share(reason.contribution),
        )
        for reason in reasons
    )
