"""`[bands]`: what makes accounts red, yellow and green."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from pipelines.config.section import Section

Chance = Annotated[float, Field(ge=0, le=1)]


class TierBands(Section):
    """The thresholds of one tier; what is left out is as in `[bands]`."""

    red: Literal["capacity", "value", "fixed"] = Field(
        "capacity",
        description="what makes an account red: the team can answer it, acting pays "
        "(chance * share_saved * ARR >= cost_of_acting), or its chance is at least red_from",
    )
    red_capacity: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.10,
        description="the share of accounts the team can answer; under `value` it decides on "
        "accounts whose ARR is not known",
    )
    cost_of_acting: Annotated[Decimal, Field(gt=0, allow_inf_nan=False)] | None = Field(
        None, description="what one answer costs, in the company's currency (`value`)"
    )
    share_saved: Annotated[float, Field(gt=0, le=1)] | None = Field(
        None, description="the share of leaving accounts that an answer keeps (`value`)"
    )
    red_from: Annotated[float, Field(gt=0, le=1)] | None = Field(
        None, description="the chance of loss from which an account is red (`fixed`)"
    )
    green_below: Chance | None = Field(
        None,
        description="the chance of loss below which an account is green (`fixed`); without it "
        "the promise decides",
    )
    green_promise: Annotated[float, Field(gt=0, le=1)] = Field(
        0.5, description="green may lose at most this share of the base rate"
    )


class Bands(TierBands):
    """The policy that makes red, yellow and green of probabilities."""

    tiers: dict[str, TierBands] = Field(
        default_factory=dict,
        description="the keys above for one tier, `[bands.tiers.NAME]`; what it leaves out is "
        "as in [bands]",
    )
    exit_share: Annotated[float, Field(gt=0, le=1)] = Field(
        0.8,
        description="the share of a threshold's odds at which the worse band is left; 1 leaves "
        "where it enters",
    )
    dwell_days: int = Field(
        7, ge=0, le=90, description="the days a change must have lasted before the band changes"
    )
    jump: Annotated[float, Field(gt=0)] = Field(
        1.0, description="a change of the log-odds that passes at once"
    )
    stale_days: int = Field(
        14,
        ge=1,
        le=90,
        description="the days of silence that make a source stale, if at least 20 rows were "
        "to be expected; where what is stale matters, every account is grey, and dates that such a "
        "silence of usage spoilt are not learnt from",
    )

    def of(self, tier: str) -> TierBands:
        """The keys of a tier, filled up from those of all."""
        names = TierBands.model_fields
        own = self.tiers[tier]
        filled = {n: getattr(own if n in own.model_fields_set else self, n) for n in names}
        return TierBands.model_construct(**filled)
