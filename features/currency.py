"""Money of several currencies, brought to the company's own at one date's rates.

A whole snapshot is converted at the rates of its `as_of`, past and future prices alike:
a rate that moves is then no movement of revenue.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


class UnknownRate(ValueError):
    """An amount is in a currency for which no rate holds."""


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `currency` is `rate` units of the company's currency, from `since` on."""

    currency: str
    since: date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Rates:
    """The company's currency and the rates of all others."""

    own: str = "EUR"
    rates: tuple[Rate, ...] = ()

    def at(self, currency: str | None, day: date) -> float:
        """Units of the company's currency for one of `currency` on `day`.

        The first rate of a currency also holds before its date, so that old amounts have
        a value. Raises UnknownRate for a currency without any rate.
        """
        if not currency or currency.upper() == self.own.upper():
            return 1.0
        mine = sorted(
            (r for r in self.rates if r.currency.upper() == currency.upper()),
            key=lambda r: r.since,
        )
        if not mine:
            known = ", ".join(sorted({r.currency for r in self.rates} | {self.own}))
            raise UnknownRate(
                f"amounts in {currency!r} have no rate; known currencies: {known}. "
                f'Add [[rates]] with currency = "{currency}", from and rate.'
            )
        past = [r for r in mine if r.since <= day]
        return float((past[-1] if past else mine[0]).rate)
