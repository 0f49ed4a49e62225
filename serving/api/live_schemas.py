"""What what-ifs, levers and scored rows look like from outside."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints, model_validator

from models.score import Band
from serving.api.days import Day
from serving.api.meanings import BAND, HEALTH
from serving.api.schemas import HorizonOut, ReasonOut
from serving.live.batch import MOST_ROWS

MOST_SIGNALS = 2_000
"""Signals of a row: several times what any catalogue has."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Word = Annotated[str, StringConstraints(max_length=500)]
Number = Annotated[float, Strict()]
"""A number; true is none, and would be read as 1."""
Signals = Annotated[dict[Name, Number | Word | None], Field(max_length=MOST_SIGNALS)]


class WhatIfIn(BaseModel):
    """The signals that would be otherwise."""

    model_config = ConfigDict(extra="forbid")

    signals: Signals = Field(
        description="New values by signal, null for not known; see /levers for what people can"
        " act on.",
        examples=[{"adoption__users_30d": 12, "engagement__last_meeting": 5}],
    )


class RowIn(BaseModel):
    """One account's signals."""

    model_config = ConfigDict(extra="forbid")

    account_id: Name = Field(description="The company's own id.", examples=["acc_0417"])
    signals: Signals = Field(
        description="Values by signal; what is not named is not known.",
        examples=[{"adoption__users_30d": 12, "profile__tier": "core"}],
    )


class BatchIn(BaseModel):
    """Rows to score, each account once."""

    model_config = ConfigDict(extra="forbid")

    as_of: Day | None = Field(
        default=None, description="The day the signals describe; by default today, UTC."
    )
    accounts: list[RowIn] = Field(
        min_length=1, max_length=MOST_ROWS, description=f"At most {MOST_ROWS} rows."
    )

    @model_validator(mode="after")
    def _each_once(self) -> "BatchIn":
        ids = [row.account_id for row in self.accounts]
        if len(set(ids)) < len(ids):
            raise ValueError("each account once: an account_id is given twice")
        return self


class QuantilesOut(BaseModel):
    """How a number lies among peers."""

    p10: float = Field(description="A tenth of the peers lie below.", examples=[3.0])
    p25: float = Field(examples=[6.0])
    p50: float = Field(description="The median.", examples=[11.0])
    p75: float = Field(examples=[19.0])
    p90: float = Field(examples=[31.0])
    accounts: int = Field(description="Peers of whom it is known.", examples=[212])


class PeersOut(BaseModel):
    """Whom an account is compared with."""

    as_of: date = Field(description="The day of the snapshot.", examples=["2026-06-30"])
    shared: dict[str, str] = Field(
        description="What all of them share.", examples=[{"profile__tier": "core"}]
    )
    accounts: int = Field(description="How many, the account among them.", examples=[212])
    quantiles: dict[str, QuantilesOut] = Field(description="By signal, where enough are known.")


class LeverOut(BaseModel):
    """A signal that people can act on."""

    signal: str = Field(description="Its column.", examples=["adoption__users_30d"])
    meaning: str = Field(
        description='Completes "This account\'s ...".', examples=["people who used the product"]
    )
    unit: str = Field(description="Empty for plain numbers.", examples=["days"])
    healthier: int = Field(
        description="1 where a higher value is healthier, -1 where a lower one is.", examples=[1]
    )
    value: float | None = Field(description="Now; null where not known.", examples=[4])
    low: float | None = Field(
        description="What peers hold, from here (their 10th percent, or the present value) ...",
        examples=[3],
    )
    usual: float | None = Field(description="The peers' median.", examples=[11])
    high: float | None = Field(
        description="... to here (their 90th percent, or the present value).", examples=[31]
    )


class LeversOut(BaseModel):
    """What people can act on, by name."""

    account_id: str = Field(description="The company's own id.", examples=["acc_0417"])
    as_of: date = Field(description="The day of the newest run.", examples=["2026-06-30"])
    peers: PeersOut
    levers: list[LeverOut] = Field(description="Every signal that people can act on.")


class ForetoldOut(BaseModel):
    """What a model foretells of one row."""

    p_loss: dict[int, float | None] = Field(
        description="Chance of loss by days ahead: 0 to 1, lower is better; null without evidence.",
        examples=[{90: 0.62}],
    )
    health_score: float | None = Field(description=HEALTH, examples=[38.0])
    band: Band = Field(description=BAND, examples=["red"])


class MovedOut(BaseModel):
    """One signal that was changed."""

    signal: str = Field(description="Its column.", examples=["adoption__users_30d"])
    meaning: str = Field(examples=["people who used the product in the last 30 days"])
    before: float | str | None = Field(examples=[4])
    after: float | str | None = Field(examples=[12])
    points: float = Field(
        description="Percentage points of the chance within the primary horizon; over all that"
        " moved they add up to the change.",
        examples=[-6.5],
    )
    beyond_peers: bool = Field(
        description="Hardly any peer holds such a value, so the model has seen little of it.",
        examples=[False],
    )


class WhatIfOut(BaseModel):
    """The score as it is, and as it would be. An association, not a promise."""

    account_id: str = Field(description="The company's own id.", examples=["acc_0417"])
    as_of: date = Field(description="The day of the newest run.", examples=["2026-06-30"])
    model_version: str = Field(description="The version that scored it.", examples=["v14"])
    primary_horizon: int = Field(description="Days that points are of.", examples=[90])
    now: ForetoldOut = Field(description="As the signals are: what was published.")
    then: ForetoldOut = Field(description="As they would be.")
    moved: list[MovedOut] = Field(description="The changed signals, largest share first.")
    base_chance: float = Field(
        description="Before any signal is looked at; the reasons' points lead to `then`.",
        examples=[0.05],
    )
    reasons: list[dict[str, Any]] = Field(
        description="Of `then`, as those of an explanation: value, what is usual, points, sentence."
    )


class RowScoreOut(BaseModel):
    """One row's score."""

    account_id: str = Field(description="As it was given.", examples=["acc_0417"])
    band: Band = Field(description=BAND, examples=["red"])
    health_score: float | None = Field(description=HEALTH, examples=[38.0])
    horizons: list[HorizonOut] = Field(description="Never decreasing with the days.")
    base: float | None = Field(
        description="Log-odds of the primary chance before any signal is looked at; with the"
        " reasons' contributions it adds up to the log-odds of the chance.",
        examples=[-2.9],
    )
    reasons: list[ReasonOut] = Field(
        description="The largest contributions, largest first, then all others together."
    )


class BatchOut(BaseModel):
    """Scores in the order of the rows."""

    as_of: date = Field(description="The day the signals describe.", examples=["2026-06-30"])
    model_version: str = Field(description="The version that serves.", examples=["v14"])
    primary_horizon: int = Field(description="Days that reasons are of.", examples=[90])
    items: list[RowScoreOut] = Field(description="One for each row, in their order.")
