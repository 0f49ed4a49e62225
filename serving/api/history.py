"""`/v1/history`: the scores of one account over time, and its changes of band.

Not below `/v1/accounts/{account_id}`: an id may end in "/history" itself.
"""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from serving import problems
from serving.addresses import ACCOUNT_ID
from serving.api.accounts import require
from serving.api.answering import answered
from serving.api.conditional import UNCHANGED
from serving.api.days import Day
from serving.api.past import HistoryOut, TransitionOut, history_out, transition_out
from serving.api.quick import QuickRoute
from serving.api.schemas import ScaleOut
from serving.auth.gate import AccountsReader
from serving.problems import GUARDED, documented
from serving.store import ScoreRepository


class HistoryQuery(BaseModel):
    """Which days."""

    model_config = ConfigDict(extra="forbid")

    since: Day | None = Field(
        default=None, description="From this day on.", examples=["2026-01-01"]
    )
    until: Day | None = Field(default=None, description="Up to this day.", examples=["2026-06-30"])

    def holds(self, day: date) -> bool:
        """Whether a day is asked for."""
        return (self.since or date.min) <= day <= (self.until or date.max)


class AccountHistoryOut(BaseModel):
    """What was said of one account over time."""

    account_id: str = Field(description="The company's own id.", examples=["acc_0417"])
    scale: ScaleOut = Field(default_factory=ScaleOut, description="How to read the numbers.")
    scores: list[HistoryOut] = Field(description="Its last 400 scores at most, oldest first.")
    transitions: list[TransitionOut] = Field(description="Its changes of band, oldest first.")


def router(scores: ScoreRepository, fresh: Any) -> APIRouter:
    """The route of history; `fresh` answers 304 where nothing was published since."""
    routes = APIRouter(prefix="/v1/history", tags=["accounts"], route_class=QuickRoute)

    @routes.get(
        f"/{ACCOUNT_ID}",
        operation_id="get_history",
        summary="Get the past of one account",
        dependencies=[fresh],
        responses=documented(problems.UNKNOWN_ACCOUNT, problems.INVALID_QUERY, *GUARDED)
        | UNCHANGED,
    )
    @answered
    def get_history(
        account_id: Annotated[
            str, Path(description="The company's own id, percent-encoded.", examples=["acc_0417"])
        ],
        query: Annotated[HistoryQuery, Query()],
        principal: AccountsReader,
    ) -> AccountHistoryOut:
        """Its scores as they were published, and every change of band with its cause.

        A score is kept as it was said, whatever has become known since.
        """
        require(scores, account_id, principal)
        points, changes = scores.history(account_id), scores.transitions(account_id)
        return AccountHistoryOut(
            account_id=account_id,
            scores=[history_out(each) for each in points if query.holds(each.as_of)],
            transitions=[transition_out(each) for each in changes if query.holds(each.as_of)],
        )

    return routes
