"""Numbers and dates as people read them."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

NARROW_SPACE = "\u202f"
MINUS = "\u2212"
UNKNOWN = "\u2013"
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
UNITS = ((Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k"))


def percent(chance: float | None) -> str:
    """A chance from 0 to 1: `62 %`, `1.8 %` below ten, never a false 0 or 100."""
    if chance is None:
        return UNKNOWN
    share = 100 * chance
    if share < 0.05:
        return f"<{NARROW_SPACE}0.1{NARROW_SPACE}%"
    if share >= 99.5:
        return f">{NARROW_SPACE}99{NARROW_SPACE}%"
    return f"{share:.{0 if share >= 9.95 else 1}f}{NARROW_SPACE}%"


def health(score: float | None) -> str:
    """A health score as a whole number; 100 is healthy."""
    return UNKNOWN if score is None else f"{score:.0f}"


def money(amount: Decimal | None, currency: str) -> str:
    """An amount in three figures: `€412 k`, `€48.6 M`."""
    if amount is None:
        return UNKNOWN
    for size, unit in UNITS:
        if abs(amount) >= size * Decimal("0.9995"):
            return _signed(currency, _figures(amount / size), f"{NARROW_SPACE}{unit}")
    return _signed(currency, _round(amount, 0), "")


def _figures(amount: Decimal) -> Decimal:
    return _round(amount, 1 if abs(amount) < Decimal("99.95") else 0)


def _round(amount: Decimal, decimals: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _signed(currency: str, amount: Decimal, unit: str) -> str:
    symbol = SYMBOLS.get(currency, f"{currency}{NARROW_SPACE}" if currency else "")
    return f"{MINUS if amount < 0 else ''}{symbol}{abs(amount):,}{unit}"


def money_in_full(amount: Decimal | None, currency: str) -> str:
    """An amount to the whole unit: `€186,400`."""
    return UNKNOWN if amount is None else _signed(currency, _round(amount, 0), "")


def day(when: date | None) -> str:
    """A date: `14 June 2026`."""
    return UNKNOWN if when is None else f"{when.day} {when:%B %Y}"


def share(contribution: float) -> str:
    """A signed share of the log-odds: `+0.75`."""
    sign = MINUS if contribution < 0 else "+"
    return f"{sign}{abs(contribution):.2f}"


def count(number: int) -> str:
    """A whole number with thousands: `1,914`."""
    return f"{number:,}"


def counted(number: int, noun: str) -> str:
    """A number of things: `1 account`, `1,914 accounts`."""
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Words in a row: `red, yellow and green`."""
    return f" {last} ".join([", ".join(words[:-1]), *words[-1:]] if words[1:] else words)
