"""Words of reasons come from the signals' declarations."""

import pytest

from features.signals import CATALOGUE
from models.explain.wording import Phrase, Wording, phrases, sentence, value_in_words
from models.score import OTHERS, Reason


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "not known"),
        ("enterprise", "enterprise"),
        (0.0, "0"),
        (3.0, "3"),
        (0.125, "0.12"),
        (-0.5, "-0.50"),
        (2.345, "2.3"),
        (12.6, "13"),
        (12345.6, "12,346"),
    ],
)
def test_values_in_words(value: float | str | None, words: str) -> None:
    assert value_in_words(value) == words


@pytest.mark.parametrize("column", CATALOGUE.columns, ids=lambda c: c.name)
def test_every_column_has_a_sentence(column: object) -> None:
    value = "calm" if column.signal.is_word else 4.0
    said = sentence(Reason(column.name, value, 0.5))
    meaning = column.meaning[0].upper() + column.meaning[1:]
    named = column.signal.is_word or column.meaning.startswith(column.signal.unit)
    unit = "" if named else f" {column.signal.unit}"
    shown = value if column.signal.is_word else "4"
    assert said == f"{meaning}: {shown}{unit}; raises the risk."


def test_units_and_direction() -> None:
    assert sentence(Reason("profile__age", 400.0, -0.2)) == (
        "Days as a customer: 400; lowers the risk."
    )
    assert sentence(Reason("profile__age", None, 0.2)) == (
        "Days as a customer: not known; raises the risk."
    )


def test_the_others_are_counted() -> None:
    assert sentence(Reason(OTHERS, 12.0, -0.01)) == "12 other signals together; lowers the risk."


@pytest.mark.parametrize(
    ("together", "words"),
    [(1, ""), (2, " (with 1 other signal like it)"), (9, " (with 8 other signals like it)")],
)
def test_a_reason_says_for_how_many_it_speaks(together: int, words: str) -> None:
    assert sentence(Reason("profile__age", 400.0, 0.2, together)) == (
        f"Days as a customer: 400{words}; raises the risk."
    )


def test_a_wording_learns_and_forgets_nothing() -> None:
    first, then = ("Report Exported",), ("Seat Invited",)
    (old, *_), (new, *_) = (
        [name for name in Wording(events)._columns if name not in _names()]
        for events in (first, then)
    )
    words = Wording(first)
    assert words.meaning(new) == new  # not known
    baskets = [Phrase("consumption__baskets_14d", "baskets bought in 14 days")]
    before = words.vocabulary
    words.learn(then, baskets)
    learnt = words.vocabulary
    assert learnt != before
    words.learn(first, baskets)  # nothing new
    assert words.vocabulary == learnt
    for name, events in ((old, first), (new, then)):
        assert words.meaning(name) == Wording(events).meaning(name) != name
    assert words.meaning("consumption__baskets_14d") == "baskets bought in 14 days"


def test_a_companys_own_events_have_words() -> None:
    events = ("Report Exported",)
    own = [c for c in Wording(events)._columns.values() if c.name not in _names()]
    assert own
    for column in own:
        said = Wording(events)(Reason(column.name, 2.0, 1.0))
        assert said.startswith(column.meaning[0].upper())
        assert column.name not in said
        assert Wording(events).meaning(column.name) == column.meaning


def test_a_companys_own_signals_have_words() -> None:
    own = (
        Phrase("risk__walls_30d", "walls pulled down in the last 30 days", "walls"),
        Phrase("risk__rent", "rent", "per month"),
    )
    words = Wording(("login",), own)
    assert words(Reason("risk__walls_30d", 2.0, 0.5)) == (
        "Walls pulled down in the last 30 days: 2; raises the risk."
    )
    assert words(Reason("risk__rent", 900.0, -0.5)) == "Rent: 900 per month; lowers the risk."
    assert words.meaning("risk__rent") == "rent"
    assert words.meaning("profile__age") == "days as a customer"


def test_phrases_come_from_declarations() -> None:
    column = CATALOGUE.column("adoption__users_30d")
    assert phrases([column]) == (
        Phrase("adoption__users_30d", "people who used the product in the last 30 days", "people"),
    )


def _names() -> set[str]:
    return {c.name for c in CATALOGUE.columns}


def test_an_undeclared_signal_is_named() -> None:
    """Old scores may hold signals that are no longer declared."""
    assert sentence(Reason("gone__signal", 1.0, 0.3)) == "gone__signal: 1; raises the risk."
    assert Wording().meaning("gone__signal") == "gone__signal"
