"""What jobs look like from outside."""

from datetime import UTC, date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from serving.api.days import Day
from serving.store import JobState


class JobIn(BaseModel):
    """A job as somebody wants it."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["score", "insights"] = Field(
        description="`score`: score all accounts with the model that serves, and publish. "
        "`insights`: look at the whole base anew, for `/v1/insights`.",
        examples=["score"],
    )
    as_of: Day | None = Field(
        default=None,
        description="The day to describe; by default the last one of the data.",
        examples=["2026-06-30"],
    )

    @field_validator("as_of")
    @classmethod
    def _not_ahead(cls, as_of: date | None) -> date | None:
        if as_of is not None and as_of > datetime.now(UTC).date():
            raise ValueError("as_of lies in the future")
        return as_of


class JobOut(BaseModel):
    """A job and how far it is."""

    job_id: str = Field(
        description="Names it for good.", examples=["3b0c9c1d5f6e4f0a8b7a6d5c4b3a2918"]
    )
    kind: str = Field(description="What is done.", examples=["score"])
    asked_by: str = Field(description="Who started it.", examples=["nightly"])
    asked: dict[str, Any] = Field(
        description="With what it was started.", examples=[{"as_of": "2026-06-30"}]
    )
    state: JobState = Field(description="Where it stands.", examples=["running"])
    progress: float = Field(
        ge=0, le=1, description="0 to 1, as far as it can be told.", examples=[0.5]
    )
    message: str = Field(
        description="The last thing it said; of a failed job the reason.",
        examples=["snapshots: 8 of 16 buckets at 1 date"],
    )
    created_at: datetime = Field(
        description="When it was asked for, UTC.", examples=["2026-07-01T05:00:00Z"]
    )
    started_at: datetime | None = Field(
        description="When its process took it up, UTC.", examples=["2026-07-01T05:00:02Z"]
    )
    ended_at: datetime | None = Field(
        description="When it ended, UTC; null before.", examples=["2026-07-01T05:01:40Z"]
    )
    result: dict[str, Any] = Field(
        description="What it found; empty before it is done.",
        examples=[{"as_of": "2026-06-30", "accounts": 1914}],
    )


class JobsOut(BaseModel):
    """The jobs that were started last."""

    items: list[JobOut] = Field(description="Newest first.")
