"""`/v1/portfolio`: all accounts at once: bands, what has changed, what renews."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from models.score import Band
from serving import problems
from serving.api.answering import answered
from serving.api.conditional import UNCHANGED
from serving.api.quick import QuickRoute
from serving.auth.gate import AccountsReader
from serving.auth.roles import Principal
from serving.problems import GUARDED, documented
from serving.store.portfolio import PortfolioRepository
from serving.store.portfolio_records import BandSum, Moved, PortfolioSummary

Money = Decimal | None


class PortfolioQuery(BaseModel):
    """How far to look."""

    model_config = ConfigDict(extra="forbid")

    days: int = Field(
        default=30, ge=1, le=366, description="Changes of band in the last so many days."
    )
    months: int = Field(
        default=12, ge=1, le=36, description="Renewals in this month and the next ones."
    )
    limit: int = Field(default=50, ge=0, le=200, description="Changes that are listed.")


class BandSumOut(BaseModel):
    """The accounts of one band."""

    accounts: int = Field(description="How many they are.", examples=[212])
    arr: Money = Field(
        description="Recurring revenue per year; null where it is known of none.",
        examples=["4120000.00"],
    )
    expected_loss: Money = Field(
        description="Of it, expected to be lost within the primary horizon.",
        examples=["231000.00"],
    )


class BandsOut(BaseModel):
    """The same of each band."""

    red: BandSumOut = Field(description="Red accounts.")
    yellow: BandSumOut = Field(description="Yellow accounts.")
    green: BandSumOut = Field(description="Green accounts.")
    grey: BandSumOut = Field(description="Accounts without enough fresh data to say.")


class BeforeOut(BaseModel):
    """An earlier run to compare with."""

    days: int = Field(description="About so many days before.", examples=[30])
    as_of: date = Field(description="The day of that run.", examples=["2026-05-31"])
    bands: BandsOut = Field(description="The bands then.")


class TierOut(BaseModel):
    """The accounts of one tier."""

    tier: str = Field(description="Empty where it is not known.", examples=["enterprise"])
    bands: BandsOut = Field(description="By band.")


class MovesOut(BaseModel):
    """Changes of band that went the same way for the same cause."""

    from_band: Band = Field(description="Band before.", examples=["yellow"])
    to_band: Band = Field(description="Band after.", examples=["red"])
    cause: str = Field(
        description="Why, as a code; empty where it is not told.", examples=["behaviour"]
    )
    accounts: int = Field(description="How many they are.", examples=[7])
    arr: Money = Field(description="Their present revenue per year.", examples=["310000.00"])


class BandChangeOut(BaseModel):
    """One change of band."""

    account_id: str = Field(description="The company's own id.", examples=["acc_0417"])
    name: str = Field(description="Empty where not known.", examples=["Brightwater Logistics"])
    csm: str = Field(description="Who looks after the account.", examples=["Lena Fischer"])
    tier: str = Field(description="Size by recurring revenue.", examples=["enterprise"])
    arr: Money = Field(description="Present revenue per year.", examples=["186400.00"])
    as_of: date = Field(description="The run that saw the change.", examples=["2026-06-30"])
    from_band: Band = Field(description="Band before.", examples=["yellow"])
    to_band: Band = Field(description="Band after.", examples=["red"])
    cause: str = Field(
        description="Why, as a code; empty where it is not told.", examples=["behaviour"]
    )


class RenewalsOut(BaseModel):
    """What renews in one month."""

    month: date = Field(description="Its first day.", examples=["2026-07-01"])
    accounts: int = Field(description="How many renew.", examples=[41])
    arr: Money = Field(description="Their revenue per year.", examples=["820000.00"])
    at_risk: int = Field(description="Of them red or yellow.", examples=[9])
    arr_at_risk: Money = Field(description="Revenue of those.", examples=["140000.00"])
    expected_loss: Money = Field(
        description="Of all that renew, within the primary horizon.", examples=["52000.00"]
    )


class HoleOut(BaseModel):
    """Days on which usage was not recorded, although it came before and after."""

    first: date = Field(description="The first of them.", examples=["2026-05-02"])
    last: date = Field(description="The last of them.", examples=["2026-05-29"])
    felt_until: date = Field(
        description="Until then signals take that for silence of the accounts.",
        examples=["2026-07-24"],
    )


class PortfolioOut(BaseModel):
    """A whole portfolio at the newest run."""

    as_of: date | None = Field(
        description="The day the scores describe; null before the first run.",
        examples=["2026-06-30"],
    )
    primary_horizon: int | None = Field(
        description="Days that bands rest on; null before the first run.", examples=[90]
    )
    currency: str = Field(description="ISO 4217 code of every amount.", examples=["EUR"])
    bands: BandsOut | None = Field(description="Every band; null before the first run.")
    tiers: list[TierOut] = Field(description="The same by tier.")
    before: list[BeforeOut] = Field(
        description="About 7 and 30 days before, where a run lies near."
    )
    moves: list[MovesOut] = Field(description="Changes of band, counted by way and cause.")
    moved: list[BandChangeOut] = Field(description="The accounts that changed, newest first.")
    renewals: list[RenewalsOut] = Field(description="By month, this one first.")
    holes_in_usage: list[HoleOut] = Field(
        description="What makes the scores not to be trusted; empty where nothing does."
    )
    ended_that_day: int = Field(
        description="Accounts that are not scored since their paid subscription ended on `as_of` "
        "itself, where they are conspicuously many: their next period may not be loaded yet.",
        examples=[0],
    )


def router(portfolio: PortfolioRepository, currency: str, fresh: Any) -> APIRouter:
    """The route of the portfolio; `fresh` answers 304 where nothing was published since."""
    routes = APIRouter(prefix="/v1/portfolio", tags=["accounts"], route_class=QuickRoute)

    @routes.get(
        "",
        operation_id="get_portfolio",
        summary="Get the portfolio",
        dependencies=[fresh],
        responses=documented(problems.INVALID_QUERY, *GUARDED) | UNCHANGED,
    )
    @answered
    def get_portfolio(
        query: Annotated[PortfolioQuery, Query()], principal: AccountsReader
    ) -> PortfolioOut:
        """Counts and revenue by band, changes with their causes, and renewals by month.

        Of the accounts that whoever asks may see.
        """
        summary = portfolio.summary(principal.owner)
        if summary is None:
            return _empty(currency)
        return _out(portfolio, summary, query, principal, currency)

    return routes


def _empty(currency: str) -> PortfolioOut:
    return PortfolioOut(
        as_of=None, primary_horizon=None, currency=currency, bands=None, tiers=[], before=[],
        moves=[], moved=[], renewals=[], holes_in_usage=[], ended_that_day=0,
    )  # fmt: skip


def _out(
    portfolio: PortfolioRepository,
    summary: PortfolioSummary,
    query: PortfolioQuery,
    principal: Principal,
    currency: str,
) -> PortfolioOut:
    owner = principal.owner
    moves = portfolio.moves(query.days, owner)
    moved = portfolio.moved(query.days, query.limit, owner) if query.limit else ()
    return PortfolioOut(
        as_of=summary.run.as_of,
        primary_horizon=summary.run.primary_horizon,
        currency=currency,
        bands=_bands(summary.bands),
        tiers=[TierOut(tier=each.tier, bands=_bands(each.bands)) for each in summary.tiers],
        before=[
            BeforeOut(days=days, as_of=then.as_of, bands=_bands(then.bands))
            for days, then in summary.before.items()
        ],
        moves=[MovesOut.model_validate(each, from_attributes=True) for each in moves],
        moved=[_moved(each) for each in moved],
        renewals=[
            RenewalsOut.model_validate(each, from_attributes=True)
            for each in portfolio.renewals(query.months, owner)
        ],
        holes_in_usage=[
            HoleOut.model_validate(each, from_attributes=True) for each in summary.run.holes
        ],
        ended_that_day=summary.run.ended,
    )


def _bands(found: Mapping[Band, BandSum]) -> BandsOut:
    sums = {
        band.value: BandSumOut.model_validate(each, from_attributes=True)
        for band, each in found.items()
    }
    return BandsOut(**sums)


def _moved(found: Moved) -> BandChangeOut:
    change = found.transition
    return BandChangeOut(
        account_id=change.account_id,
        name=found.name,
        csm=found.csm,
        tier=found.tier,
        arr=found.arr,
        as_of=change.as_of,
        from_band=change.from_band,
        to_band=change.to_band,
        cause=change.cause,
    )
