from datetime import date
from decimal import Decimal

import pytest

from serving import format


def plain(text):
    return text.replace("\u202f", " ")


@pytest.mark.parametrize(
    ("chance", "expected"),
    [
        (None, "–"),
        (0.0, "< 0.1 %"),
        (0.0004, "< 0.1 %"),
        (0.0005, "0.1 %"),
        (0.018, "1.8 %"),
        (0.0994, "9.9 %"),
        (0.0996, "10 %"),
        (0.62, "62 %"),
        (0.994, "99 %"),
        (0.996, "> 99 %"),
        (1.0, "> 99 %"),
    ],
)
def test_percent(chance, expected):
    assert plain(format.percent(chance)) == expected


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        (None, "EUR", "–"),
        ("0", "EUR", "€0"),
        ("960.4", "EUR", "€960"),
        ("999.6", "EUR", "€1.0 k"),
        ("7100", "USD", "$7.1 k"),
        ("412300", "EUR", "€412 k"),
        ("999600", "EUR", "€1.0 M"),
        ("48600000", "EUR", "€48.6 M"),
        ("2500000000", "GBP", "£2.5 bn"),
        ("-1500", "EUR", "−€1.5 k"),
        ("1500", "CHF", "CHF 1.5 k"),
        ("1500", "", "1.5 k"),
    ],
)
def test_money(amount, currency, expected):
    value = None if amount is None else Decimal(amount)
    assert plain(format.money(value, currency)) == expected


def test_money_in_full():
    assert format.money_in_full(Decimal("186400.50"), "EUR") == "€186,401"
    assert format.money_in_full(None, "EUR") == "–"


def test_small_formats():
    assert format.day(date(2026, 6, 4)) == "4 June 2026"
    assert format.day(None) == "–"
    assert format.share(-0.126) == "−0.13"
    assert format.share(0.75) == "+0.75"
    assert format.health(37.6) == "38"
    assert format.health(None) == "–"
    assert format.count(1914) == "1,914"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ""),
        (["red"], "red"),
        (["red", "green"], "red and green"),
        (["red", "yellow", "green"], "red, yellow and green"),
    ],
)
def test_words_in_a_row(words, expected):
    assert format.listed(words) == expected
    assert format.listed(words, "or") == expected.replace(" and ", " or ")
