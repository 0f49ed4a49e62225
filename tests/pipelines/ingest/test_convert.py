from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pyarrow as pa
import pytest

from features.contract import TABLES, Column, Kind, Table
from features.contract.arrow import schema
from pipelines.errors import SourceError
from pipelines.ingest.convert import Converted, convert
from pipelines.ingest.engine import query


def declared(kind: Kind, **more: object) -> Table:
    column = Column("value", kind, "a value", **more)  # type: ignore[arg-type]
    return Table("things", "one thing", (column,), occurred="value")


def converted(kind: Kind, given: object, *formats: str, **more: object) -> Converted:
    array = given if isinstance(given, pa.Array) else pa.array([given])
    return convert(declared(kind, **more), pa.table({"value": array}), formats)


def value(kind: Kind, given: object, *formats: str, **more: object) -> object:
    """The one value read; a string "bad: reason" where the row was refused."""
    found = converted(kind, given, *formats, **more)
    if found.findings:
        assert len(found.table) == 0
        assert found.findings[0].rows.tolist() == [0]
        return f"bad: {found.findings[0].reason}"
    return found.table.column("value")[0].as_py()


def instant(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2025-01-31", instant(2025, 1, 31)),
        ("2025-01-31T09:30:00Z", instant(2025, 1, 31, 9, 30)),
        ("2025-01-31 09:30", instant(2025, 1, 31, 9, 30)),
        ("2023-07-28 3:00", instant(2023, 7, 28, 3)),
        ("2023/7/8", instant(2023, 7, 8)),
        ("2025-01-31T09:30:00+02:00", instant(2025, 1, 31, 7, 30)),
        ("2025-01-31 09:30:00 -0530", instant(2025, 1, 31, 15)),
        ("2025-01-31 09:30:00.123456789Z", instant(2025, 1, 31, 9, 30, 0, 123456)),
        (" 2025-01-31\t", instant(2025, 1, 31)),
        ("9999-12-31", instant(9999, 12, 31)),
        ("", None),
        (date(2025, 1, 31), instant(2025, 1, 31)),
        (datetime(2025, 1, 31, 9), instant(2025, 1, 31, 9)),
        (datetime(2025, 1, 31, 9, tzinfo=timezone(timedelta(hours=2))), instant(2025, 1, 31, 7)),
        (None, None),
    ],
)
def test_times(given: object, expected: datetime | None) -> None:
    assert value(Kind.TIMESTAMP, given) == expected


@pytest.mark.parametrize(
    "given",
    [
        "31/01/2025",
        "2025-02-30",
        "2025-01-31 3:00 PM",
        "20250131",
        "1738314000",
        "now",
        "infinity",
        "epoch",
        "25-01-31",
        "10000-01-01",
        1738314000,
    ],
)
def test_what_is_no_time(given: object) -> None:
    assert str(value(Kind.TIMESTAMP, given)).startswith("bad: it is not a date or an ISO 8601")


def test_times_before_1900_are_mistakes() -> None:
    assert value(Kind.TIMESTAMP, "2025-01-31 (BC)") == "bad: it lies before the year 1900"
    assert value(Kind.TIMESTAMP, "0202-01-01") == "bad: it lies before the year 1900"


def test_times_of_nanoseconds_are_rounded_to_microseconds() -> None:
    given = pa.array([1_735_689_600_123_456_789], pa.timestamp("ns"))
    assert value(Kind.TIMESTAMP, given) == instant(2025, 1, 1, 0, 0, 0, 123457)


def test_formats_are_tried_in_order_after_iso() -> None:
    formats = ("%d/%m/%Y %H:%M", "%d/%m/%Y", "%m-%d-%y %H:%M %z")
    assert value(Kind.TIMESTAMP, "03/04/2025 10:00", *formats) == instant(2025, 4, 3, 10)
    assert value(Kind.TIMESTAMP, "03/04/2025", *formats) == instant(2025, 4, 3)
    assert value(Kind.TIMESTAMP, "04-03-25 10:00 +0200", *formats) == instant(2025, 4, 3, 8)
    assert value(Kind.TIMESTAMP, "2025-04-03", *formats) == instant(2025, 4, 3)
    assert str(value(Kind.TIMESTAMP, "13/13/2025", *formats)).startswith("bad: ")


def test_a_wrong_format_is_the_users_mistake() -> None:
    with pytest.raises(SourceError, match="timestamp_formats is '%Q': DuckDB says: "):
        converted(Kind.TIMESTAMP, "x", "%Q")


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        (Kind.ID, " a1 ", "a1"),
        (Kind.ID, "007", "007"),
        (Kind.ID, 12346, "12346"),
        (Kind.ID, 12346.0, "12346"),
        (Kind.ID, 1.5, "1.5"),
        (Kind.ID, Decimal("12"), "12"),
        (Kind.TEXT, "\u00a0two\nlines ", "two\nlines"),
        (Kind.TEXT, "   ", None),
        (Kind.INTEGER, "12", 12),
        (Kind.INTEGER, "-12.0", -12),
        (Kind.INTEGER, 12.0, 12),
        (Kind.INTEGER, "999999999999", 999999999999),
        (Kind.NUMBER, "1e3", 1000.0),
        (Kind.NUMBER, Decimal("1.25"), 1.25),
        (Kind.NUMBER, float("nan"), None),
        (Kind.MONEY, "1250.5", Decimal("1250.5000")),
        (Kind.MONEY, 0.1, Decimal("0.1000")),
        (Kind.MONEY, 3, Decimal("3.0000")),
        (Kind.MONEY, "-3", Decimal("-3.0000")),
        (Kind.BOOLEAN, "Yes", True),
        (Kind.BOOLEAN, "f", False),
        (Kind.BOOLEAN, "0", False),
        (Kind.BOOLEAN, 1, True),
        (Kind.BOOLEAN, True, True),
        (Kind.BOOLEAN, "", None),
    ],
)
def test_values(kind: Kind, given: object, expected: object) -> None:
    found = value(kind, given)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("kind", "given", "reason"),
    [
        (Kind.INTEGER, "1.5", "it is not a whole number, e.g. 12"),
        (Kind.INTEGER, "99999999999999999999", "it is not a whole number, e.g. 12"),
        (Kind.NUMBER, "1e13", "its size is more than 1e+12"),
        (Kind.INTEGER, "-1000000000001", "its size is more than 1e+12"),
        (Kind.MONEY, "1000000000000.01", "its size is more than 1e+12"),
        (Kind.NUMBER, "12,5", "it is not a number with a decimal point, e.g. 12.5"),
        (Kind.NUMBER, "inf", "it is not a number with a decimal point, e.g. 12.5"),
        (Kind.NUMBER, "nan", "it is not a number with a decimal point, e.g. 12.5"),
        (Kind.NUMBER, float("inf"), "it is not a number with a decimal point, e.g. 12.5"),
        (Kind.NUMBER, "N/A", "it is not a number with a decimal point, e.g. 12.5"),
        (
            Kind.MONEY,
            "€12",
            "it is not an amount with a decimal point and no sign of currency, e.g. 1250.00",
        ),
        (
            Kind.MONEY,
            "1e15",
            "it is not an amount with a decimal point and no sign of currency, e.g. 1250.00",
        ),
        (Kind.BOOLEAN, "maybe", "it is not true or false (also yes/no, 1/0, t/f)"),
    ],
)
def test_values_that_do_not_fit(kind: Kind, given: object, reason: str) -> None:
    assert value(kind, given) == f"bad: {reason}"


def test_allowed_words_are_read_whatever_their_case() -> None:
    words = ("low", "high")
    assert value(Kind.CATEGORY, " High ", allowed=words) == "high"
    assert value(Kind.CATEGORY, "urgent", allowed=words) == "bad: it is not one of low, high"


def test_limits() -> None:
    limits = {"minimum": 0, "maximum": 1}
    assert value(Kind.NUMBER, "1", **limits) == 1.0
    assert value(Kind.NUMBER, "1.01", **limits) == (
        "bad: it is not a number with a decimal point, e.g. 12.5, from 0 to 1"
    )
    assert str(value(Kind.MONEY, "-0.01", minimum=0)).startswith("bad: ")


def test_required_values_and_defaults() -> None:
    assert value(Kind.ID, " ", required=True) == "bad: it is required and empty"
    assert value(Kind.NUMBER, float("nan"), required=True) == "bad: it is required and empty"
    assert value(Kind.NUMBER, "", default="1") == 1.0
    assert value(Kind.BOOLEAN, None, default="false") is False


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("rows", [0, 2])
def test_a_column_without_any_value_is_empty(kind: Kind, rows: int) -> None:
    found = converted(kind, pa.nulls(rows))
    assert found.findings == ()
    assert found.table.column("value").to_pylist() == [None] * rows


def test_sums_of_sql_are_numbers() -> None:
    given = query("SELECT sum(x) AS value FROM range(4) t(x)", {}).column("value")
    assert value(Kind.NUMBER, given.combine_chunks()) == 6.0
    assert value(Kind.INTEGER, given.combine_chunks()) == 6
    assert value(Kind.ID, given.combine_chunks()) == "6"


def test_negative_zero_is_zero() -> None:
    assert str(value(Kind.NUMBER, "-0.0")) == "0.0"


def test_columns_that_are_not_brought_are_empty_or_their_default() -> None:
    given = pa.table(
        {"account_id": ["a1"], "event": ["x"], "occurred_at": ["2025-01-01"], "__": [1]}
    ).drop(["__"])
    found = convert(TABLES["usage"], given)
    assert found.table.drop(["__row"]).schema == schema(TABLES["usage"])
    assert found.table.drop(["__row"]).to_pylist() == [
        {
            "account_id": "a1",
            "user_id": None,
            "event": "x",
            "occurred_at": instant(2025, 1, 1),
            "quantity": 1.0,
            "event_id": None,
            "known_at": None,
        }
    ]
    assert not found.brought


def test_bad_rows_leave_the_others_with_their_numbers() -> None:
    given = pa.table(
        {
            "account_id": ["a1", "", "a3", "a4"],
            "event": ["x", "x", "x", ""],
            "occurred_at": ["2025-01-01", "bad", "worse", "2025-01-01"],
            "known_at": ["2025-01-02", "", "", ""],
        }
    )
    found = convert(TABLES["usage"], given)
    assert found.brought
    assert found.table.column("__row").to_pylist() == [0]
    assert [(f.column, f.rows.tolist()) for f in found.findings] == [
        ("account_id", [1]),
        ("event", [3]),
        ("occurred_at", [1, 2]),
    ]
