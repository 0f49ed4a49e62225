"""What the list of accounts can be asked, by `/v1/accounts`, the console and kept views."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from models.score import Band
from serving.api.days import Day
from serving.store import Between, Question, Sort
from serving.store.kept import KEPT
from serving.store.pages import CURSOR_LENGTH
from serving.store.rows import storable

PAGE_LIMIT = 200
MOST_WORDS = 20
FURTHEST = 3650
"""Days ahead or back that a renewal is looked for."""
SEGMENTS = ("industry", "region", "size_class", "revenue_class", "stage", "paid_or_free")


def _storable(word: str) -> str:
    """A word that the store can be asked for.

    Raises:
        ValueError: it holds NUL or half of a character.
    """
    if not storable(word):
        raise ValueError("holds NUL or half of a character, which no account does")
    return word


Word = Annotated[
    str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$"), AfterValidator(_storable)
]
Words = Annotated[list[Word], Field(max_length=MOST_WORDS)]
Days = Annotated[int, Field(ge=-FURTHEST, le=FURTHEST)]
Number = Annotated[float, Field(allow_inf_nan=False)]


def _words(what: str, example: str) -> list[str]:
    found: list[str] = Field(
        default=[], description=f"Only {what}; repeat for several.", examples=[[example]]
    )
    return found


def _bound(what: str, example: float) -> float | None:
    found: float | None = Field(default=None, description=what, examples=[example])
    return found


class AccountChoice(BaseModel):
    """Which accounts."""

    model_config = ConfigDict(extra="forbid")

    band: list[Band] = Field(
        default=[], max_length=MOST_WORDS, description="Only these bands; repeat for several."
    )
    tier: Words = _words("these tiers", "enterprise")
    csm: Words = _words("accounts of these CSMs, empty for nobody's", "Lena Fischer")
    industry: Words = _words("these industries", "Logistics")
    region: Words = _words("these regions", "DACH")
    size_class: Words = _words("these classes of size", "201-1000")
    revenue_class: Words = _words("these classes of yearly revenue", "high")
    stage: Words = _words("these stages of life", "established")
    paid_or_free: Words = _words("paid or free accounts", "paid")
    renews_from: Days | None = Field(
        default=None,
        description="Renews so many days after the run or later; 0 is its day.",
        examples=[0],
    )
    renews_to: Days | None = Field(
        default=None, description="Renews so many days after the run or earlier.", examples=[90]
    )
    changed_since: Day | None = Field(
        default=None,
        description="Came into its band from another on that day or later.",
        examples=["2026-06-01"],
    )
    last_spoke_min: Number | None = _bound("So many days or more since the customer spoke.", 30)
    last_spoke_max: Number | None = _bound("So many days or fewer.", 90)
    users_min: Number | None = _bound("So many people or more used the product in 30 days.", 1)
    users_max: Number | None = _bound("So many people or fewer.", 5)
    users_change_min: Number | None = _bound(
        "Their change against the 30 days before, or more.", -0.5
    )
    users_change_max: Number | None = _bound("That change or less.", 0)
    utilisation_min: Number | None = _bound(
        "So many active people per seat paid for, or more.", 0.2
    )
    utilisation_max: Number | None = _bound("So many or fewer.", 0.8)
    search: Word = Field(
        default="",
        description="A word of the name begins like this, upper and lower case alike, or the id"
        " does as it is spelt.",
        examples=["bright"],
    )

    def question(self) -> Question:
        """What the store is asked."""
        words = {name: tuple(getattr(self, name)) for name in SEGMENTS}
        bounds = (
            Between(each.name, getattr(self, f"{each.name}_min"), getattr(self, f"{each.name}_max"))
            for each in KEPT
        )
        return Question(
            bands=tuple(self.band),
            tiers=tuple(self.tier),
            csms=tuple(self.csm),
            segments={name: chosen for name, chosen in words.items() if chosen},
            renews_from=self.renews_from,
            renews_to=self.renews_to,
            changed_since=self.changed_since,
            signals=tuple(b for b in bounds if (b.least, b.most) != (None, None)),
            search=self.search.strip(),
        )


class AccountFilter(AccountChoice):
    """Which accounts, in which order, and how many at once."""

    sort: Sort = Field(
        default=Sort.RISK,
        description="By risk, expected loss, change of risk against the run before, or ARR, highest"
        " first; by name; or by renewal, earliest first. The unknown comes last.",
    )
    limit: int = Field(default=50, ge=1, le=PAGE_LIMIT, description="Accounts on a page.")


class AccountQuery(AccountFilter):
    """Which accounts, in which order, from where on."""

    cursor: str | None = Field(
        default=None,
        max_length=CURSOR_LENGTH,
        description="`next_cursor` of the page before, with the same filters and order.",
    )
