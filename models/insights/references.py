"""Customers to point to: a healthy one in an industry that uses a feature."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.insights.product import Topic
from models.insights.standing import Standing

INDUSTRY = "profile__industry"


@dataclass(frozen=True)
class Reference:
    """One customer for Sales and Marketing to ask.

    Attributes:
        industry: the customer's.
        feature: what it uses.
        account_id: the healthy account of that industry that uses it most.
        uses: how often in the last three months.
        others: how many more healthy accounts of the industry use it.
    """

    industry: str
    feature: str
    account_id: str
    health: float
    uses: float
    others: int


def references(standing: Standing, topics: Sequence[Topic]) -> tuple[Reference, ...]:
    """For each industry and feature the healthy account that uses it most.

    Only green accounts are named where there are enough of them; see `Standing.healthy`.
    """
    if not standing.has(INDUSTRY):
        return ()
    industries = standing.words(INDUSTRY)
    found = []
    for industry in sorted(industries.unique()):
        mine = (industries == industry).to_numpy(bool) & standing.healthy
        for topic in topics:
            if topic.kind == "feature" and standing.has(topic.column) and mine.any():
                found.append(_reference(standing, topic, industry, mine))
    return tuple(each for each in found if each is not None)


def _reference(
    standing: Standing, topic: Topic, industry: str, mine: np.ndarray
) -> Reference | None:
    uses = np.where(mine, np.nan_to_num(standing.numbers(topic.column)), 0.0)
    place = int(uses.argmax())
    if uses[place] <= 0:
        return None
    name = str(standing.now["account_id"].iloc[place])
    health = float(standing.scores[place])
    return Reference(
        industry, topic.name, name, health, float(uses[place]), int((uses > 0).sum()) - 1
    )
