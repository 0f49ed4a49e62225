"""`/v1/insights`: what the whole base told when it was last looked at."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serving import problems
from serving.auth.gate import InsightsReader
from serving.auth.roles import Principal
from serving.problems import GUARDED, ProblemError, documented

Part = dict[str, Any]


NAMELESS: Part = {"lookalikes": {}, "references": [], "disagreements": {}}
"""What lists accounts, left empty."""


def visible(found: Mapping[str, Any], principal: Principal) -> dict[str, Any]:
    """What somebody may see: whoever sees only their own accounts gets no list of accounts."""
    return dict(found) if principal.owner is None else {**found, **NAMELESS}


class InsightsOut(BaseModel):
    """What was found over all accounts: association read off the past, not cause."""

    as_of: date = Field(description="The last day whose facts were seen.", examples=["2026-06-30"])
    computed_at: datetime = Field(
        description="When it was worked out, UTC.", examples=["2026-07-01T05:00:00Z"]
    )
    outcome: str = Field(description="What counts as a loss.", examples=["logo_churn"])
    accounts: int = Field(description="Accounts looked at.", examples=[1500])
    segment: str = Field(
        description="The column by which accounts were matched; empty where none tells them apart.",
        examples=["profile__tier"],
    )
    scored: date | None = Field(
        description="Day of the scores that say who is healthy; null where there are none.",
        examples=["2026-06-30"],
    )
    method: str = Field(
        description="How to read all of it.", examples=["Everything is association."]
    )
    leading: Part = Field(
        description="Signals that differ before losses, clearest first, month by month.",
        examples=[{"told": [], "looked": 122}],
    )
    moments: Part = Field(
        description="Early deeds after which accounts stay, judged on accounts not searched.",
        examples=[{"told": [], "searched": 340}],
    )
    beliefs: list[Part] = Field(
        description="The company's beliefs, each with its verdict.",
        examples=[[{"verdict": "supported"}]],
    )
    commonality: Part = Field(
        description="What healthy accounts have in common, by segment.",
        examples=[{"everywhere": [], "differing": []}],
    )
    lookalikes: Part = Field(
        description="Accounts and prospects that resemble the best customers.",
        examples=[{"best": 40, "accounts": []}],
    )
    references: list[Part] = Field(
        description="A healthy customer for each industry and feature.",
        examples=[[{"industry": "Retail", "feature": "export", "account_id": "a1"}]],
    )
    disagreements: Part = Field(
        description="Accounts whose health and contract point in different directions.",
        examples=[{"told": []}],
    )
    product: Part = Field(
        description="Features, tickets and feedback by tier and health.",
        examples=[{"shares": []}],
    )


def router(figures: Path | None) -> APIRouter:
    """The route of insights.

    Args:
        figures: the file that `forewarn insights` writes; None where there is no such place.
    """
    routes = APIRouter(prefix="/v1/insights", tags=["insights"])

    @routes.get(
        "",
        operation_id="get_insights",
        summary="Get what the whole base told",
        responses=documented(problems.NO_INSIGHTS, *GUARDED),
    )
    def get_insights(principal: InsightsReader) -> InsightsOut:
        """Leading indicators, magic moments, beliefs, and the rest, as last worked out.

        Whoever sees only their own accounts gets what holds of all, and no list of accounts.
        """
        if figures is None or not figures.exists():
            raise ProblemError(
                problems.NO_INSIGHTS,
                "Insights were not worked out yet.",
                next="forewarn insights",
            )
        found = json.loads(figures.read_text(encoding="utf-8"))
        return InsightsOut.model_validate(visible(found, principal))

    return routes
