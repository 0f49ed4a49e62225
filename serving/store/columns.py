"""Column types that mean the same on SQLite and on every other database."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from models.score import Band, Reason

MONEY_DECIMALS = 4
MONEY_LIMIT = Decimal(10) ** 14
_CENTS = 2
"""Decimals of a cent."""
_OF_CENT = 10 ** (MONEY_DECIMALS - _CENTS)


def text_key() -> TypeEngine[str]:
    """Text compared byte by byte, so that every database sorts ids and names alike."""
    return String().with_variant(String(collation="C"), "postgresql")


def band_word(column: str) -> Enum:
    """A band by its word, checked by the database; the column names the check."""
    return Enum(
        Band,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        length=6,
        name=column,
    )


def ten_thousandths(amount: Decimal) -> int:
    """An amount as a whole number of ten-thousandths, rounded half to even."""
    return int(amount.scaleb(MONEY_DECIMALS).to_integral_value(ROUND_HALF_EVEN))


def amount_of(ten_thousandths: int) -> Decimal:
    """The amount of so many ten-thousandths, with two decimals, or more where it has them."""
    cents, rest = divmod(ten_thousandths, _OF_CENT)
    if not rest:
        return Decimal(cents).scaleb(-_CENTS)
    return Decimal(ten_thousandths).scaleb(-MONEY_DECIMALS).normalize()


def amount_if(ten_thousandths: int | None) -> Decimal | None:
    """The same of an amount that may not be known."""
    return None if ten_thousandths is None else amount_of(ten_thousandths)


class Money(TypeDecorator[Decimal]):
    """A Decimal amount, kept as a whole number of ten-thousandths of the currency.

    SQLite has no exact decimal type; whole numbers are exact and sort on every database.
    Four decimals hold every ISO 4217 currency; finer amounts are rounded half to even.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(
        self,
        value: Decimal | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> int | None:
        """Amount to ten-thousandths."""
        return None if value is None else ten_thousandths(value)

    def process_result_value(
        self,
        value: int | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> Decimal | None:
        """Ten-thousandths to an amount with two decimals, or more where it has them."""
        return amount_if(value)


class UtcInstant(TypeDecorator[datetime]):
    """An instant; goes in with a time zone, comes out in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive instants; SQLite keeps no zone, so it gets UTC without one."""
        if value is None:
            return None
        utc = require_zone(value).astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        """Give back the same instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def require_zone(instant: datetime) -> datetime:
    """The same instant.

    Raises:
        ValueError: it has no time zone.
    """
    if instant.tzinfo is None:
        raise ValueError(f"An instant needs a time zone; {instant.isoformat()} has none.")
    return instant


class Json(TypeDecorator[Any]):
    """JSON as compact text; numbers that are not finite become null."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ARG002
        """Value to JSON."""
        return compact(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """JSON to value."""
        return None if value is None else json.loads(value)


class Reasons(TypeDecorator[tuple[Reason, ...]]):
    """Reasons as codes and numbers: `[["signal", value, contribution, together], ...]`.

    Reasons stored before signals were grouped have no fourth item.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(
        self,
        value: Sequence[Reason] | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> str:
        """Reasons to JSON."""
        return compact([[r.signal, r.value, r.contribution, r.together] for r in value or ()])

    def process_result_value(
        self,
        value: str | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> tuple[Reason, ...]:
        """JSON to reasons."""
        return tuple(Reason(*item) for item in json.loads(value or "[]"))


def compact(value: Any) -> str:
    """Value as JSON without spaces, keys sorted: equal values give equal text."""
    return json.dumps(finite(value), separators=(",", ":"), sort_keys=True, allow_nan=False)


def finite(value: Any) -> Any:
    """The same value with every number that is not finite replaced by None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value
