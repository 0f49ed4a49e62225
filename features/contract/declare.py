"""The words a table of the contract is declared with.

A column is declared once. Reading, checking, the documentation page, the lake's
schema and the error messages all derive from that declaration.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds; decides how it is read, stored and cut."""

    ID = "id"
    TEXT = "text"
    CATEGORY = "category"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"


HOW_TO_WRITE: dict[Kind, str] = {
    Kind.ID: "any text that is not empty",
    Kind.TEXT: "any text",
    Kind.CATEGORY: "one of the allowed words",
    Kind.INTEGER: "a whole number, e.g. 12",
    Kind.NUMBER: "a number with a decimal point, e.g. 12.5",
    Kind.MONEY: "an amount with a decimal point and no sign of currency, e.g. 1250.00",
    Kind.BOOLEAN: "true or false (also yes/no, 1/0, t/f)",
    Kind.TIMESTAMP: "a date or an ISO 8601 time, e.g. 2026-01-31 or 2026-01-31T09:30:00Z",
}

LARGEST = 1e12
"""The largest size of a number: sums of more would not stay exact."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table of the contract.

    Attributes:
        name: the column's name in the lake.
        kind: what it holds.
        meaning: one phrase for the documentation and for messages.
        required: a row without a value goes to quarantine.
        unit: the unit of numbers, e.g. "per month".
        allowed: the words a CATEGORY may hold; empty means any.
        minimum: the smallest number allowed.
        maximum: the largest number allowed.
        default: what an empty value means, as it would be written in a file.
        hidden_until: the column whose date reveals this one. Naming the column itself
            declares a date at which something happened: it is missing until that date
            (or the row's `known_at`, whichever is later). Empty: visible with its row.
        changes: the value changes over time and old values are overwritten, so without
            versions (`known_at`) it must not feed training.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    unit: str = ""
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    default: str = ""
    hidden_until: str = ""
    changes: bool = False

    @property
    def expects(self) -> str:
        """What a value may be, in words for a message."""
        if self.allowed:
            return "one of " + ", ".join(self.allowed)
        text = HOW_TO_WRITE[self.kind]
        if self.minimum is not None and self.maximum is not None:
            return f"{text}, from {self.minimum:g} to {self.maximum:g}"
        if self.minimum is not None:
            return f"{text}, at least {self.minimum:g}"
        return text


@dataclass(frozen=True, slots=True)
class Order:
    """A rule between two dates of one row: `later` must not lie before `earlier`."""

    earlier: str
    later: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the contract.

    Attributes:
        name: the table's name.
        meaning: what one row is.
        columns: its columns, without `known_at`, which every table may carry.
        occurred: the column that says when the fact of a row happened; where it is
            empty the fact is taken to have always been true.
        key: the columns that identify a fact; rows with the same key are versions of
            it. Empty for logs without ids, whose identical rows count once.
        optional_key: a column that becomes the key where a company brings it.
        announced: a date that may lie before `occurred` and from which the fact is
            known already, such as a notice.
        orders: rules between dates of one row.
        required: a company without this table cannot start.
        is_trace: a row shows that the account was there, whose life begins with its first
            trace; what is known of an account may have held before it was one.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    occurred: str
    key: tuple[str, ...] = ()
    optional_key: str = ""
    announced: str = ""
    orders: tuple[Order, ...] = ()
    required: bool = False
    is_trace: bool = True

    def column(self, name: str) -> Column:
        """The column called `name`; KeyError names the table's columns."""
        for column in self.columns:
            if column.name == name:
                return column
        known = ", ".join(c.name for c in self.columns)
        raise KeyError(f"table {self.name} has no column {name!r}; it has {known}")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(c.name for c in self.columns)
