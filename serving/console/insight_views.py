"""Insights made ready to print: rows of the leading indicators, and tables for the product."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from serving.charts.curves import CurvePoint, curve
from serving.console import insight_words as words

Part = Mapping[str, Any]
LEADS = ("30", "90", "180")
WIDTH, HEIGHT = 220, 84
LEVEL = 0.05
"""A topic with a corrected p value up to this is beyond chance."""
KINDS = {
    "feature": "Features: used by {healthy} and by {unhealthy} accounts",
    "ticket": "Tickets: brought by {healthy} and by {unhealthy} accounts",
    "feedback": "Feedback: given by {healthy} and by {unhealthy} accounts",
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One signal that differs before losses.

    Attributes:
        aucs: by days ahead, how well it alone tells leavers from others; 0.50 is chance.
        picture: the difference month by month before the loss.
    """

    meaning: str
    group: str
    echoes: str
    typical: str
    moves: str
    aucs: tuple[str, ...]
    picture: Markup
    contrary: bool


@dataclass(frozen=True, slots=True)
class TopicCell:
    """Shares of healthy and unhealthy accounts of one tier; `clear` where beyond chance."""

    healthy: str
    unhealthy: str
    clear: bool


@dataclass(frozen=True, slots=True)
class TopicTable:
    """Topics of one kind, each with its cells by tier."""

    title: str
    tiers: tuple[str, ...]
    rows: tuple[tuple[str, tuple[TopicCell | None, ...]], ...]


def indicators(leading: Part) -> tuple[Indicator, ...]:
    """Every leading indicator, clearest first."""
    return tuple(_indicator(found) for found in leading["told"])


def _indicator(found: Part) -> Indicator:
    meaning = found["column"]["meaning"]
    known = [p for p in found["curve"] if None not in (p["value"], p["low"], p["high"])]
    points = [CurvePoint(p["days"], p["value"], p["low"], p["high"]) for p in known]
    side = "less" if found["difference"]["value"] < 0 else "more"
    title = f"{meaning}: leavers have {side} than accounts that stay, by days before the loss"
    return Indicator(
        meaning=meaning,
        group=found["column"]["group"],
        echoes=words.echoes(found["echoes"]),
        typical=words.typical(found),
        moves=words.moves(found["moves_days"]),
        aucs=tuple(_auc(found["auc"].get(days)) for days in LEADS),
        picture=curve(points, WIDTH, HEIGHT, title),
        contrary=found["contrary"],
    )


def _auc(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def product_tables(product: Part) -> tuple[TopicTable, ...]:
    """Features, tickets and feedback with a clear difference somewhere, a table each."""
    healthy, unhealthy = product["names"]
    tables = []
    for kind, title in KINDS.items():
        mine = [each for each in product["shares"] if each["topic"]["kind"] == kind]
        rows = _rows(mine)
        if rows:
            said = title.format(healthy=healthy, unhealthy=unhealthy)
            tables.append(TopicTable(said, _tiers(mine), rows))
    return tuple(tables)


def _tiers(shares: Sequence[Part]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each["tier"] for each in shares))


def _rows(shares: Sequence[Part]) -> tuple[tuple[str, tuple[TopicCell | None, ...]], ...]:
    """Topics beyond chance in at least one tier, the widest gap first."""
    by_topic: dict[str, dict[str, Part]] = {}
    for each in shares:
        by_topic.setdefault(each["topic"]["name"], {})[each["tier"]] = each
    clear = {k: v for k, v in by_topic.items() if any(_clear(each) for each in v.values())}
    ordered = sorted(clear.items(), key=lambda item: -max(map(_gap, item[1].values())))
    tiers = _tiers(shares)
    return tuple(
        (name, tuple(_cell(cells[tier]) if tier in cells else None for tier in tiers))
        for name, cells in ordered
    )


def _clear(share: Part) -> bool:
    return share["q"] is not None and share["q"] <= LEVEL


def _gap(share: Part) -> float:
    gap: float = abs((share["healthy"] or 0.0) - (share["unhealthy"] or 0.0))
    return gap


def _cell(share: Part) -> TopicCell:
    return TopicCell(words.share(share["healthy"]), words.share(share["unhealthy"]), _clear(share))
