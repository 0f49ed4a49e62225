"""What was found as one self-contained page."""

import math
from collections.abc import Sequence

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from models.insights.leading import LEADS, Indicator
from models.insights.multiple import LEVEL
from models.insights.product import EVERYONE, ProductView, TopicShare
from pipelines.insights import words
from pipelines.insights.body import METHOD
from pipelines.insights.job import InsightsResult
from serving import format
from serving.charts.curves import CurvePoint, curve

PICTURES = 12
LISTED = 15
WIDTH, HEIGHT = 330, 130


def render(found: InsightsResult) -> str:
    """The page: HTML with its style inside, no script, nothing fetched from anywhere."""
    return (
        _environment(found)
        .get_template("insights.html")
        .render(
            found=found,
            method=METHOD,
            leads=LEADS,
            level=LEVEL,
            listed=LISTED,
            pictures=[(each, picture(each)) for each in found.leading.told[:PICTURES]],
            tiers=list(dict.fromkeys(s.tier for s in found.product.shares)),
            topics=lambda kinds: topic_rows(found.product, kinds),
        )
    )


def picture(indicator: Indicator) -> Markup:
    """The curve of a signal over the months before losses."""
    drawn = [
        CurvePoint(p.days, p.value, p.low, p.high)
        for p in indicator.curve
        if math.isfinite(p.value) and math.isfinite(p.low)
    ]
    title = f"{indicator.column.meaning}: leavers less matched accounts that stayed, by days before"
    return curve(drawn, WIDTH, HEIGHT, title)


def topic_rows(
    product: ProductView, kinds: Sequence[str]
) -> list[tuple[str, dict[str, TopicShare]]]:
    """Each topic of some kinds with its shares by tier, the widest difference first."""
    rows: dict[str, dict[str, TopicShare]] = {}
    for share in product.shares:
        if share.topic.kind in kinds:
            rows.setdefault(share.topic.name, {})[share.tier] = share
    return sorted(rows.items(), key=lambda row: -_apart(row[1][EVERYONE]))


def _apart(share: TopicShare) -> float:
    gap = abs(share.healthy - share.unhealthy)
    return gap if math.isfinite(gap) else 0.0


def _environment(found: InsightsResult) -> Environment:
    environment = Environment(
        loader=ChoiceLoader(
            [PackageLoader("pipelines.insights"), PackageLoader("pipelines.report")]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"words": words}
    environment.filters |= {
        "day": format.day,
        "count": format.count,
        "named": lambda account: found.names.get(account, account),
    }
    return environment
