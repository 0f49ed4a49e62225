"""The cells of the list as they are printed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from models.score import Band
from serving import format
from serving.charts.marks import LETTERS, mark
from serving.charts.sparks import trend
from serving.console.accounts.columns import HEADINGS, Column, kept, renews_in, segment
from serving.console.dates import short_days
from serving.console.links import account_link
from serving.console.openings import step
from serving.console.phrases import in_short
from serving.presentation import Presentation, leading_reason
from serving.store import AccountScore

SOON, SILENT = 60, 30
"""Days to renewal and days without a talk from which a number is bold."""
LABELLED = {
    Column.CHANCE: "to leave", Column.HEALTH: "health", Column.ARR: "ARR", Column.LOSS: "loss",
    Column.RENEWS: "renews in", Column.SPOKE: "spoke", Column.USERS: "users",
    Column.SINCE: "since", Column.CRM: "CRM",
}  # fmt: skip
"""What stands before a cell where rows are stacked on a phone."""
WORDS = (Column.REASON, Column.STEP)


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell: its class, its label on a phone, and its content."""

    css: str
    label: str
    content: Markup
    is_head: bool


@dataclass(frozen=True, slots=True)
class RowMaker:
    """Makes rows.

    Attributes:
        trends: health over time by account.
        view: which list this is, for the pages of its accounts; see `account.neighbours`.
    """

    columns: Sequence[Column]
    presentation: Presentation
    trends: Mapping[str, Sequence[float | None]]
    view: str = ""

    def row(self, found: AccountScore) -> tuple[CellView, ...]:
        """The cells of one account."""
        return tuple(self._cell(column, found) for column in self.columns)

    def _cell(self, column: Column, found: AccountScore) -> CellView:
        content = escape(self._makers(found)[column]())
        label = LABELLED.get(column, "")
        return CellView(_css(column, found), label, content, column is Column.NAME)

    def _makers(self, found: AccountScore) -> Mapping[Column, Callable[[], str]]:
        money, card = self.presentation.currency, found.card
        return {
            Column.BAND: lambda: band(found.score.band),
            Column.NAME: lambda: _name(found, self.view),
            Column.CHANCE: lambda: format.percent(found.risk),
            Column.HEALTH: lambda: _health(found),
            Column.TREND: lambda: trend(self.trends.get(card.account_id, ()), found.score.band),
            Column.ARR: lambda: format.money(card.arr, money),
            Column.LOSS: lambda: format.money(found.expected_loss, money),
            Column.TIER: lambda: card.tier,
            Column.SEGMENT: lambda: segment(found),
            Column.CSM: lambda: card.csm,
            Column.RENEWS: lambda: _days(renews_in(found)),
            Column.SPOKE: lambda: _days(kept(found, "last_spoke")),
            Column.USERS: lambda: _whole(kept(found, "users")),
            Column.SINCE: lambda: format.day(found.standing.since if found.standing else None),
            Column.REASON: lambda: self._reason(found),
            Column.STEP: lambda: step(found.score.band, found.score.reasons),
            Column.CRM: lambda: card.crm_id,
        }

    def _reason(self, found: AccountScore) -> str:
        reason = leading_reason(found.score)
        return in_short(self.presentation.words, reason) if reason else ""


def band(of: Band) -> Markup:
    """A band's mark with its word."""
    return Markup('<span class="band b{}">{}{}</span>').format(
        LETTERS[of], mark(of), of.value.capitalize()
    )


def _css(column: Column, found: AccountScore) -> str:
    found_css = "n" if HEADINGS[column].number else "w" if column in WORDS else ""
    if column in {Column.TIER, Column.CSM, Column.SEGMENT, Column.STEP, Column.CRM, Column.SINCE}:
        found_css += " q"
    if column in {Column.BAND, Column.TIER, Column.CSM, Column.RENEWS, Column.SPOKE}:
        found_css += " nw"
    if column is Column.TREND:
        found_css += " hide"
    return f"{found_css} {_weight(column, found)}".strip()


def _weight(column: Column, found: AccountScore) -> str:
    renews, spoke = renews_in(found), kept(found, "last_spoke")
    soon = column is Column.RENEWS and renews is not None and 0 <= renews <= SOON
    silent = column is Column.SPOKE and spoke is not None and spoke >= SILENT
    return "s" if soon or silent else ""


def _name(found: AccountScore, view: str) -> Markup:
    name = found.card.name or found.card.account_id
    return Markup('<a href="{}">{}</a>').format(account_link(found.card.account_id, view), name)


def _health(found: AccountScore) -> Markup:
    now = found.score.health_score
    before = found.standing.previous_health if found.standing else None
    change = ""
    if now is not None and before is not None:
        moved = round(now) - round(before)
        change = f"{'+' if moved > 0 else format.MINUS}{abs(moved)}" if moved else "0"
    return Markup('<b>{}</b> <span class="delta">{}</span>').format(format.health(now), change)


def _days(number: float | None) -> str:
    return format.UNKNOWN if number is None else short_days(round(number))


def _whole(number: float | None) -> str:
    return format.UNKNOWN if number is None else format.count(round(number))
