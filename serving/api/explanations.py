"""`/v1/explanations`: why one account has its score, and what changed."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from models.score import Band
from serving import problems
from serving.addresses import ACCOUNT_ID
from serving.api.accounts import require
from serving.api.answering import answered
from serving.api.conditional import UNCHANGED
from serving.api.days import Day
from serving.api.meanings import BAND
from serving.api.quick import QuickRoute, few_at_once
from serving.auth.gate import AccountsReader
from serving.live import Explain, NotExplained
from serving.problems import GUARDED, ProblemError, documented, shorten
from serving.store import ScoreRepository

ALONE = "This service runs beside no workspace, and models and snapshots are kept there."


class ExplanationQuery(BaseModel):
    """Which dates."""

    model_config = ConfigDict(extra="forbid")

    as_of: Day | None = Field(
        default=None, description="The day to explain; by default the newest that was scored."
    )
    since: Day | None = Field(
        default=None, description="The earlier day to compare with; by default the one before."
    )


class ExplanationOut(BaseModel):
    """Every list adds up: reasons with their base to the chance, a change to the difference.

    `points` are percentage points of the chance of loss within the primary horizon; positive
    pushes towards leaving.
    """

    account_id: str = Field(description="The company's own id.", examples=["acc_0417"])
    as_of: date = Field(description="The day explained.", examples=["2026-06-30"])
    model_version: str = Field(description="The version that scored the day.", examples=["v14"])
    band: Band = Field(description=BAND, examples=["red"])
    p_loss: dict[int, float] = Field(
        description="Chance of loss by days ahead: 0 to 1, lower is better.", examples=[{90: 0.62}]
    )
    primary_horizon: int = Field(description="Days that are explained.", examples=[90])
    chance: float = Field(description="Chance within these days, 0 to 1.", examples=[0.62])
    base_chance: float = Field(
        description="Before any signal is looked at; the reasons' points lead to the chance.",
        examples=[0.05],
    )
    reasons: list[dict[str, Any]] = Field(
        description="Families of signals, largest first, then all others together: value, what"
        " is usual for the account (`own`) and its peers, trend, points, and a sentence."
    )
    reasons_with_unsteady_sign: int = Field(
        description="Among the others: as large, but of a sign that is not sure.", examples=[0]
    )
    peers: dict[str, Any] = Field(description="What peers share, and how many they are.")
    groups: dict[str, Any] | None = Field(
        description="Shapley values by group on the chance itself, against the mean chance of"
        " typical accounts; null for a model that kept none."
    )
    since: date | None = Field(description="The day compared with.", examples=["2026-05-31"])
    change: dict[str, Any] | None = Field(
        description="Terms that add up to the change of the chance, and the signals behind them."
    )
    band_change: dict[str, Any] | None = Field(description="Both bands, and the cause.")
    not_compared: str = Field(description="Why there is no change; empty where there is one.")
    what_would_help: dict[str, Any] = Field(
        description="The smallest change that goes with a better band, within what peers did;"
        " `sentence` says so where there is none. An association, not a promise."
    )
    similar: list[dict[str, Any]] = Field(
        description="Accounts of the past that were explained alike, those that left first, and"
        " what those that stayed did next."
    )


def router(explain: Explain | None, scores: ScoreRepository, fresh: Any) -> APIRouter:
    """The routes of explanations; without `explain` they say that there are none.

    `fresh` answers 304 where nothing was published since, to whoever names no date: a date that
    was not scored is explained from facts, and those come without a publication.
    """
    routes = APIRouter(prefix="/v1/explanations", tags=["accounts"], route_class=QuickRoute)

    @routes.get(
        f"/{ACCOUNT_ID}",
        operation_id="explain_account",
        summary="Explain one account",
        dependencies=[fresh],
        responses=documented(problems.NOT_EXPLAINED, problems.INVALID_QUERY, *GUARDED) | UNCHANGED,
    )
    @few_at_once
    @answered
    def explain_account(
        account_id: Annotated[
            str, Path(description="The company's own id, percent-encoded.", examples=["acc_0417"])
        ],
        query: Annotated[ExplanationQuery, Query()],
        principal: AccountsReader,
    ) -> ExplanationOut:
        """Why it has its score, and why that is another than it was.

        Worked out when asked for, from the stored snapshots and the model that scored the day;
        a day that was not scored is computed, which takes as long as scoring does.
        """
        if principal.owner is not None:
            require(scores, account_id, principal)
        if explain is None:
            raise ProblemError(problems.NOT_EXPLAINED, ALONE)
        try:
            found = explain(account_id, query.as_of, query.since)
        except NotExplained as error:
            given = shorten(account_id)
            raise ProblemError(problems.NOT_EXPLAINED, str(error), given=given) from error
        if principal.owner is not None:
            found["similar"] = [_nameless(each, account_id) for each in found["similar"]]
        return ExplanationOut.model_validate(found)

    return routes


def _nameless(similar: dict[str, Any], own: str) -> dict[str, Any]:
    """An account that was alike, without its id: whoever asks may see only their own."""
    named = similar["account"]
    if named == own:
        return similar
    sentence = similar["sentence"].replace(named, "an account", 1)  # it begins with it
    return {**similar, "account": "", "sentence": sentence}
