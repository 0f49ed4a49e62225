"""What the configuration will say, before it is written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from features.contract import TABLES
from features.contract.synonyms import COLUMN_NAMES
from pipelines.draft.found import NotRead
from pipelines.draft.naming import column_name, currency_in
from pipelines.draft.outcome import Outcome
from pipelines.draft.plans import Plan
from pipelines.draft.sheets import Sheet

_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "CHF": "CHF"}
_CODES = ("currency", *COLUMN_NAMES["invoices"]["currency"])
_CODE = 3
_DERIVED_FROM = ("subscriptions", "usage", "outcomes")


@dataclass(frozen=True)
class Draft:
    """All that was found.

    Attributes:
        plans: the sheets that are tables, in the contract's order.
        failed: the best plans of sheets that are none.
        skipped: files that could not be read.
        currencies: the currencies that amounts are in, the commonest first.
        outcome: what is learnt; None before that is known.
        spoilt: columns that would spoil rows, by table and column, with why.
    """

    plans: tuple[Plan, ...]
    failed: tuple[Plan, ...] = ()
    skipped: tuple[NotRead, ...] = ()
    currencies: tuple[str, ...] = ()
    outcome: Outcome | None = None
    spoilt: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, table: str) -> list[Plan]:
        """The plans of a table, the likeliest first."""
        found = [plan for plan in self.plans if plan.table.name == table]
        return sorted(found, key=lambda plan: -plan.score)

    @property
    def tables(self) -> list[str]:
        """The tables that rows were found for, in the contract's order."""
        return [name for name in TABLES if self.of(name)]

    @property
    def derived(self) -> list[Plan]:
        """The plans whose rows the accounts are taken from, where no sheet lists them."""
        if self.of("accounts"):
            return []
        return [plan for table in _DERIVED_FROM for plan in self.of(table) if not plan.link]

    @property
    def sheets(self) -> list[Sheet]:
        """Every sheet that was read, once."""
        found = {id(p.sheet): p.sheet for p in (*self.plans, *self.failed)}
        return list(found.values())

    def users_of(self, sheet: Sheet) -> list[Plan]:
        """The plans that use a sheet."""
        return [plan for plan in self.plans if plan.sheet is sheet]


def currencies_of(plans: Sequence[Plan]) -> tuple[str, ...]:
    """The currencies of the amounts, the commonest first; else what any column's name tells."""
    counts = Counter(code for plan in plans for code in _codes(plan))
    named = Counter(
        code for plan in plans for look in plan.sheet.looks if (code := currency_in(look.name))
    )
    return tuple(code for code, _ in (counts or named).most_common())


def _codes(plan: Plan) -> Sequence[str]:
    codes = [look for look in plan.sheet.looks if column_name(look.name) in _CODES]
    if codes and all(len(text) == _CODE for text in codes[0].texts):
        values = codes[0].values.to_pylist()
        return [str(value).strip().upper() for value in values if value]
    amount = plan.choices.get("mrr") or plan.choices.get("amount")
    if amount is None or not amount.source:
        return []
    look = plan.sheet.look(amount.source)
    named = currency_in(look.name) or next(
        (code for sign, code in _SIGNS.items() if any(sign in text for text in look.texts)), ""
    )
    return [named] if named else []
