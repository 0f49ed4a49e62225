"""`/livez` and `/readyz`: is the process alive, and is it of use."""

from datetime import date
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError

from serving import problems
from serving.live.champion import Champion, Refusal
from serving.problems import Missing, ProblemError, documented
from serving.store import ModelVersionRepository, RunInfo, ScoreRepository

FIRST_RUN = "forewarn run -c forewarn.toml (or forewarn demo for a simulated company)"


class AliveOut(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class ReadyOut(BaseModel):
    """The service is of use."""

    status: Literal["ready"] = "ready"
    champion: str = Field(description="The version that serves.", examples=["v14"])
    as_of: date = Field(description="The day the newest run describes.", examples=["2026-06-30"])
    accounts: int = Field(description="Accounts in the newest run.", examples=[1914])
    loaded: str | None = Field(
        default=None,
        description="The version that this process scores rows with; null beside no workspace.",
        examples=["v14"],
    )
    refused: str | None = Field(
        default=None,
        description="Why the champion is not the version loaded: its bundle is missing or is not"
        " what was promoted. The one loaded goes on.",
    )


def router(
    scores: ScoreRepository, versions: ModelVersionRepository, held: Champion | None = None
) -> APIRouter:
    """The routes of health."""
    routes = APIRouter(tags=["health"])

    @routes.get(
        "/livez",
        operation_id="get_livez",
        summary="Is the process alive?",
        responses=documented(),
    )
    def get_livez() -> AliveOut:
        """Touches nothing but the process itself."""
        return AliveOut()

    @routes.get(
        "/readyz",
        operation_id="get_readyz",
        summary="Is the service of use?",
        responses=documented(problems.NOT_READY),
    )
    def get_readyz() -> ReadyOut:
        """Checks that the store answers, a champion serves and scores are published."""
        return ready(scores, versions, held)

    return routes


def ready(
    scores: ScoreRepository, versions: ModelVersionRepository, held: Champion | None = None
) -> ReadyOut:
    """What makes the service of use.

    Raises:
        ProblemError: something is missing; it says what, and what brings it.
    """
    try:
        champion, run = versions.champion(), scores.newest()
    except SQLAlchemyError as error:
        raise _not_ready([_no_store()]) from error
    if champion is None or run is None or run.accounts == 0:
        raise _not_ready(_missing(champion is not None, run))
    serving, refused = (held.serving, held.refused) if held else (None, None)
    if held and serving is None:
        raise _not_ready([_no_bundle(refused)])
    return ReadyOut(
        champion=champion.version,
        as_of=run.as_of,
        accounts=run.accounts,
        loaded=serving.promoted.version if serving else None,
        refused=refused.told if refused else None,
    )


def _no_bundle(refused: Refusal | None) -> Missing:
    detail = f"No model could be loaded. {refused.told if refused else ''}".strip()
    return Missing(what="model", detail=detail, next="forewarn promote VERSION --reason TEXT")


def _missing(has_champion: bool, run: RunInfo | None) -> list[Missing]:
    missing = []
    if not has_champion:
        detail = "No model version was promoted."
        missing.append(Missing(what="champion", detail=detail, next=FIRST_RUN))
    if run is None or run.accounts == 0:
        detail = "No scores are published." if run is None else "The newest run has no accounts."
        remedy = "forewarn score --as-of DATE" if has_champion else FIRST_RUN
        missing.append(Missing(what="scores", detail=detail, next=remedy))
    return missing


def _no_store() -> Missing:
    remedy = "Check that the database of FOREWARN_STORE runs and may be read."
    return Missing(what="store", detail="The store does not answer.", next=remedy)


def _not_ready(missing: list[Missing]) -> ProblemError:
    detail = " ".join(each.detail for each in missing)
    return ProblemError(problems.NOT_READY, detail, missing=missing, next=missing[0].next)
