"""`/v1/accounts/facets`: how many accounts each further choice of a filter would show."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from models.score import Band
from serving import problems
from serving.api.account_query import AccountChoice
from serving.api.answering import answered
from serving.api.conditional import UNCHANGED
from serving.api.schemas import BandCounts
from serving.auth.gate import AccountsReader
from serving.problems import GUARDED, documented
from serving.store.facets import WINDOWS, WORDS, AllFacets, FacetRepository


class WordCountOut(BaseModel):
    """One word to filter by."""

    word: str = Field(
        description="Give it as the filter's value; empty where it is not known.",
        examples=["enterprise"],
    )
    accounts: int = Field(description="Accounts it would show.", examples=[212])


class SegmentWordsOut(BaseModel):
    """The words of one column."""

    column: str = Field(description="The filter's name.", examples=["industry"])
    words: list[WordCountOut] = Field(
        description="At most 200, those of most accounts first, then by word."
    )


class WindowOut(BaseModel):
    """Days after the run in which a renewal lies; the windows do not overlap."""

    renews_from: int | None = Field(
        description="The filter of this name; null where open.", examples=[0]
    )
    renews_to: int | None = Field(
        description="The filter of this name; null where open.", examples=[30]
    )
    accounts: int = Field(description="Accounts they would show.", examples=[41])


class FacetsOut(BaseModel):
    """Accounts by what they may be filtered by further.

    Each filter's counts are of the accounts that pass all *other* filters, so that they tell
    what another choice would show.
    """

    as_of: date | None = Field(
        description="The day the newest run describes; null before the first run.",
        examples=["2026-06-30"],
    )
    total: int = Field(description="Accounts that pass all filters.", examples=[247])
    band: BandCounts = Field(description="By band.")
    tier: list[WordCountOut] = Field(description="By tier, in the order of the words.")
    csm: list[WordCountOut] = Field(description="By CSM, those of most accounts first.")
    segments: list[SegmentWordsOut] = Field(description="By industry, region and the like.")
    renewal: list[WindowOut] = Field(description="By window, the past first.")
    renewal_unknown: int = Field(
        description="Accounts without a known renewal, in none of the windows.", examples=[12]
    )


def router(facets: FacetRepository, fresh: Any) -> APIRouter:
    """The route of facets; `fresh` answers 304 where nothing was published since."""
    routes = APIRouter(prefix="/v1/accounts", tags=["accounts"])

    @routes.get(
        "/facets",
        operation_id="count_choices",
        summary="Count what filters would show",
        dependencies=[fresh],
        responses=documented(problems.INVALID_QUERY, *GUARDED) | UNCHANGED,
    )
    @answered
    def count_choices(
        query: Annotated[AccountChoice, Query()], principal: AccountsReader
    ) -> FacetsOut:
        """Accounts by band, tier, CSM, segment and renewal, for the filters of the list.

        Of the accounts that whoever asks may see.
        """
        found = facets.all(query.question(), principal.owner)
        return _nothing() if found is None else _out(found)

    return routes


def _out(found: AllFacets) -> FacetsOut:
    return FacetsOut(
        as_of=found.run.as_of,
        total=found.accounts,
        band=BandCounts(**{band.value: number for band, number in found.bands.items()}),
        tier=_words(found.tiers),
        csm=_words(found.csms),
        segments=[
            SegmentWordsOut(column=name, words=_words(words))
            for name, words in found.segments.items()
        ],
        renewal=[
            WindowOut(renews_from=window.first, renews_to=window.last, accounts=number)
            for window, number in found.renewals.items()
        ],
        renewal_unknown=found.renewal_unknown,
    )


def _nothing() -> FacetsOut:
    return FacetsOut(
        as_of=None,
        total=0,
        band=BandCounts(**{band.value: 0 for band in Band}),
        tier=[],
        csm=[],
        segments=[SegmentWordsOut(column=name, words=[]) for name in WORDS],
        renewal=[WindowOut(renews_from=w.first, renews_to=w.last, accounts=0) for w in WINDOWS],
        renewal_unknown=0,
    )


def _words(counts: Mapping[str, int]) -> list[WordCountOut]:
    return [WordCountOut(word=word, accounts=number) for word, number in counts.items()]
