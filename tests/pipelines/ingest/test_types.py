import pyarrow as pa
import pytest

from pipelines.ingest.types import detected, kind_of


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-20", None], "BIGINT"),
        (["1", "2.5", "1e3"], "DOUBLE"),
        (["007", "8"], "VARCHAR"),
        (["00.5", "1"], "VARCHAR"),
        (["12345678901234567890"], "DOUBLE"),
        (["1.500", "980", "2.250", "12.000"], "VARCHAR"),
        (["980"] * 2_000 + ["1.500", "2.250", "12.000"], "VARCHAR"),
        (["1.500", "980", "2.25", "12.000"], "DOUBLE"),
        (["1.500", "1980", "2.250", "12.000"], "DOUBLE"),
        (["1.500", "0.980", "2.250", "12.000"], "DOUBLE"),
        (["1.500", "2.250", "12.000"], "DOUBLE"),
        (["1.500", "980", "2.250"], "DOUBLE"),
        (["TRUE", "false"], "BOOLEAN"),
        (["0", "1"], "BIGINT"),
        (["2025-01-31", "2025-2-1"], "DATE"),
        (["2025-01-31", "2025-02-30"], "VARCHAR"),
        (["2025-01-31", "2023-07-28 3:00"], "TIMESTAMP"),
        (["2025-01-31T10:00:00Z", "2025-01-31"], "TIMESTAMPTZ"),
        (["31/01/2025"], "VARCHAR"),
        ([None, None], "VARCHAR"),
        ([" 1 ", ""], "BIGINT"),
        (["1"] * 2_000 + ["x"], "VARCHAR"),
        ([None] * 2_000 + ["1"], "BIGINT"),
    ],
)
def test_a_column_is_what_all_of_its_values_are(values: list[str | None], kind: str) -> None:
    table = detected(pa.table({'odd "name"': pa.array(values, pa.string())}))
    assert kind_of(table.schema.field(0).type) == kind
    assert table.column_names == ['odd "name"']


def test_times_with_an_offset_are_cast_to_utc() -> None:
    table = detected(pa.table({"at": ["2025-01-31T10:00:00+02:00"]}))
    assert str(table.column("at")[0].as_py()) == "2025-01-31 08:00:00+00:00"


def test_a_table_without_rows_stays_text() -> None:
    table = pa.table({"a": pa.array([], pa.string())})
    assert detected(table) is table
