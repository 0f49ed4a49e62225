"""`[insights]`: what a company believes of its customers."""

from typing import Annotated

from pydantic import Field, model_validator

from pipelines.config.section import Section


class Belief(Section):
    """A claim that accounts which do something early in their life stay more often."""

    claim: str = Field(min_length=1, description="the claim, in the company's own words")
    signal: str = Field(
        "", description="the signal that is measured, e.g. `adoption__users_30d`, or without window"
    )
    event: str = Field(
        "",
        description="in place of a signal: the usage event whose records are counted",
    )
    at_least: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        None, description="the value it must reach"
    )
    at_most: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        None, description="the value it must not exceed, in place of `at_least`"
    )
    by_day: int = Field(
        30,
        ge=1,
        le=365,
        description="the day of life up to which an event counts, or after which "
        "the first snapshot shows the signal",
    )
    worthwhile: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.05, description="the least difference in the share that stays which would matter"
    )

    @model_validator(mode="after")
    def _one_of_each(self) -> "Belief":
        for first, second in (("signal", "event"), ("at_least", "at_most")):
            given = [n for n in (first, second) if getattr(self, n) not in ("", None)]
            if len(given) != 1:
                told = " and ".join(given) or "neither"
                raise ValueError(f"needs exactly one of {first} and {second}; it has {told}")
        return self


class Insights(Section):
    """What `forewarn insights` is asked beside what it looks for by itself."""

    beliefs: tuple[Belief, ...] = Field(
        (),
        description="claims to test, each a `[[insights.beliefs]]` with `claim`, `signal` (a "
        "snapshot column, with or without its window) or `event` (a usage event, counted), "
        "`at_least` or `at_most`, `by_day` (by default 30: the day of life up to which the event "
        "counts, or after which the first snapshot shows the signal) and `worthwhile` (the "
        "least difference in the share that stays which would matter, by default 0.05)",
    )
