"""The remedy that is told is tried: what it says reads the very values it was told for."""

import json
import re

import pyarrow as pa
import pytest

from features.contract import Column, Kind
from pipelines.ingest.engine import query
from pipelines.ingest.remedies import remedy

WHEN = Column("occurred_at", Kind.TIMESTAMP, "when")
MONEY = Column("mrr", Kind.MONEY, "what it costs")


@pytest.mark.parametrize(
    ("values", "forms"),
    [
        (("31.12.2024", "01.02.2025"), ["%d.%m.%Y"]),
        (("31.12.2024 08:15",), ["%d.%m.%Y %H:%M"]),
        (("12/31/2024 1:05 PM", "01/02/2025 11:59 AM"), ["%m/%d/%Y %I:%M %p"]),
        (("31 Jan 2024",), ["%d %b %Y"]),
        (("Jan 31, 2024",), ["%b %d, %Y"]),
        (("20240131",), ["%Y%m%d"]),
        (("31.12.2024", "31.12.2024 08:15"), ["%d.%m.%Y", "%d.%m.%Y %H:%M"]),
    ],
)
def test_the_form_of_dates_is_read_off_the_values(values: tuple[str, ...], forms: list[str]):
    said = remedy(WHEN, values)

    assert f"timestamp_formats = {json.dumps(forms)}" in said


def test_both_forms_are_told_where_a_day_may_be_a_month():
    said = remedy(WHEN, ("01/02/2025", "03/04/2025"))

    assert '"%d/%m/%Y" or "%m/%d/%Y"' in said
    assert "do not tell" in said
    assert '["%d/%m/%Y"]' in remedy(WHEN, ("01/02/2025", "13/04/2025"))


def test_a_value_without_any_form_leaves_an_example():
    assert '["%d/%m/%Y"]' in remedy(WHEN, ("soon", "31.12.2024"))


def expression(said: str) -> str:
    """The expression that a remedy tells."""
    found = re.search(r'= "(.*)" }', said)
    assert found, said
    return found.group(1)


@pytest.mark.parametrize(
    ("values", "cents"),
    [
        (["249,5", "1.250,00", "-3"], [24950, 125000, -300]),
        (["1,250.50", "99"], [125050, 9900]),
        (["€ 1.250,75", "12,00 €"], [125075, 1200]),
        (["$99.90", "USD 1,000"], [9990, 100000]),
        (["1,500", "980", "12,000"], [150000, 98000, 1200000]),
        (["(1,250.50)", "$ 9.00", "($3.00)"], [-125050, 900, -300]),
        (["1.250,50-", "12,00", "7,00 €-"], [-125050, 1200, -700]),
        (["\u221212,00 €", "12,00 €"], [-1200, 1200]),
    ],
)
def test_an_amount_is_read_as_the_remedy_says(values: list[str], cents: list[int]):
    sql = expression(remedy(MONEY, values)).replace("COLUMN", "given")

    found = query(
        f"SELECT CAST({sql} AS DECIMAL(18, 4)) * 100 AS v FROM t",
        {"t": pa.table({"given": values})},
    )

    assert [int(value) for value in found["v"].to_pylist()] == cents


def test_a_comma_that_may_part_thousands_is_told():
    said = remedy(MONEY, ["1,250"])
    assert "\"replace(COLUMN, ',', '')\"" in said
    assert "If commas are decimal: replace(replace(COLUMN, '.', ''), ',', '.')" in said
    quantity = Column("quantity", Kind.NUMBER, "how much")
    assert "If commas part thousands: replace(COLUMN, ',', '')" in remedy(quantity, ["1,250"])


def test_thousands_of_amounts_are_no_remedy_that_halves_them():
    assert remedy(MONEY, ["1.2k", "3.5 Mio"]).startswith("Correct it, or compute it from")
    assert remedy(MONEY, ["2024-01"]).startswith("Correct it, or compute it from")


@pytest.mark.parametrize(
    ("values", "whole"), [(["2.598", "1.000.250"], [2598, 1000250]), (["1,250"], [1250])]
)
def test_whole_numbers_with_thousands_set_apart(values: list[str], whole: list[int]):
    said = remedy(Column("seats", Kind.INTEGER, "seats"), values)
    sql = expression(said).replace("COLUMN", "given")
    found = query(f"SELECT CAST({sql} AS BIGINT) AS v FROM t", {"t": pa.table({"given": values})})
    assert found["v"].to_pylist() == whole
    assert "compute it from" in remedy(Column("seats", Kind.INTEGER, "seats"), ["2.5"])


@pytest.mark.parametrize("values", [[1706659200, 1706659201], [1706659200000, 1706659201000]])
def test_seconds_since_1970_are_computed(values: list[int]):
    sql = expression(remedy(WHEN, values)).replace("COLUMN", "given")

    found = query(f"SELECT CAST({sql} AS VARCHAR) AS v FROM t", {"t": pa.table({"given": values})})

    assert found["v"].to_pylist() == ["2024-01-31 00:00:00", "2024-01-31 00:00:01"]


def test_values_without_anything_in_common_are_to_be_corrected():
    assert remedy(MONEY, ["much", "249,5"]).startswith("Correct it, or compute it from")
