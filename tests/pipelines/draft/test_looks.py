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
