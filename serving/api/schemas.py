"""What the accounts of the API look like from outside."""

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, Field

from models.score import Band
from serving.api.meanings import BAND, CHANCE, HEALTH
from serving.api.past import HistoryOut, TransitionOut
from serving.presentation import CHANCE_SCALE, HEALTH_SCALE


class ScaleOut(BaseModel):
    """How to read the numbers of an answer."""

    health_score: str = Field(default=HEALTH_SCALE, examples=[HEALTH_SCALE])
    p_loss: str = Field(default=CHANCE_SCALE, examples=[CHANCE_SCALE])


class ReasonOut(BaseModel):
    """The exact share in a score of one signal, or of several that say the same."""

    signal: str = Field(
        description="The signal's column, or the one that speaks for its family; `others` for"
        " all signals not named, together.",
        examples=["adoption__users_30d"],
    )
    value: float | str | None = Field(
        description="What the signal held, null where not known; for `others` how many they are.",
        examples=[3],
    )
    contribution: float = Field(
        description="Share of the log-odds of loss within the primary horizon; positive pushes"
        " towards leaving, negative towards staying.",
        examples=[0.75],
    )
    together: int = Field(
        default=1, description="How many signals the contribution is of.", examples=[5]
    )
    sentence: str = Field(description="The same in words.", examples=["3 people used it, 9 before"])


class CardOut(BaseModel):
    """What people recognise an account by."""

    account_id: str = Field(description="The company's own id.", examples=["acc_0417"])
    name: str = Field(description="Empty where not known.", examples=["Brightwater Logistics"])
    industry: str = Field(description="Empty where not known.", examples=["Logistics"])
    region: str = Field(description="Empty where not known.", examples=["DACH"])
    tier: str = Field(description="Size by recurring revenue.", examples=["enterprise"])
    csm: str = Field(description="Who looks after the account.", examples=["Lena Fischer"])
    crm_id: str = Field(description="Its id in the CRM.", examples=["0015e00000AbCdE"])
    arr: Decimal | None = Field(
        description="Recurring revenue per year in `currency`; null where no subscriptions are"
        " connected.",
        examples=["186400.00"],
    )
    renews_at: date | None = Field(description="Next renewal.", examples=["2026-09-30"])
    size_class: str = Field(description="By people employed; empty where not known.")
    revenue_class: str = Field(description="By yearly revenue; empty where not known.")
    stage: str = Field(description="Stage of the customer's life; empty where not known.")
    paid_or_free: str = Field(
        description="`paid` or `free`; empty where not known.", examples=["paid"]
    )


class StandingOut(BaseModel):
    """How an account moved against the run before."""

    since: date = Field(
        description="The first run of its present band in a row.", examples=["2026-05-31"]
    )
    previous_as_of: date | None = Field(
        description="The run before; null where that did not hold the account.",
        examples=["2026-05-31"],
    )
    previous_band: Band | None = Field(description="Its band then.", examples=["yellow"])
    previous_health_score: float | None = Field(description=HEALTH, examples=[71.0])
    previous_p_loss: float | None = Field(description=CHANCE, examples=[0.29])
    p_loss_change: float | None = Field(
        description="`p_loss` now less then; positive is worse.", examples=[0.33]
    )
    signals: dict[str, float | None] = Field(
        description="Newest values of the signals that the list can be filtered by.",
        examples=[{"last_spoke": 41.0, "users": 3.0, "users_change": -0.4, "utilisation": 0.2}],
    )


class AccountOut(CardOut):
    """One account in the list."""

    as_of: date = Field(description="The day the score describes.", examples=["2026-06-30"])
    band: Band = Field(description=BAND, examples=["red"])
    health_score: float | None = Field(description=HEALTH, examples=[38.0])
    p_loss: float | None = Field(description=CHANCE, examples=[0.62])
    model_version: str = Field(description="The version that made the score.", examples=["v14"])
    reason: ReasonOut | None = Field(description="The largest reason that speaks for the band.")
    expected_loss: Decimal | None = Field(
        description="Recurring revenue per year, in `currency`, expected to be lost within the"
        " primary horizon; null where it cannot be told.",
        examples=["11560.00"],
    )
    standing: StandingOut | None = Field(description="How it moved against the run before.")


class BandCounts(BaseModel):
    """Number of accounts by band."""

    red: int = Field(examples=[77])
    yellow: int = Field(examples=[170])
    green: int = Field(examples=[1584])
    grey: int = Field(examples=[83])


class AccountPageOut(BaseModel):
    """One page of the newest run."""

    as_of: date | None = Field(
        description="The day the newest run describes; null before the first run.",
        examples=["2026-06-30"],
    )
    primary_horizon: int | None = Field(
        description="Days that `p_loss` and `health_score` look ahead.", examples=[90]
    )
    currency: str = Field(description="ISO 4217 code of every amount.", examples=["EUR"])
    scale: ScaleOut = Field(default_factory=ScaleOut, description="How to read the numbers.")
    total: int = Field(description="Accounts that pass the filter, on all pages.", examples=[247])
    counts: BandCounts = Field(description="Accounts by band, whatever the filter.")
    items: list[AccountOut] = Field(description="The accounts of this page, in order.")
    next_cursor: str | None = Field(
        description="Give it as `cursor` for the next page; null on the last.",
        examples=["WyJyaXNrIiwiIiwiYWIxMiJd"],
    )


class HorizonOut(BaseModel):
    """The chance of loss within one horizon."""

    days: int = Field(description="Days after `as_of`.", examples=[90])
    p_loss: float | None = Field(
        description="Chance of loss within these days, 0 to 1, lower is better; null where no"
        " evidence exists yet.",
        examples=[0.62],
    )


class CauseOut(BaseModel):
    """The chance of one cause of loss, by horizon."""

    cause: str = Field(description="`logo_churn` or `contraction`.", examples=["contraction"])
    horizons: list[HorizonOut] = Field(description="Never decreasing with the days.")


class GrowthOut(BaseModel):
    """The chance of expansion within one horizon."""

    days: int = Field(description="Days after `as_of`.", examples=[90])
    p_expansion: float = Field(
        description="Chance that recurring revenue grows within these days, before the account"
        " leaves: 0 to 1, higher is better.",
        examples=[0.12],
    )


class ScoreOut(BaseModel):
    """An account's newest score, with every horizon and every stored reason."""

    as_of: date = Field(description="The day the score describes.", examples=["2026-06-30"])
    band: Band = Field(description=BAND, examples=["red"])
    health_score: float | None = Field(description=HEALTH, examples=[38.0])
    primary_horizon: int = Field(description="Days that band and health rest on.", examples=[90])
    minimum_lead_days: int = Field(
        description="Band, health and reasons count losses from then to the primary horizon, of"
        " an account still there then; 0 counts from `as_of` on, as `horizons` always does.",
        examples=[0],
    )
    horizons: list[HorizonOut] = Field(description="Never decreasing with the days.")
    causes: list[CauseOut] = Field(
        description="The chance of loss shared out between its causes, which add up to it; empty"
        " where the model foretells one cause alone."
    )
    expansion: list[GrowthOut] = Field(
        description="Never decreasing with the days; empty where no model of expansion is fit."
    )
    expected_loss: Decimal | None = Field(
        description="Recurring revenue per year, in `currency`, expected to be lost within the"
        " primary horizon; null where it cannot be told.",
        examples=["11560.00"],
    )
    model_version: str = Field(description="The version that made the score.", examples=["v14"])
    base: float | None = Field(
        description="Log-odds of loss within the primary horizon before any signal is looked at;"
        " with the contributions it adds up to the log-odds of the chance.",
        examples=[-2.25],
    )
    reasons: list[ReasonOut] = Field(
        description="The largest contributions, largest first, then `others`: all other signals"
        " together."
    )


class AccountDetailOut(BaseModel):
    """Everything the store knows about one account."""

    account: CardOut = Field(description="What people recognise it by.")
    active: bool = Field(
        description="False where the newest run no longer holds the account: it left, or gave"
        " notice. The score is then its last one."
    )
    currency: str = Field(description="ISO 4217 code of every amount.", examples=["EUR"])
    scale: ScaleOut = Field(default_factory=ScaleOut, description="How to read the numbers.")
    score: ScoreOut = Field(description="Its newest score.")
    history: list[HistoryOut] = Field(description="Its scores over time, oldest first.")
    transitions: list[TransitionOut] = Field(description="Its changes of band, oldest first.")
