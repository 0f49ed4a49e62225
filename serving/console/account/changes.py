"""What changed since an earlier day, and the shares of the groups: rows that add up."""

from collections.abc import Mapping, Sequence
from typing import Any

from models.explain.terms import MODEL_UPDATED, RECALIBRATED
from models.score import Band
from serving.charts.steps import scale_of, share, step, ticks, whole
from serving.console.account.waterfall import (
    Row,
    Waterfall,
    adding_up,
    levels,
    percent,
    plus,
    signed,
    tenths,
)
from serving.console.phrases import minus, wording_of
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


def groups(found: Mapping[str, Any]) -> tuple[tuple[Row, ...], str] | None:
    """Shares of the groups and their sum; None for a model that kept none."""
    told = found.get("groups")
    if not told:
        return None
    base, end = tenths(told["base_chance"]), tenths(found["chance"])
    shares = adding_up(list(told["points"].values()), end - base)
    points = dict(zip(told["points"], shares, strict=True))
    scale = scale_of(list(points.values()))
    rows = tuple(
        Row(name.capitalize(), MEANINGS.get(name, ""), name, signed(of), share(of, scale))
        for name, of in points.items()
    )
    return rows, f"{base:.1f} {plus(end - base)} = {percent(end)}"


def changed(found: Mapping[str, Any], words: Words) -> Waterfall | None:
    """What moved the chance since the earlier day; None where there is nothing to compare."""
    change, bands = found.get("change"), found.get("band_change")
    if not change or not bands:
        return None
    start, end = tenths(change["before"]), tenths(change["after"])
    terms = sorted(change["points"].items(), key=lambda t: (t[0] in LAST, -abs(t[1])))
    points = adding_up([of for _, of in terms], end - start)
    scale = scale_of(levels(start, points))
    rows = tuple(
        Row(
            _capital(term),
            _largest(change["signals"], term, words),
            term,
            signed(by),
            step(at, by, scale),
        )
        for (term, _), at, by in zip(terms, levels(start, points), points, strict=False)
    )
    return Waterfall(
        percent(start),
        whole(start, Band(bands["before"]), scale),
        rows,
        percent(end),
        whole(end, Band(bands["after"]), scale),
        ticks(scale),
        f"{start:.1f} {plus(end - start)} = {percent(end)}",
    )


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
