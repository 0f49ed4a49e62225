"""What the address of the list holds: filters, order, columns; all of it can be sent on."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qs, urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from models.score import Band
from serving.console.accounts.columns import DEFAULT, Column
from serving.console.links import ACCOUNTS
from serving.store import Sort
from serving.store.facets import WORDS
from serving.store.pages import CURSOR_LENGTH
from serving.store.question import Between, Question

PAGE, LARGEST_PAGE = 50, 200
LONGEST_WORD, MOST_WORDS = 200, 50
SPOKE = "last_spoke"
Item = TypeVar("Item")


def _unset(given: object) -> object:
    """An empty field of a form chooses nothing."""
    return None if given == "" else given


def _named(given: object) -> object:
    """Likewise among several."""
    return [each for each in given if each != ""] if isinstance(given, list) else given


Days = Annotated[Annotated[int, Field(ge=0, le=3650)] | None, BeforeValidator(_unset)]
Tiers = Annotated[list[str], Field(max_length=MOST_WORDS)]
"""Chosen by links alone: the empty word is no field left empty, but the accounts without one."""
Words = Annotated[Tiers, BeforeValidator(_named)]


class ListQuery(BaseModel):
    """Which accounts, in which order, with which columns, from where on.

    Attributes:
        renews: renews within so many days.
        silent: the customer has not spoken for so many days or longer.
        moved: changed its band within so many days before the run.
        more: the filters by segment are open.
        cols: shown columns; the usual ones where it is empty.
    """

    model_config = ConfigDict(extra="forbid")

    find: str = Field(default="", max_length=LONGEST_WORD)
    band: list[Band] = Field(default=[], max_length=20)
    tier: Tiers = []
    csm: Words = []
    industry: Words = []
    region: Words = []
    size_class: Words = []
    revenue_class: Words = []
    stage: Words = []
    paid_or_free: Words = []
    renews: Days = None
    silent: Days = None
    moved: Days = None
    sort: Sort = Sort.EXPECTED_LOSS
    cols: list[Column] = Field(default=[], max_length=50)
    more: bool = False
    limit: int = Field(default=PAGE, ge=1, le=LARGEST_PAGE)
    cursor: str | None = Field(default=None, max_length=CURSOR_LENGTH)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that are shown, in their usual order."""
        chosen = set(self.cols) or set(DEFAULT)
        return tuple(column for column in Column if column in chosen)

    @property
    def filtered(self) -> bool:
        """Whether anything but order and columns is chosen."""
        plain = self.with_(sort=Sort.EXPECTED_LOSS, cols=[], limit=PAGE, more=False)
        return plain != ListQuery()

    @property
    def segments(self) -> dict[str, list[str]]:
        """The words chosen of each segment other than the tier."""
        return {name: getattr(self, name) for name in WORDS}

    def with_(self, **changes: Any) -> "ListQuery":
        """The same with some of it changed; from its first page on, unless a cursor is given."""
        return self.model_copy(update={"cursor": None, **changes})

    def question(self, as_of: date) -> Question:
        """What the store is asked."""
        silent = () if self.silent is None else (Between(SPOKE, least=float(self.silent)),)
        return Question(
            bands=tuple(self.band),
            tiers=tuple(self.tier),
            csms=tuple(self.csm),
            segments={name: tuple(words) for name, words in self.segments.items() if words},
            renews_from=None if self.renews is None else 0,
            renews_to=self.renews,
            changed_since=None if self.moved is None else as_of - timedelta(days=self.moved - 1),
            signals=silent,
            search=self.find.strip(),
        )

    def link(self, path: str = ACCOUNTS) -> str:
        """The address; what is left at its default stays out."""
        chosen = self.model_dump(mode="json", exclude_defaults=True)
        chosen |= {name: "true" for name, value in chosen.items() if value is True}
        return f"{path}?{urlencode(chosen, doseq=True)}" if chosen else path


def from_query(query: str) -> ListQuery | None:
    """The query of an address of the list, after its question mark; None where it is none."""
    many = parse_qs(query, keep_blank_values=True)
    listed = {name for name, field in ListQuery.model_fields.items() if field.default == []}
    said = {name: of for name, of in many.items() if any(of) or name == "tier"}
    given = {name: of if name in listed else of[-1] for name, of in said.items()}
    try:
        return ListQuery.model_validate(given).with_()
    except ValueError:
        return None


def plainly(query: ListQuery) -> ListQuery:
    """Which accounts, in which order: without columns, open menus and how far one has read."""
    return query.with_(cols=[], limit=PAGE, more=False)


def view_of(query: ListQuery) -> str:
    """The same as part of an address, after its question mark; empty for the list as it opens."""
    return plainly(query).link().partition("?")[2]


def toggled(chosen: Collection[Item], item: Item) -> list[Item]:
    """A choice with one item switched on or off, in its usual order where it has one."""
    if item in chosen:
        return [each for each in chosen if each != item]
    return [*chosen, item]
