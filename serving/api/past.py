"""What was said of an account before: its past scores, and its changes of band."""

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, Field

from models.score import Band
from serving.api.meanings import BAND, CHANCE, HEALTH
from serving.store import HistoryPoint, Transition


class HistoryOut(BaseModel):
    """One past score."""

    as_of: date = Field(description="The day the score describes.", examples=["2026-05-31"])
    band: Band = Field(description=BAND, examples=["yellow"])
    health_score: float | None = Field(description=HEALTH, examples=[65.0])
    p_loss: float | None = Field(description=CHANCE, examples=[0.35])
    primary_horizon: int = Field(description="Days, as of that run.", examples=[90])
    model_version: str = Field(description="The version that made the score.", examples=["v13"])


class TermOut(BaseModel):
    """One thing that moved an account towards its new band, or held it back."""

    term: str = Field(
        description="A group of signals, or what else changed: a model, its thresholds, data.",
        examples=["engagement"],
    )
    points: float = Field(
        description="Its share in percentage points of the chance of loss; positive pushes"
        " towards a worse band.",
        examples=[13.6],
    )


class TransitionOut(BaseModel):
    """A change of band between two successive runs."""

    previous_as_of: date = Field(description="The run before.", examples=["2026-05-31"])
    as_of: date = Field(description="The run that saw the change.", examples=["2026-06-30"])
    from_band: Band = Field(description="Band before.", examples=["yellow"])
    to_band: Band = Field(description="Band after.", examples=["red"])
    from_p_loss: float | None = Field(
        description="Chance of loss before, 0 to 1, lower is better; null where unknown.",
        examples=[0.21],
    )
    to_p_loss: float | None = Field(
        description="Chance of loss since, likewise; null where unknown.", examples=[0.62]
    )
    cause: str = Field(
        description="Why, as a code; empty where it is not told.", examples=["behaviour"]
    )
    terms: list[TermOut] | None = Field(
        description="What the way over the threshold adds up from, largest first; null where it"
        " is not told."
    )


def history_out(point: HistoryPoint) -> HistoryOut:
    """A past score as the API shows it."""
    return HistoryOut(
        as_of=point.as_of,
        band=point.band,
        health_score=point.health_score,
        p_loss=point.risk,
        primary_horizon=point.primary_horizon,
        model_version=point.model_version,
    )


def transition_out(change: Transition) -> TransitionOut:
    """A change of band as the API shows it."""
    return TransitionOut(
        previous_as_of=change.previous_as_of,
        as_of=change.as_of,
        from_band=change.from_band,
        to_band=change.to_band,
        from_p_loss=change.from_risk,
        to_p_loss=change.to_risk,
        cause=change.cause,
        terms=None if change.terms is None else terms_out(change.terms),
    )


def terms_out(terms: Mapping[str, float]) -> list[TermOut]:
    """The terms of a change as the API shows them, the largest first."""
    ordered = sorted(terms.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
    return [TermOut(term=term, points=100 * share) for term, share in ordered]
