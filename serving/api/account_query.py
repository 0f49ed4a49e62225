"""What the list of accounts can be asked, by `/v1/accounts` and by kept views."""

import re
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from models.score import Band
from serving.api.days import Day
from serving.store import Sort
from serving.store.kept import KEPT
from serving.store.pages import CURSOR_LENGTH
from serving.store.question import Between, Question

PAGE_LIMIT = 200
MOST_WORDS = 20
FARTHEST = 3660
"""Days ahead or back that a renewal is looked for."""
_NUMBER = r"-?\d{1,9}(?:\.\d{1,6})?"
_KEPT = "|".join(kept.name for kept in KEPT)
BOUNDS = rf"^(?:{_KEPT}):(?:{_NUMBER})?\.\.(?:{_NUMBER})?$"
_PARTS = re.compile(r"(.+):(.*?)\.\.(.*)")

Word = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Bounds = Annotated[str, StringConstraints(max_length=60, pattern=BOUNDS)]


def _words(what: str, example: str) -> list[str]:
    found: list[str] = Field(
        default=[],
        max_length=MOST_WORDS,
        description=f"Only {what}; repeat for several.",
        examples=[[example]],
    )
    return found


class AccountFilter(BaseModel):
    """Which accounts, in which order, and how many at once."""

    model_config = ConfigDict(extra="forbid")

    band: list[Band] = Field(
        default=[], max_length=MOST_WORDS, description="Only these bands; repeat for several."
    )
    tier: list[Word] = _words("these tiers", "enterprise")
    csm: list[Word] = _words("accounts of these CSMs", "Lena Fischer")
    industry: list[Word] = _words("these industries", "Logistics")
    region: list[Word] = _words("these regions", "DACH")
    size_class: list[Word] = _words("these classes of size", "201-1000")
    revenue_class: list[Word] = _words("these classes of revenue", "high")
    stage: list[Word] = _words("these stages", "established")
    paid_or_free: list[Word] = _words("paid or free accounts", "paid")
    renews_from: int | None = Field(
        default=None, ge=-FARTHEST, le=FARTHEST, examples=[0],
        description="Only accounts that renew so many days after the scores' day, or later.",
    )  # fmt: skip
    renews_to: int | None = Field(
        default=None, ge=-FARTHEST, le=FARTHEST, examples=[90],
        description="Only accounts that renew so many days after the scores' day, or earlier.",
    )  # fmt: skip
    changed_since: Day | None = Field(
        default=None, examples=["2026-06-01"],
        description="Only accounts whose band changed on that day or later.",
    )  # fmt: skip
    signal: list[Bounds] = Field(
        default=[],
        max_length=MOST_WORDS,
        description="Only accounts whose signal is within bounds, as `name:least..most`, either of"
        " which may be left out: " + "; ".join(f"`{k.name}`: {k.words}" for k in KEPT) + ".",
        examples=[["users:..5"]],
    )
    search: Word = Field(
        default="",
        description="Only accounts with a word of the name, or the id, that begins like this.",
        examples=["bright"],
    )
    sort: Sort = Field(
        default=Sort.RISK,
        description="By risk, expected loss, change of risk or ARR, highest first, or by name or"
        " renewal; the unknown comes last.",
    )
    limit: int = Field(default=50, ge=1, le=PAGE_LIMIT, description="Accounts on a page.")


class AccountQuery(AccountFilter):
    """Which accounts, in which order, from where on."""

    cursor: str | None = Field(
        default=None,
        max_length=CURSOR_LENGTH,
        description="`next_cursor` of the page before, with the same filters and sort.",
    )


def question_of(asked: AccountFilter) -> Question:
    """The filters as the store knows them."""
    segments = ("industry", "region", "size_class", "revenue_class", "stage", "paid_or_free")
    words = {name: tuple(getattr(asked, name)) for name in segments}
    since: date | None = asked.changed_since
    return Question(
        bands=tuple(asked.band),
        tiers=tuple(asked.tier),
        csms=tuple(asked.csm),
        segments={name: of for name, of in words.items() if of},
        renews_from=asked.renews_from,
        renews_to=asked.renews_to,
        changed_since=since,
        signals=tuple(_between(each) for each in asked.signal),
        search=asked.search,
    )


def _between(bounds: str) -> Between:
    """`users:..5` as the store knows it; its form was checked before."""
    found = _PARTS.fullmatch(bounds)
    assert found is not None
    signal, least, most = found.groups()
    return Between(signal, float(least) if least else None, float(most) if most else None)
