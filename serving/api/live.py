"""`/v1/scores`, and what-ifs and levers of an account: answers that are worked out at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path

from models.churn_model import ChurnModel
from models.score import Score
from serving import problems
from serving.addresses import ACCOUNT_ID
from serving.api.accounts import horizons, reason_out, require
from serving.api.answering import answered
from serving.api.explanations import ALONE
from serving.api.live_schemas import (
    BatchIn,
    BatchOut,
    LeversOut,
    RowScoreOut,
    WhatIfIn,
    WhatIfOut,
)
from serving.api.quick import QuickRoute
from serving.auth.gate import AccountsReader, RowScorer
from serving.live import CloseUp, NotAllowed, NotExplained
from serving.live.batch import Batch, SignalsOf
from serving.live.champion import Champion
from serving.presentation import Words
from serving.problems import GUARDED, Fault, ProblemError, documented, shorten
from serving.store import ScoreRepository

Answer = TypeVar("Answer")
FAULTS_TOLD = 50
AccountId = Annotated[
    str, Path(description="The company's own id, percent-encoded.", examples=["acc_0417"])
]


@dataclass(frozen=True)
class Live:
    """What scores rows that are sent in.

    Attributes:
        champion: the model that serves.
        batch: scores with it.
        today: the present day, UTC.
        prepare: makes what requests of a new run would have to wait for.
        vocabulary: names the words that are known, which a new champion may bring.
    """

    champion: Champion
    batch: Batch
    today: Callable[[], date] = lambda: datetime.now(UTC).date()
    prepare: Callable[[], None] = lambda: None
    vocabulary: Callable[[], str] = str


def of_accounts(close_up: CloseUp | None, scores: ScoreRepository) -> APIRouter:
    """The routes of levers and what-ifs; without `close_up` they say that there are none."""
    routes = APIRouter(prefix="/v1/accounts", tags=["accounts"], route_class=QuickRoute)

    @routes.get(
        f"/{ACCOUNT_ID}/levers",
        operation_id="get_levers",
        summary="What people can act on",
        responses=documented(
            problems.UNKNOWN_ACCOUNT, problems.NOT_EXPLAINED, problems.INVALID_QUERY, *GUARDED
        ),
    )
    @answered
    def get_levers(account_id: AccountId, principal: AccountsReader) -> LeversOut:
        """The signals of one account that people can act on, and what peers hold of each.

        Windows of one signal are listed one by one; in life they move together.
        """
        require(scores, account_id, principal)
        found = _told(account_id, lambda: _at_hand(close_up).levers(account_id))
        return LeversOut.model_validate(found, from_attributes=True)

    @routes.post(
        f"/{ACCOUNT_ID}/what-if",
        operation_id="ask_what_if",
        summary="Were some signals otherwise",
        responses=documented(
            problems.UNKNOWN_ACCOUNT,
            problems.NOT_EXPLAINED,
            problems.INVALID_QUERY,
            problems.INVALID_BODY,
            problems.TOO_LARGE,
            problems.INVALID_SIGNALS,
            *GUARDED,
        ),
    )
    @answered
    def ask_what_if(account_id: AccountId, asked: WhatIfIn, principal: AccountsReader) -> WhatIfOut:
        """What the model that scored the newest run would say, were some signals otherwise.

        An association, not a promise. Nothing is stored. Without changes it gives what was
        published.
        """
        require(scores, account_id, principal)
        found = _told(account_id, lambda: _at_hand(close_up).what_if(account_id, asked.signals))
        return WhatIfOut.model_validate(found, from_attributes=True)

    return routes


def of_rows(live: Live | None, words: Words) -> APIRouter:
    """The route that scores rows; without `live` it says that no model is at hand."""
    routes = APIRouter(prefix="/v1/scores", tags=["scores"], route_class=QuickRoute)

    @routes.post(
        "",
        operation_id="score_rows",
        summary="Score rows of signals",
        responses=documented(
            problems.NO_CHAMPION,
            problems.INVALID_BODY,
            problems.TOO_LARGE,
            problems.INVALID_SIGNALS,
            *GUARDED,
        ),
    )
    @answered
    def score_rows(asked: BatchIn, principal: RowScorer) -> BatchOut:  # noqa: ARG001
        """Score rows with the model that serves, to the last bit as the batch job would.

        Nothing is stored. A signal that is not named is not known, which is something else than
        0. A word that the model never saw is read as not known.
        """
        serving = live.champion.serving if live else None
        if live is None or serving is None:
            raise ProblemError(problems.NO_CHAMPION, ALONE if live is None else _no_model(live))
        as_of = asked.as_of or live.today()
        rows = [SignalsOf(row.account_id, row.signals) for row in asked.accounts]
        found = _usable(lambda: live.batch.score(serving.model, rows, as_of))
        return _batch(found, serving.model, as_of, words)

    return routes


def _batch(found: list[Score], model: ChurnModel, as_of: date, words: Words) -> BatchOut:
    return BatchOut(
        as_of=as_of,
        model_version=model.version,
        primary_horizon=model.primary_horizon,
        items=[
            RowScoreOut(
                account_id=score.account_id,
                band=score.band,
                health_score=score.health_score,
                horizons=horizons(score.p_loss),
                base=score.base,
                reasons=[reason_out(reason, words) for reason in score.reasons],
            )
            for score in found
        ],
    )


def _at_hand(close_up: CloseUp | None) -> CloseUp:
    if close_up is None:
        raise NotExplained(ALONE)
    return close_up


def _told(account_id: str, look: Callable[[], Answer]) -> Answer:
    """What is looked for, or the problem that stands in the way."""
    try:
        return _usable(look)
    except NotExplained as error:
        given = shorten(account_id)
        raise ProblemError(problems.NOT_EXPLAINED, str(error), given=given) from error


def _usable(look: Callable[[], Answer]) -> Answer:
    try:
        return look()
    except NotAllowed as error:
        faults = [
            Fault(
                parameter=shorten(each.signal),
                given=shorten(each.given),
                allowed=each.allowed,
                detail=f"Allowed is {each.allowed}.",
            )
            for each in error.refused[:FAULTS_TOLD]
        ]
        count = len(error.refused)
        detail = f"{count} value{'s' if count > 1 else ''} cannot be used; nothing was scored."
        raise ProblemError(problems.INVALID_SIGNALS, detail, errors=faults) from error


def _no_model(live: Live) -> str:
    refused = live.champion.refused
    if refused is None:
        return "No model version was promoted."
    return f"No model is loaded. {refused.told}"
