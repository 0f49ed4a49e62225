"""The filters and orders of the list of accounts, as its address takes them."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from models.score import Band
from serving.api.days import Day
from serving.store import Between, Question, Sort
from serving.store.kept import KEPT
from serving.store.pages import CURSOR_LENGTH
from serving.store.rows import storable

PAGE_LIMIT = 200
MOST_WORDS = 20
FURTHEST = 3650


def _storable(word: str) -> str:
    """A word that the store can be asked for.

    Raises:
        ValueError: it holds NUL or half of a character.
    """
    if not storable(word):
        raise ValueError("holds NUL or half of a character, which no account does")
    return word


Word = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$"), AfterValidator(_storable)]
Words = Annotated[list[Word], Field(max_length=MOST_WORDS)]
Days = Annotated[int, Field(ge=-FURTHEST, le=FURTHEST)]
Number = Annotated[float, Field(allow_inf_nan=False)]

AGAIN = "repeat for several"


class AccountFilter(BaseModel):
    """Which accounts, in which order, and how many at once; what a view keeps."""

    model_config = ConfigDict(extra="forbid")

    band: list[Band] = Field(
        default=[], max_length=MOST_WORDS, description=f"Only these bands; {AGAIN}."
    )
    tier: Words = Field(default=[], description=f"Only these tiers; {AGAIN}.")
    csm: Words = Field(
        default=[], description=f"Only accounts of these CSMs; {AGAIN}, empty for nobody's."
    )
    industry: Words = Field(default=[], description=f"Only these industries; {AGAIN}.")
    region: Words = Field(default=[], description=f"Only these regions; {AGAIN}.")
    size_class: Words = Field(default=[], description=f"Only these size classes; {AGAIN}.")
    revenue_class: Words = Field(
        default=[], description=f"Only these classes of yearly revenue; {AGAIN}."
    )
    stage: Words = Field(default=[], description=f"Only these stages of life; {AGAIN}.")
    paid_or_free: Words = Field(default=[], description=f"`paid` or `free`; {AGAIN}.")
    renews_from: Days | None = Field(
        default=None, description="Renews so many days after the run or later; 0 is its day."
    )
    renews_to: Days | None = Field(
        default=None, description="Renews so many days after the run or earlier."
    )
    changed_since: Day | None = Field(
        default=None, description="Came into its band from another on that day or later."
    )
    last_spoke_min: Number | None = Field(
        default=None, description="So many days or more since the customer spoke."
    )
    last_spoke_max: Number | None = Field(default=None, description="So many days or fewer.")
    users_min: Number | None = Field(
        default=None, description="So many people or more used the product in 30 days."
    )
    users_max: Number | None = Field(default=None, description="So many people or fewer.")
    users_change_min: Number | None = Field(
        default=None, description="Their change against the 30 days before, or more."
    )
    users_change_max: Number | None = Field(default=None, description="That change or less.")
    utilisation_min: Number | None = Field(
        default=None, description="So many active people per seat paid for, or more."
    )
    utilisation_max: Number | None = Field(default=None, description="So many or fewer.")
    search: Word = Field(
        default="",
        description="A word of the name begins like this, upper and lower case alike, or the id"
        " does as it is spelt.",
    )
    sort: Sort = Field(
        default=Sort.RISK,
        description="By risk, expected loss, change of risk against the run before, or ARR, highest"
        " first; by name; or by renewal, earliest first. The unknown comes last.",
    )
    limit: int = Field(default=50, ge=1, le=PAGE_LIMIT, description="Accounts on a page.")

    def question(self) -> Question:
        """What the store is asked."""
        columns = ("industry", "region", "size_class", "revenue_class", "stage", "paid_or_free")
        words = {name: tuple(getattr(self, name)) for name in columns}
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


class AccountQuery(AccountFilter):
    """Which accounts, in which order, from where on."""

    cursor: str | None = Field(
        default=None,
        max_length=CURSOR_LENGTH,
        description="`next_cursor` of the page before, with the same filters and order.",
    )
