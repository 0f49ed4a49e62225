"""What seems wrong with a source as a whole, though each of its rows may be right."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.contract import Kind, Table
from pipelines.ingest.engine import literal, query
from pipelines.ingest.findings import Finding
from pipelines.ingest.problems import Problem, shown
from pipelines.ingest.project import ROW
from pipelines.ingest.remedies import computed
from pipelines.ingest.written import points_may_part, points_part, without_points

_COINS = (Kind.MONEY, Kind.INTEGER)
_FEW = 1_000
_FEWEST_ENDS = 10
_TOTALS = (
    "total", "totals", "grand total", "sum", "summe", "summen", "gesamt", "gesamtsumme",
    "total general", "suma", "somme",
)  # fmt: skip
_ENDS = """
SELECT count(*) FILTER (starts.at = ends.day + 1) AS after, count(*) AS followed FROM
(SELECT DISTINCT account_id, CAST(ended_at AS DATE) AS day FROM t
    WHERE ended_at = date_trunc('day', ended_at)) ends
JOIN (SELECT DISTINCT account_id, CAST(started_at AS DATE) AS at FROM t) starts
ON starts.account_id = ends.account_id AND starts.at BETWEEN ends.day AND ends.day + 1
"""
_FOLLOWED = """
SELECT count(*) AS followed, count(*) FILTER (ended_at IS NULL) AS open,
    count(*) FILTER (ended_at > after AND ended_at <= after + INTERVAL 31 DAY) AS late
FROM (SELECT account_id, started_at, ended_at, lead(started_at) OVER
    (PARTITION BY account_id, coalesce(product, '') ORDER BY started_at) AS after FROM t)
WHERE after > started_at
"""
_MOSTLY_OPEN, _OFTEN_LATE = 0.9, 0.2
PLUS_ONE_DAY = " + INTERVAL 1 DAY"
"""What makes the end of a last day."""


def doubts(
    table: Table, given: pa.Table, rows: pa.Table, formats: Sequence[str]
) -> Iterator[Problem]:
    """What a person should look at.

    Args:
        table: the declaration.
        given: the contract's columns as taken from the source, not yet typed.
        rows: the good rows, typed.
        formats: the forms of dates that are not ISO 8601.
    """
    yield from _parted_by_points(table, given)
    ends = last_days(rows) if table.name == "subscriptions" else ""
    if ends:
        forms = ", ".join(map(literal, formats))
        date = f"try_strptime(COLUMN, [{forms}])" if forms else "COLUMN"
        remedy = (
            "They seem to be last days, on which nobody has a subscription as it stands; the end "
            f"is the day after. {computed('ended_at', date + PLUS_ONE_DAY)}"
        )
        yield Problem(table.name, ends, remedy, column="ended_at")
    if table.name == "subscriptions":
        yield from _side_by_side(rows)


def _side_by_side(subscriptions: pa.Table) -> Iterator[Problem]:
    """Rows that go on beside the one that may have taken their place: both count as revenue."""
    found = query(_FOLLOWED, {"t": subscriptions}).to_pylist()[0]
    followed, still_open, late = found["followed"], found["open"], found["late"]
    if followed < _FEWEST_ENDS:
        return
    many = f"of {followed:,} rows that another of their account and product follows"
    if still_open >= _MOSTLY_OPEN * followed:
        reason = f"{still_open:,} {many} never end: the revenue of both adds up"
    elif late >= _OFTEN_LATE * followed:
        reason = f"{late:,} {many} end up to a month after it begins: meanwhile both add up"
    else:
        return
    remedy = (
        "If the newer row takes the older one's place, end that where the newer begins, with the "
        "source's own names: compute = { ended_at = \"least(ended_at, lead(started_at) OVER "
        '(PARTITION BY account_id ORDER BY started_at))" }.'
    )
    yield Problem("subscriptions", reason, remedy, column="ended_at")


def _parted_by_points(table: Table, given: pa.Table) -> Iterator[Problem]:
    for column in table.columns:
        if column.kind not in _COINS or column.name not in given.column_names:
            continue
        values = given.column(column.name)
        if not pa.types.is_string(values.type):
            continue
        if not points_may_part(_texts(values.slice(0, _FEW))):
            continue
        texts = _texts(values)
        if points_part(texts):
            example = next(text for text in texts if "." in text)
            reason = (
                f"all points stand before three digits, as in {shown(example)}; they are read as "
                "decimal, and seem to part thousands"
            )
            numeric = all(text.count(".") == 1 for text in texts)  # then `compute` sees fractions
            remedy = computed(column.name, without_points(texts, numeric))
            yield Problem(table.name, reason, remedy, column=column.name)


def _texts(values: pa.ChunkedArray) -> list[str]:
    different = pc.utf8_trim_whitespace(values.unique())
    return [text for text in different.to_pylist() if text]


def last_days(subscriptions: pa.Table) -> str:
    """Why ends seem to be last days, not the days after: the next row begins a day later.

    Empty where they do not.
    """
    found = query(_ENDS, {"t": subscriptions}).to_pylist()[0]
    after, followed = found["after"], found["followed"]
    if after < _FEWEST_ENDS or after < followed - after:
        return ""
    return f"{after:,} of {followed:,} rows that another follows end the day before it begins"


def totals(table: Table, rows: pa.Table) -> Iterator[Finding]:
    """Rows of accounts that sum the others up: their id is a word for that, and they say nothing.

    Args:
        table: the declaration.
        rows: the good rows, typed.
    """
    if table.name != "accounts":
        return
    ids = pc.utf8_lower(rows.column("account_id"))
    called = rows.filter(pc.is_in(ids, value_set=pa.array(_TOTALS)))
    if not len(called):
        return
    others = [n for n in table.names if n not in ("account_id", "name")]
    empty = np.all([called.column(name).is_null().to_numpy() for name in others], axis=0)
    numbers = called.column(ROW).to_numpy()[empty]
    if len(numbers):
        reason = "it seems to be a row of totals: beside it, the row has at most a name"
        remedy = "Delete the row; if it is an account, say when it was created (created_at)."
        yield Finding(np.asarray(numbers, np.int64), "account_id", reason, remedy)
