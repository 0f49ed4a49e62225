"""`/v1/segments`: how the accounts of each segment are doing."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serving import problems
from serving.api.answering import answered
from serving.api.conditional import UNCHANGED
from serving.api.schemas import BandCounts
from serving.auth.gate import AccountsReader
from serving.problems import GUARDED, documented
from serving.store.segments import SegmentRepository, SegmentSum


class SegmentOut(BaseModel):
    """The accounts that share one word of a column."""

    word: str = Field(description="Empty where it is not known.", examples=["enterprise"])
    accounts: int = Field(description="How many they are.", examples=[212])
    counts: BandCounts = Field(description="The same by band.")
    p_loss: float | None = Field(
        description="Mean chance of loss within the primary horizon, 0 to 1, lower is better;"
        " null where it is known of none.",
        examples=[0.08],
    )
    arr: Decimal | None = Field(
        description="Recurring revenue per year; null where it is known of none.",
        examples=["4120000.00"],
    )
    expected_loss: Decimal | None = Field(
        description="Of it, expected to be lost within the primary horizon.",
        examples=["231000.00"],
    )


class SegmentColumnOut(BaseModel):
    """A column by which accounts are told apart."""

    column: str = Field(description="Names the column.", examples=["tier"])
    words: list[SegmentOut] = Field(description="Its words, those of most accounts first.")


class SegmentsOut(BaseModel):
    """Every column with its words."""

    as_of: date | None = Field(
        description="The day the scores describe; null before the first run.",
        examples=["2026-06-30"],
    )
    primary_horizon: int | None = Field(
        description="Days that chances rest on; null before the first run.", examples=[90]
    )
    currency: str = Field(description="ISO 4217 code of every amount.", examples=["EUR"])
    columns: list[SegmentColumnOut] = Field(description="In the order of the configuration.")


def router(segments: SegmentRepository, currency: str, fresh: Any) -> APIRouter:
    """The route of segments.

    Args:
        segments: what is counted.
        currency: of every amount.
        fresh: a dependency that answers 304 where nothing was published since.
    """
    routes = APIRouter(prefix="/v1/segments", tags=["accounts"])

    @routes.get(
        "",
        operation_id="list_segments",
        summary="List segments",
        dependencies=[fresh],
        responses=documented(problems.INVALID_QUERY, *GUARDED) | UNCHANGED,
    )
    @answered
    def list_segments(principal: AccountsReader) -> SegmentsOut:
        """Accounts, chance of loss and revenue by tier, industry, region and the like.

        Of the accounts that whoever asks may see.
        """
        found = segments.all(principal.owner)
        if found is None:
            return SegmentsOut(as_of=None, primary_horizon=None, currency=currency, columns=[])
        run, columns = found
        return SegmentsOut(
            as_of=run.as_of,
            primary_horizon=run.primary_horizon,
            currency=currency,
            columns=[
                SegmentColumnOut(column=each.column, words=[_out(word) for word in each.words])
                for each in columns
            ],
        )

    return routes


def _out(found: SegmentSum) -> SegmentOut:
    values = asdict(found)
    counts = BandCounts(**{name: values[name] for name in BandCounts.model_fields})
    return SegmentOut(
        word=found.word,
        accounts=found.accounts,
        counts=counts,
        p_loss=found.risk,
        arr=found.arr,
        expected_loss=found.expected_loss,
    )
