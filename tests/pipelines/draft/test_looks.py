"""How values are read: what a look says is tried on the values themselves."""

import pyarrow as pa
import pytest

from features.contract import TABLES, Column, Kind
from pipelines.draft.looks import COLUMN, Look, meaning_nothing
from pipelines.ingest.engine import query

WHEN = Column("when", Kind.TIMESTAMP, "")
MONEY = Column("amount", Kind.MONEY, "")
YES = Column("auto_renew", Kind.BOOLEAN, "")
SEVERITY = TABLES["tickets"].column("severity")
CHANNEL = TABLES["interactions"].column("channel")
MONTHS = TABLES["subscriptions"].column("billing_months")


def look(*values: str, kind: str = "VARCHAR") -> Look:
    nothing = meaning_nothing(values)
    texts = tuple(dict.fromkeys(v for v in values if v and v.lower() not in nothing))
    column = pa.chunked_array([pa.array(values, pa.string())])
    return Look("v", "v", kind, column, texts, nothing, len(values), len(set(values)))


def computed(reading, values):
    sql = f"SELECT {reading.sql.replace(COLUMN, 'v')} AS found FROM t"
    return query(sql, {"t": pa.table({"v": values})}).column("found").to_pylist()


def test_iso_dates_need_nothing():
    reading = look("2024-01-31", "2024-02-01T10:00:00Z").read_as("usage", WHEN)
    assert (reading.sql, reading.forms, reading.fits) == (COLUMN, (), 1.0)


def test_forms_of_dates_and_when_they_are_not_told():
    assert look("31.01.2024", "01.02.2024").read_as("usage", WHEN).forms == ("%d.%m.%Y",)
    assert look("01/02/2024").read_as("usage", WHEN).forms == ("%d/%m/%Y", "%m/%d/%Y")
    assert look("20240131", kind="BIGINT").read_as("usage", WHEN).forms == ("%Y%m%d",)
    assert look("2024013", "2024014", kind="BIGINT").read_as("usage", WHEN).fits == 0


def test_seconds_since_1970():
    reading = look("1706659200", kind="BIGINT").read_as("usage", WHEN)
    assert "seconds since 1970" in reading.note
    assert str(computed(reading, [1706659200])[0]) == "2024-01-31 00:00:00"


@pytest.mark.parametrize(("given", "cents"), [("1.250,50", 125050), ("€ 12,5", 1250)])
def test_amounts_as_others_write_them(given, cents):
    reading = look(given, "3,00").read_as("invoices", MONEY)
    assert float(computed(reading, [given])[0]) * 100 == cents


WHOLE = TABLES["subscriptions"].column("seats")


@pytest.mark.parametrize("column", [MONEY, WHOLE])
@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        (["1.500", "980", "2.250", "12.000"], [1500, 980, 2250, 12000]),
        (["1,500", "980", "2,250", "12,000"], [1500, 980, 2250, 12000]),
    ],
)
def test_points_and_commas_before_three_digits_part_thousands(column, values, numbers):
    reading = look(*values).read_as("subscriptions", column)
    assert [float(found) for found in computed(reading, values)] == numbers
    assert "as parting thousands; they may be decimal" in reading.note


def test_points_in_every_amount_leave_numbers_that_are_a_thousand_times_as_much():
    reading = look("1.500", "2.250", "12.000", kind="DOUBLE").read_as("invoices", MONEY)
    assert computed(reading, [1.5, 2.25, 12.0]) == [1500, 2250, 12000]


def test_decimals_stay_decimals():
    for values in (["1.5", "2.25", "12.125"], ["0.500", "2.250", "1.125"], ["1.500"]):
        assert look(*values, kind="DOUBLE").read_as("invoices", MONEY).sql == COLUMN
    quantity = TABLES["usage"].column("quantity")
    assert look("1.500", "2.250", "12.000").read_as("usage", quantity).sql == COLUMN


@pytest.mark.parametrize("credit", ["($1,250.50)", "-$1,250.50", "$-1,250.50", "\u2212$1,250.50"])
def test_credits_stay_below_nothing(credit):
    reading = look("$3.00", credit).read_as("invoices", MONEY)
    assert [float(v) for v in computed(reading, ["$3.00", credit])] == [3, -1250.5]


def test_thousands_written_as_a_letter_are_not_read_as_units():
    assert look("1.2k", "980").read_as("invoices", MONEY).fits < 1


def test_words_for_nothing_are_left_empty():
    reading = look("31.01.2024", "NULL", "-").read_as("usage", WHEN)
    assert reading.forms == ("%d.%m.%Y",)
    assert computed(reading, ["31.01.2024", "NULL", "-"]) == ["31.01.2024", None, None]


def test_yes_in_other_languages():
    reading = look("Ja", "nein").read_as("subscriptions", YES)
    assert computed(reading, ["Ja", "nein"]) == [True, False]
    assert look("maybe", "nein").read_as("subscriptions", YES).fits < 1


def test_words_of_the_contract_for_those_of_others():
    reading = look("Urgent", "medium", "low").read_as("tickets", SEVERITY)
    assert computed(reading, ["Urgent", "medium", "low"]) == ["critical", "normal", "low"]
    strange = look("purple", "low").read_as("tickets", SEVERITY)
    assert (strange.fits, "purple" in strange.note) == (0.5, True)


def test_a_channel_without_a_word_is_another_one():
    reading = look("Phone", "Pigeon").read_as("interactions", CHANNEL)
    assert computed(reading, ["Phone", "Pigeon"]) == ["call", "other"]


def test_months_by_their_words():
    reading = look("monthly", "Annual").read_as("subscriptions", MONTHS)
    assert computed(reading, ["monthly", "Annual"]) == [1, 12]


def test_numbers_of_five_digits_are_days_where_they_lie_in_our_time():
    reading = look("45292", "45293.5", kind="DOUBLE").read_as("usage", WHEN)
    assert "as Excel counts them" in reading.note
    assert [str(v) for v in computed(reading, [45292.0, 45293.5])] == [
        "2024-01-01 00:00:00", "2024-01-02 12:00:00",
    ]  # fmt: skip
    assert look("10115", "99084", kind="BIGINT").read_as("usage", WHEN).fits == 0
