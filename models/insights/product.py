"""What the product is to healthy and unhealthy accounts: features, feedback, tickets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from models.dataset import Mask
from models.insights.crosstab import Shares, shares_of
from models.insights.multiple import false_discovery
from models.insights.standing import NO_SCORES, Standing

EVERYONE = "all"
BACK_DAYS = 90


@dataclass(frozen=True)
class Topic:
    """Something of the product whose use, or mention, is counted in a snapshot column.

    Attributes:
        kind: `feature`, `ticket` or `feedback`.
        name: in the company's own words.
        column: its count in a window.
    """

    kind: str
    name: str
    column: str


@dataclass(frozen=True)
class TopicShare:
    """A topic in one tier, by health.

    Attributes:
        tier: `all` for every account.
        healthy: share of healthy accounts with it; `unhealthy`: of unhealthy ones.
        q: level of false discovery of the difference.
        stopped: share of unhealthy accounts that had it three months ago and have it no more;
            `stopped_healthy`: of healthy ones. NaN where nobody had it.
        stopped_accounts: how many unhealthy accounts that are.
        q_stopped: level of false discovery of that difference.
    """

    topic: Topic
    tier: str
    healthy: float
    unhealthy: float
    q: float
    stopped: float
    stopped_healthy: float
    stopped_accounts: int
    q_stopped: float


@dataclass(frozen=True)
class ProductView:
    """Every topic by tier and health; `names` says who is healthy and unhealthy here."""

    names: tuple[str, str]
    shares: tuple[TopicShare, ...]
    reason: str = ""

    def lacking(self, level: float) -> tuple[TopicShare, ...]:
        """Features that unhealthy accounts lack and healthy ones have, widest gap first."""
        found = [s for s in self._features() if s.q <= level and s.healthy > s.unhealthy]
        return tuple(sorted(found, key=lambda s: s.unhealthy - s.healthy))

    def abandoned(self, level: float) -> tuple[TopicShare, ...]:
        """Features that unhealthy accounts stopped using and healthy ones did not."""
        found = [
            s for s in self._features() if s.q_stopped <= level and s.stopped > s.stopped_healthy
        ]
        return tuple(sorted(found, key=lambda s: s.stopped_healthy - s.stopped))

    def brought(self, level: float) -> tuple[TopicShare, ...]:
        """Tickets and feedback that unhealthy accounts bring more than healthy ones."""
        others = [s for s in self.shares if s.topic.kind != "feature"]
        found = [s for s in others if s.q <= level and s.unhealthy > s.healthy]
        return tuple(sorted(found, key=lambda s: s.healthy - s.unhealthy))

    def _features(self) -> Iterable[TopicShare]:
        return (s for s in self.shares if s.topic.kind == "feature")


def product_view(standing: Standing, topics: Sequence[Topic]) -> ProductView:
    """Compare healthy and unhealthy accounts, topic by topic and tier by tier."""
    known = [t for t in topics if standing.has(t.column)]
    if not known or not standing.healthy.any() or not standing.unhealthy.any():
        reason = "no features, tickets or feedback are known" if len(standing) else NO_SCORES
        return ProductView(standing.names, (), reason)
    cells = [(t, tier, mine) for t in known for tier, mine in _tiers(standing)]
    today, stopped = zip(*(_shares(standing, topic, mine) for topic, _, mine in cells), strict=True)
    q, q_stopped = (false_discovery([s.p for s in each]) for each in (today, stopped))
    shares = [
        TopicShare(
            topic=topic,
            tier=tier,
            healthy=today[n].first,
            unhealthy=today[n].second,
            q=float(q[n]),
            stopped=stopped[n].second,
            stopped_healthy=stopped[n].first,
            stopped_accounts=stopped[n].doing[1],
            q_stopped=float(q_stopped[n]),
        )
        for n, (topic, tier, _) in enumerate(cells)
    ]
    return ProductView(standing.names, tuple(shares))


def _shares(standing: Standing, topic: Topic, mine: Mask) -> tuple[Shares, Shares]:
    """Who has it today, and of those that had it who stopped: healthy against unhealthy."""
    now, then = _now(standing, topic), _then(standing, topic)
    good, bad = mine & standing.healthy, mine & standing.unhealthy
    return shares_of(now, good, bad), shares_of(then & ~now, then & good, then & bad)


def _tiers(standing: Standing) -> Iterable[tuple[str, Mask]]:
    yield EVERYONE, np.ones(len(standing), bool)
    names = sorted(standing.groups.unique())
    if len(names) > 1:
        for name in names:
            yield name, (standing.groups == name).to_numpy(bool)


def _now(standing: Standing, topic: Topic) -> Mask:
    return np.asarray(np.nan_to_num(standing.numbers(topic.column)) > 0)


def _then(standing: Standing, topic: Topic) -> Mask:
    return np.asarray(np.nan_to_num(standing.before(topic.column, BACK_DAYS)) > 0)
