"""`/v1/models`: the versions there are, and the one that serves."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from serving import problems
from serving.auth.gate import ModelsReader
from serving.problems import GUARDED, ProblemError, documented
from serving.store import (
    Cause,
    ModelAction,
    ModelChangeRepository,
    ModelRecord,
    ModelVersionRepository,
)

PAGE_LIMIT = 200


class ModelOut(BaseModel):
    """A model version."""

    version: str = Field(description="Names the version for good.", examples=["v14"])
    created_at: datetime = Field(
        description="When training ended, UTC.", examples=["2026-06-30T21:15:00Z"]
    )
    flavour: str = Field(description="The kind of model.", examples=["lightgbm"])
    outcome: str = Field(description="What it foretells.", examples=["logo_churn"])
    horizons: list[int] = Field(
        description="Days ahead for which evidence exists.", examples=[[30, 90, 180]]
    )
    primary_horizon: int = Field(description="Days that bands and health rest on.", examples=[90])
    metrics: dict[str, Any] = Field(
        description="Figures of the test period; null where not measurable.",
        examples=[{"90": {"auc": 0.81, "log_loss": 0.19}}],
    )
    bands: dict[str, Any] = Field(
        description="Thresholds of the bands on the chance of loss, by tier; `all`: the others.",
        examples=[{"all": {"red_from": 0.31, "green_below": 0.06, "promise": 0.04}}],
    )
    data_as_of: date = Field(
        description="The last day of the data it learnt from.", examples=["2026-06-30"]
    )
    run_id: str = Field(description="The tracking run.", examples=["6f1dc7"])
    digest: str = Field(description="SHA-256 of the bundle's manifest.", examples=["ab12…"])


class PromotionOut(BaseModel):
    """How a version came to serve, the last time that it did."""

    at: datetime = Field(description="When, UTC.", examples=["2026-07-01T08:12:00Z"])
    by: str = Field(description="Who let it serve.", examples=["Mara Okonkwo"])
    action: ModelAction = Field(description="What brought it into service.", examples=["promoted"])
    reason: str = Field(
        description="In the words of whoever did it.", examples=["better on every count"]
    )


class VersionOut(ModelOut):
    """A model version, and whether it serves or ever did."""

    alias: Literal["champion"] | None = Field(
        description="`champion` for the one that serves; null for all others.",
        examples=["champion"],
    )
    promoted: PromotionOut | None = Field(
        description="How it came to serve; null for a version that never did."
    )


class VersionsOut(BaseModel):
    """The versions that were trained or served."""

    items: list[VersionOut] = Field(description="Those trained last first.")


class VersionsQuery(BaseModel):
    """How many."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=PAGE_LIMIT, description="Versions that are listed.")


def router(versions: ModelVersionRepository, changes: ModelChangeRepository) -> APIRouter:
    """The routes of models."""
    routes = APIRouter(prefix="/v1/models", tags=["models"])
    _add_listing(routes, versions, changes)
    _add_champion(routes, versions)
    return routes


def _add_listing(
    routes: APIRouter, versions: ModelVersionRepository, changes: ModelChangeRepository
) -> None:
    @routes.get(
        "",
        operation_id="list_models",
        summary="List model versions",
        responses=documented(problems.INVALID_QUERY, *GUARDED),
    )
    def list_models(
        query: Annotated[VersionsQuery, Query()],
        principal: ModelsReader,  # noqa: ARG001  the rule is all
    ) -> VersionsOut:
        """Every version with its figures of the test period, and how it came to serve.

        A version that was refused is listed too: it was trained.
        """
        champion = versions.champion()
        name = champion.version if champion else None
        causes = {change.to_version: change.cause for change in changes.all()}
        found = versions.newest(query.limit)
        return VersionsOut(items=[_version(each, name, causes) for each in found])


def _add_champion(routes: APIRouter, versions: ModelVersionRepository) -> None:
    @routes.get(
        "/champion",
        operation_id="get_champion",
        summary="Get the model that serves",
        responses=documented(problems.NO_CHAMPION, *GUARDED),
    )
    def get_champion(principal: ModelsReader) -> ModelOut:  # noqa: ARG001  the rule is all
        """The champion: its flavour, horizons, figures of the test period and thresholds."""
        champion = versions.champion()
        if champion is None:
            raise ProblemError(
                problems.NO_CHAMPION,
                "No model version was promoted yet.",
                next="forewarn run -c forewarn.toml",
            )
        return ModelOut.model_validate(asdict(champion))


def _version(record: ModelRecord, champion: str | None, causes: Mapping[str, Cause]) -> VersionOut:
    cause = causes.get(record.version)
    return VersionOut(
        **asdict(record),
        alias="champion" if record.version == champion else None,
        promoted=None
        if cause is None
        else PromotionOut.model_validate(cause, from_attributes=True),
    )
