"""What the columns of a text file hold, found over all of its rows."""

from collections.abc import Iterable

import pyarrow as pa

from pipelines.ingest.engine import query
from pipelines.ingest.written import points_may_part, points_part

NAIVE_TIME = r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?$"
ANY_TIME = r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ].*)?$"
_DATE = r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}$"
# A leading zero belongs to an id, and 19 digits may not fit.
_INTEGER = r"^[+-]?(0|[1-9]\d{0,17})$"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_ZEROS = r"^[+-]?0\d"
_FEW = 1_000

# Each type with what must hold of every value for a column to be of it.
_TYPES = (
    ("BIGINT", f"regexp_matches(v, '{_INTEGER}')"),
    ("DOUBLE", f"regexp_matches(v, '{_NUMBER}') AND NOT regexp_matches(v, '{_ZEROS}')"),
    ("BOOLEAN", "lower(v) IN ('true', 'false')"),
    ("DATE", f"regexp_matches(v, '{_DATE}') AND TRY_CAST(v AS DATE) IS NOT NULL"),
    ("TIMESTAMP", f"regexp_matches(v, '{NAIVE_TIME}') AND TRY_CAST(v AS TIMESTAMP) IS NOT NULL"),
    (
        "TIMESTAMPTZ",
        f"regexp_matches(v, '{ANY_TIME}') AND TRY_CAST(v AS TIMESTAMPTZ) IS NOT NULL",
    ),
)
_WORDS = {
    "int64": "BIGINT",
    "double": "DOUBLE",
    "bool": "BOOLEAN",
    "string": "VARCHAR",
    "large_string": "VARCHAR",
    "date32[day]": "DATE",
    "timestamp[us]": "TIMESTAMP",
    "timestamp[us, tz=UTC]": "TIMESTAMPTZ",
}


def detected(table: pa.Table) -> pa.Table:
    """A table of text with each column cast to the narrowest type all its values have."""
    if not table.num_columns or not len(table):
        return table
    plain = table.rename_columns([f"c{i}" for i in range(table.num_columns)])
    casts = [
        f"CAST({_value(name)} AS {_type(plain, name)}) AS {name}" for name in plain.column_names
    ]
    typed = query(f"SELECT {', '.join(casts)} FROM given", {"given": plain})
    return typed.rename_columns(table.column_names)


def kind_of(kind: pa.DataType) -> str:
    """DuckDB's word for an Arrow type, for messages."""
    return _WORDS.get(str(kind), str(kind))


def _value(column: str) -> str:
    return f"nullif(trim({column}), '')"


def _type(table: pa.Table, column: str) -> str:
    """The first type that fits; the first rows rule most out before all are read."""
    values = table.select([column])
    likely = _fitting(values.slice(0, _FEW), column, range(len(_TYPES)), empty_fits=True)
    fitting = (i for i in likely if _fitting(values, column, [i], empty_fits=False))
    index = next(fitting, None)
    if index is None or (_TYPES[index][0] == "DOUBLE" and _parted(values, column)):
        return "VARCHAR"
    return _TYPES[index][0]


def _parted(values: pa.Table, column: str) -> bool:
    """Whether points part thousands beyond doubt: 1.500 and 980 are no fractions.

    Where no value is without a point they may be decimal, and are numbers as they stand.
    """
    given = f"SELECT DISTINCT {_value(column)} AS v FROM given"
    sql = f"SELECT v FROM ({given}) WHERE v IS NOT NULL"
    head = query(f"{sql} LIMIT {_FEW}", {"given": values.slice(0, _FEW)})
    if not points_may_part(head.column("v").to_pylist()):
        return False
    texts = query(sql, {"given": values}).column("v").to_pylist()
    return points_part(texts) and any("." not in text for text in texts)


def _fitting(values: pa.Table, column: str, indexes: Iterable[int], empty_fits: bool) -> list[int]:
    """Which of the types all of the values fit."""
    tests = [f"bool_and({_TYPES[i][1]}) AS t{i}" for i in indexes]
    given = f"SELECT {_value(column)} AS v FROM given"
    sql = f"SELECT {', '.join(tests)} FROM ({given}) WHERE v IS NOT NULL"
    held = query(sql, {"given": values}).to_pylist()[0]
    return [int(name[1:]) for name, fits in held.items() if (empty_fits if fits is None else fits)]
