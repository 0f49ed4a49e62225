"""`/v1/accounts`: the accounts of the newest run, and one account with its past."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from models.score import AccountCard, Reason
from serving import problems
from serving.addresses import ACCOUNT_ID
from serving.api.account_query import AccountQuery
from serving.api.answering import answered
from serving.api.conditional import UNCHANGED
from serving.api.past import history_out, transition_out
from serving.api.quick import QuickRoute
from serving.api.schemas import (
    AccountDetailOut,
    AccountOut,
    AccountPageOut,
    BandCounts,
    CardOut,
    CauseOut,
    GrowthOut,
    HorizonOut,
    ReasonOut,
    ScoreOut,
    StandingOut,
)
from serving.auth.gate import AccountsReader
from serving.auth.roles import Principal
from serving.presentation import Presentation, Words
from serving.problems import GUARDED, ProblemError, documented, shorten
from serving.store import KEPT, AccountScore, ScoreRepository
from serving.store.lines import Line, LinePage

__all__ = ["AccountQuery", "find", "require", "router"]

SIGNALS = tuple(kept.name for kept in KEPT)
"""What the values of a line are of."""


def router(scores: ScoreRepository, presentation: Presentation, fresh: Any) -> APIRouter:
    """The routes of accounts; `fresh` answers 304 where nothing was published since."""
    routes = APIRouter(prefix="/v1/accounts", tags=["accounts"], route_class=QuickRoute)

    @routes.get(
        "",
        operation_id="list_accounts",
        summary="List accounts",
        dependencies=[fresh],
        responses=documented(
            problems.STALE_CURSOR, problems.INVALID_QUERY, problems.INVALID_CURSOR, *GUARDED
        )
        | UNCHANGED,
    )
    @answered
    def list_accounts(
        query: Annotated[AccountQuery, Query()], principal: AccountsReader
    ) -> AccountPageOut:
        """Accounts of the newest run, by default the likeliest to leave first.

        Following `next_cursor` shows every account exactly once. When a newer run is
        published meanwhile, the cursor is refused with 409 and reading starts anew.
        """
        return page_out(find(scores, query, principal), presentation)

    @routes.get(
        f"/{ACCOUNT_ID}",
        operation_id="get_account",
        summary="Get one account",
        dependencies=[fresh],
        responses=documented(problems.UNKNOWN_ACCOUNT, problems.INVALID_QUERY, *GUARDED)
        | UNCHANGED,
    )
    @answered
    def get_account(
        account_id: Annotated[
            str, Path(description="The company's own id, percent-encoded.", examples=["acc_0417"])
        ],
        principal: AccountsReader,
    ) -> AccountDetailOut:
        """Its newest score with every horizon and reason, and its bands over time."""
        return detail_out(require(scores, account_id, principal), scores, presentation)

    return routes


def find(scores: ScoreRepository, query: AccountQuery, principal: Principal) -> LinePage:
    """The page a query asks for, of the accounts that are the principal's to see."""
    return scores.lines(
        query.question(),
        sort=query.sort,
        limit=query.limit,
        cursor=query.cursor,
        owner=principal.owner,
    )


def require(scores: ScoreRepository, account_id: str, principal: Principal) -> AccountScore:
    """An account's newest score.

    Raises:
        ProblemError: no run holds the account, or it is not the principal's to see, which
            is told alike: nobody learns what other accounts there are.
    """
    found = scores.account(account_id, principal.owner)
    if found is None:
        given = shorten(account_id)
        raise ProblemError(
            problems.UNKNOWN_ACCOUNT,
            f"No published run holds the account {given!r}.",
            given=given,
            allowed="the account_id of an account listed by /v1/accounts",
        )
    return found


def page_out(page: LinePage, presentation: Presentation) -> AccountPageOut:
    """A page as the API shows it."""
    return AccountPageOut(
        as_of=page.run.as_of if page.run else None,
        primary_horizon=page.run.primary_horizon if page.run else None,
        currency=presentation.currency,
        total=page.total,
        counts=BandCounts(**{band.value: number for band, number in page.counts.items()}),
        items=[_item(line, presentation.words) for line in page.items],
        next_cursor=page.next_cursor,
    )


def _item(line: Line, words: Words) -> AccountOut:
    return AccountOut(
        **_card(line),
        as_of=line.as_of,
        band=line.band,
        health_score=line.health_score,
        p_loss=line.risk,
        model_version=line.model_version,
        reason=reason_out(line.reason, words) if line.reason else None,
        expected_loss=line.expected_loss,
        standing=_standing(line),
    )


def _standing(line: Line) -> StandingOut:
    return StandingOut(
        since=line.since,
        previous_as_of=line.previous_as_of,
        previous_band=line.previous_band,
        previous_health_score=line.previous_health,
        previous_p_loss=line.previous_risk,
        p_loss_change=line.risk_change,
        signals=dict(zip(SIGNALS, line.signals, strict=True)),
    )


def detail_out(
    found: AccountScore, scores: ScoreRepository, presentation: Presentation
) -> AccountDetailOut:
    """An account with its past as the API shows it."""
    account_id = found.card.account_id
    return AccountDetailOut(
        account=CardOut(**_card(found.card)),
        active=found.active,
        currency=presentation.currency,
        score=_score(found, presentation.words),
        history=[history_out(point) for point in scores.history(account_id)],
        transitions=[transition_out(change) for change in scores.transitions(account_id)],
    )


def _score(found: AccountScore, words: Words) -> ScoreOut:
    score = found.score
    return ScoreOut(
        as_of=score.as_of,
        band=score.band,
        health_score=score.health_score,
        primary_horizon=found.primary_horizon,
        minimum_lead_days=score.outlook.lead_days,
        horizons=horizons(score.p_loss),
        causes=[
            CauseOut(cause=cause, horizons=horizons(of))
            for cause, of in score.outlook.p_by_cause.items()
        ],
        expansion=[
            GrowthOut(days=days, p_expansion=p) for days, p in score.outlook.p_expansion.items()
        ],
        expected_loss=found.expected_loss,
        model_version=score.model_version,
        base=score.base,
        reasons=[reason_out(reason, words) for reason in score.reasons],
    )


def horizons(chances: Mapping[int, float | None]) -> list[HorizonOut]:
    """Chances by days ahead as the API shows them."""
    return [HorizonOut(days=days, p_loss=p) for days, p in chances.items()]


def _card(of: AccountCard | Line) -> dict[str, Any]:
    return {name: getattr(of, name) for name in CardOut.model_fields}


def reason_out(reason: Reason, words: Words) -> ReasonOut:
    """A reason as the API shows it."""
    return ReasonOut(
        signal=reason.signal,
        value=reason.value,
        contribution=reason.contribution,
        together=reason.together,
        sentence=words(reason),
    )
