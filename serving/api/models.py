"""`/v1/models`: the model that serves."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serving import problems
from serving.auth.gate import ModelsReader
from serving.problems import GUARDED, ProblemError, documented
from serving.store import ModelVersionRepository


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


def router(versions: ModelVersionRepository) -> APIRouter:
    """The routes of models."""
    routes = APIRouter(prefix="/v1/models", tags=["models"])

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

    return routes
