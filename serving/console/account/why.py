"""Why an account has its score, and what changed since an earlier day: rows that add up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from markupsafe import Markup

from features.signal import Catalogue, Direction
from models.explain.change import MODEL_UPDATED, RECALIBRATED
from models.score import OTHERS, Band, Reason
from serving import format
from serving.charts.sparks import PeerStrip, peers, spark
from serving.charts.steps import Scale, scale_of, share, step, ticks, whole
from serving.console.account.seen import MOST_ROWS
from serving.console.dates import day_of
from serving.console.phrases import beside, fact, group_of, minus, wording_of
from serving.live import Past, PeerRange
from serving.presentation import Words

LAST = (MODEL_UPDATED, RECALIBRATED)
"""Terms of a change that stand last: they tell of us, not of the account."""
MEANINGS = {
    "consumption": "how much they use it",
    "adoption": "what they use, and how many",
    "engagement": "how we talk",
    "experience": "how it works for them",
    "risk": "what colleagues logged, and invoices",
    "profile": "who they are, their contract",
}
USUAL = (10, 90)
"""Percentiles of a signal's own past that are shaded."""
FEWEST_PAST = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a waterfall.

    Attributes:
        detail: in small print below the words.
        spark, peers: empty where there is nothing to draw.
    """

    words: str
    detail: str
    group: str
    points: str
    bar: Markup
    spark: Markup = Markup()
    peers: Markup = Markup()


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Rows between two chances that add up as they are printed."""

    start: str
    start_bar: Markup
    rows: tuple[Row, ...]
    end: str
    end_bar: Markup
    ticks: Markup
    sum: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the reasons are drawn against."""

    words: Words
    catalogue: Catalogue
    past: Past | None
    peers: PeerRange | None


def tenths(chance: float) -> float:
    """A chance in percentage points, as it is printed: with one decimal."""
    return round(100 * chance, 1)


def why(found: Mapping[str, Any], band: Band, around: Surroundings) -> Waterfall:
    """The reasons of an explanation, largest first, then all others together."""
    start, end = tenths(found["base_chance"]), tenths(found["chance"])
    named = [each for each in found["reasons"] if each["signal"] != OTHERS][:MOST_ROWS]
    others = [each for each in found["reasons"] if each["signal"] == OTHERS]
    count = sum(int(each["value"] or 0) for each in others)
    count += sum(each["together"] for each in _left(found))
    points = [round(each["points"], 1) for each in named]
    points.append(round(end - start - sum(points), 1))
    scale = scale_of(_levels(start, points))
    rows = [
        _reason(each, around, _Step(at, by, scale))
        for each, at, by in zip(named, _levels(start, points), points, strict=False)
    ]
    rest = _Step(end - points[-1], points[-1], scale)
    largest = ", ".join(_name(around.words, each["signal"]) for each in _left(found)[:2])
    detail = f"the largest: {largest}" if largest else ""
    rows.append(Row(f"{count} other signals together", detail, "", rest.points, rest.bar))
    return Waterfall(
        _percent(start),
        whole(start, None, scale),
        tuple(rows),
        _percent(end),
        whole(end, band, scale),
        ticks(scale),
        f"{start:.1f} {_plus(end - start)} = {_percent(end)}",
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


def signed(points: float) -> str:
    """Percentage points as they are printed: `+8.3`, `−1.9`, and exactly `0.0` for nothing."""
    size = f"{abs(points):.1f}"
    return size if size == "0.0" else f"{'+' if points > 0 else format.MINUS}{size}"


def _plus(points: float) -> str:
    return f"{'+' if points >= 0 else format.MINUS} {abs(points):.1f}"


def _percent(points: float) -> str:
    return f"{points:.1f}{format.NARROW_SPACE}%"


def _levels(start: float, points: Sequence[float]) -> list[float]:
    return [start, *(float(level) for level in start + np.cumsum(points))]


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
    way = direction(around.catalogue, signal)
    if found is None or not isinstance(value, int | float) or way is Direction.UNSIGNED:
        return Markup()
    low, high = min(found.p10, value), max(found.p90, value)

    def place(of: float) -> float:
        share = (of - low) / ((high - low) or 1.0)
        return share if way is Direction.HEALTHIER else 1 - share

    edges = [place(each) for each in (found.p10, found.p25, found.p50, found.p75, found.p90)]
    if way is not Direction.HEALTHIER:
        edges.reverse()
    own = place(float(value))
    strip = PeerStrip(*[*edges, own])
    worse = own < place(found.p50)
    side = "worse" if worse else "healthier"
    return peers(strip, f"Among {found.accounts} peers, on the {side} side of the middle")


def direction(catalogue: Catalogue, signal: str) -> Direction:
    """Whether more of a signal is healthier; unsigned for what is not declared here."""
    known = next((c for c in catalogue.columns if c.name == signal), None)
    return known.signal.direction if known else Direction.UNSIGNED


def groups(found: Mapping[str, Any]) -> tuple[tuple[Row, ...], str] | None:
    """Shares of the groups and their sum; None for a model that kept none."""
    told = found.get("groups")
    if not told:
        return None
    base, end = tenths(told["base_chance"]), tenths(found["chance"])
    shares = _adding_up(list(told["points"].values()), end - base)
    points = dict(zip(told["points"], shares, strict=True))
    scale = scale_of(list(points.values()))
    rows = tuple(
        Row(name.capitalize(), MEANINGS.get(name, ""), name, signed(of), share(of, scale))
        for name, of in points.items()
    )
    return rows, f"{base:.1f} {_plus(end - base)} = {_percent(end)}"


def changed(found: Mapping[str, Any], words: Words) -> Waterfall | None:
    """What moved the chance since the earlier day; None where there is nothing to compare."""
    change, bands = found.get("change"), found.get("band_change")
    if not change or not bands:
        return None
    start, end = tenths(change["before"]), tenths(change["after"])
    terms = sorted(change["points"].items(), key=lambda t: (t[0] in LAST, -abs(t[1])))
    points = _adding_up([of for _, of in terms], end - start)
    scale = scale_of(_levels(start, points))
    rows = tuple(
        Row(
            _capital(term),
            _largest(change["signals"], term, words),
            term,
            signed(by),
            step(at, by, scale),
        )
        for (term, _), at, by in zip(terms, _levels(start, points), points, strict=False)
    )
    return Waterfall(
        _percent(start),
        whole(start, Band(bands["before"]), scale),
        rows,
        _percent(end),
        whole(end, Band(bands["after"]), scale),
        ticks(scale),
        f"{start:.1f} {_plus(end - start)} = {_percent(end)}",
    )


def _adding_up(points: Sequence[float], total: float) -> list[float]:
    """Rounded, the rounding's remainder in the largest, so that printed numbers add up."""
    rounded = [round(each, 1) for each in points]
    if rounded:
        largest = max(range(len(rounded)), key=lambda n: abs(rounded[n]))
        rounded[largest] = round(rounded[largest] + total - sum(rounded), 1)
    return rounded


def _largest(signals: Sequence[Mapping[str, Any]], term: str, words: Words) -> str:
    mine = [each for each in signals if each["term"] == term and abs(each["points"]) >= 0.05]
    if not mine:
        return ""
    wording, first = wording_of(words), mine[0]
    meaning = wording.meaning(first["signal"])
    before, after = (wording.value(first["signal"], first[side]) for side in ("before", "after"))
    return minus(f"{meaning}: {after}, before {before}")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


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


def day_words(when: str, now: date) -> str:
    """A day of an explanation, which is JSON, as people read it."""
    return day_of(date.fromisoformat(when), now)
