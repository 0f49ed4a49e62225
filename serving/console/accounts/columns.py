"""The columns of the list: each declared once, for the page and for the export alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from serving.presentation import Presentation, leading_reason
from serving.store import AccountScore, Sort

Cell = str | float | Decimal | date | None
"""What a cell of the export holds."""


class Column(StrEnum):
    """A column, in the order they are shown."""

    BAND = "band"
    NAME = "name"
    CHANCE = "chance"
    HEALTH = "health"
    TREND = "trend"
    ARR = "arr"
    LOSS = "loss"
    TIER = "tier"
    SEGMENT = "segment"
    CSM = "csm"
    RENEWS = "renews"
    SPOKE = "spoke"
    USERS = "users"
    SINCE = "since"
    REASON = "reason"
    STEP = "step"
    CRM = "crm"


@dataclass(frozen=True, slots=True)
class Heading:
    """How a column is headed.

    Attributes:
        hint: in small print below the label.
        number: whether it is aligned to the right.
        sort: the order that its head asks for; None where there is none.
    """

    label: str
    hint: str = ""
    number: bool = False
    sort: Sort | None = None


HEADINGS: Mapping[Column, Heading] = {
    Column.BAND: Heading("Band"),
    Column.NAME: Heading("Account", sort=Sort.NAME),
    Column.CHANCE: Heading("To leave", "lower is better", True, Sort.RISK),
    Column.HEALTH: Heading("Health", "100 is healthy, change", True, Sort.CHANGE),
    Column.TREND: Heading("12 months"),
    Column.ARR: Heading("ARR", "", True, Sort.ARR),
    Column.LOSS: Heading("Expected loss", "", True, Sort.EXPECTED_LOSS),
    Column.TIER: Heading("Tier"),
    Column.SEGMENT: Heading("Segment"),
    Column.CSM: Heading("CSM"),
    Column.RENEWS: Heading("Renews in", "", True, Sort.RENEWAL),
    Column.SPOKE: Heading("Last spoke", "", True),
    Column.USERS: Heading("Users", "in 30 days", True),
    Column.SINCE: Heading("Band since"),
    Column.REASON: Heading("Top reason"),
    Column.STEP: Heading("Next step"),
    Column.CRM: Heading("CRM id"),
}
DEFAULT = tuple(
    column
    for column in Column
    if column not in {Column.SEGMENT, Column.USERS, Column.SINCE, Column.CRM}
)


def kept(found: AccountScore, name: str) -> float | None:
    """The newest value of a signal that the store keeps."""
    return found.standing.signals.get(name) if found.standing else None


def renews_in(found: AccountScore) -> int | None:
    """Days from the score to the renewal."""
    renews = found.card.renews_at
    return None if renews is None else (renews - found.score.as_of).days


def segment(found: AccountScore) -> str:
    """Industry and region."""
    return ", ".join(word for word in (found.card.industry, found.card.region) if word)


def values(found: AccountScore, presentation: Presentation, step: str) -> dict[Column, Cell]:
    """The cells of the export: numbers stay numbers, dates are ISO dates."""
    reason = leading_reason(found.score)
    takers: Mapping[Column, Callable[[], Cell]] = {
        Column.BAND: lambda: found.score.band.value,
        Column.NAME: lambda: found.card.name or found.card.account_id,
        Column.CHANCE: lambda: _rounded(found.risk, 4),
        Column.HEALTH: lambda: _rounded(found.score.health_score, 1),
        Column.TREND: lambda: _rounded(found.standing.previous_health, 1) if found.standing else "",
        Column.ARR: lambda: found.card.arr,
        Column.LOSS: lambda: found.expected_loss,
        Column.TIER: lambda: found.card.tier,
        Column.SEGMENT: lambda: segment(found),
        Column.CSM: lambda: found.card.csm,
        Column.RENEWS: lambda: found.card.renews_at,
        Column.SPOKE: lambda: _rounded(kept(found, "last_spoke"), 0),
        Column.USERS: lambda: _rounded(kept(found, "users"), 0),
        Column.SINCE: lambda: found.standing.since if found.standing else None,
        Column.REASON: lambda: presentation.words(reason) if reason else "",
        Column.STEP: lambda: step,
        Column.CRM: lambda: found.card.crm_id,
    }
    return {column: take() for column, take in takers.items()}


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals)
