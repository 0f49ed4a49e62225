"""`/livez` and `/readyz`: is the process alive, and is it of use."""

from datetime import UTC, date, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from serving import problems
from serving.live.champion import Champion, Refusal
from serving.problems import Missing, ProblemError, documented
from serving.store import ModelVersionRepository, RunInfo, ScoreRepository
from serving.store.schema import HEAD, revision_of
from serving.store.transactions import reading

FRESH_DAYS = 7
"""Scores are made daily or weekly; anything older means that nobody makes them."""
FIRST_RUN = "forewarn run -c forewarn.toml (or forewarn demo for a simulated company)"


class AliveOut(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class DatabaseOut(BaseModel):
    """The database that holds the store."""

    kind: str = Field(description="sqlite or postgresql.", examples=["postgresql"])
    revision: str = Field(
        description="Revision of its tables; the one this version works with.", examples=["0003"]
    )


class FreshnessOut(BaseModel):
    """How old the newest scores are."""

    as_of: date = Field(description="The day the newest run describes.", examples=["2026-06-30"])
    age_days: int = Field(description="Days since then.", examples=[1])
    fresh: bool = Field(
        description=f"Whether that is at most {FRESH_DAYS} days; older scores are served too.",
        examples=[True],
    )


class ReadyOut(BaseModel):
    """The service is of use; each part on its own."""

    status: Literal["ready"] = "ready"
    champion: str = Field(description="The version that serves.", examples=["v14"])
    as_of: date = Field(description="The day the newest run describes.", examples=["2026-06-30"])
    accounts: int = Field(description="Accounts in the newest run.", examples=[1914])
    database: DatabaseOut = Field(description="It answers, and its tables are the right ones.")
    freshness: FreshnessOut = Field(description="How old the scores are.")
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


def router(engine: Engine, held: Champion | None = None) -> APIRouter:
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
        """Checks the database, the revision of its tables, the champion and the scores.

        Old scores are told and are no reason to serve none: `freshness` is for whoever watches.
        """
        return ready(engine, held)

    return routes


def ready(engine: Engine, held: Champion | None = None, today: date | None = None) -> ReadyOut:
    """What makes the service of use.

    Raises:
        ProblemError: something is missing; it says what, and what brings it.
    """
    try:
        with reading(engine) as connection:
            revision = revision_of(connection)
        if revision != HEAD:
            raise _not_ready([_other_revision(revision)])
        champion = ModelVersionRepository(engine).champion()
        run = ScoreRepository(engine).newest()
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
        database=DatabaseOut(kind=engine.dialect.name, revision=revision),
        freshness=_freshness(run.as_of, today or datetime.now(UTC).date()),
        loaded=serving.promoted.version if serving else None,
        refused=refused.told if refused else None,
    )


def _freshness(as_of: date, today: date) -> FreshnessOut:
    age = (today - as_of).days
    return FreshnessOut(as_of=as_of, age_days=age, fresh=age <= FRESH_DAYS)


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


def _other_revision(found: str) -> Missing:
    detail = f"The tables are of revision {found or 'none'}, and this version works with {HEAD}."
    return Missing(what="migration", detail=detail, next="forewarn db upgrade")


def _no_store() -> Missing:
    remedy = "Check that the database of FOREWARN_STORE runs and may be read."
    return Missing(what="store", detail="The store does not answer.", next=remedy)


def _not_ready(missing: list[Missing]) -> ProblemError:
    detail = " ".join(each.detail for each in missing)
    return ProblemError(problems.NOT_READY, detail, missing=missing, next=missing[0].next)
