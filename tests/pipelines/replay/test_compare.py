"""Two snapshots, cell by cell."""

from datetime import date

import numpy as np
import pyarrow as pa

from pipelines.replay.compare import Difference, compare

NAN = float("nan")
COLUMNS = ["x", "plan"]


def table(**rows: tuple[float | None, str | None]) -> pa.Table:
    return pa.table(
        {
            "account_id": pa.array(list(rows), pa.string()),
            "as_of": pa.array([date(2026, 1, 31)] * len(rows), pa.date32()),
            "x": pa.array([x for x, _ in rows.values()], pa.float64()),
            "plan": pa.array([plan for _, plan in rows.values()], pa.string()),
        }
    )


def test_the_same_differs_in_nothing() -> None:
    same = table(a=(1.0, "free"), b=(NAN, None))
    found = compare(same, same, COLUMNS, 20)
    assert (found.accounts, found.cells, found.first) == (frozenset(), 0, ())


def test_values_are_compared_to_the_last_bit() -> None:
    then = table(a=(1.0, "free"), b=(NAN, None), c=(0.0, "x"), d=(1.0, ""), e=(2.0, "same"))
    more = np.nextafter(1.0, 2)
    now = table(a=(more, "free"), b=(0.0, "paid"), c=(-0.0, "x"), d=(1.0, None), e=(2.0, "same"))
    found = compare(then, now, COLUMNS, 20)
    assert found.changed == ("a", "b", "c", "d")
    assert found.columns == {"x": 3, "plan": 2}
    assert found.cells == 5
    assert found.first == (
        Difference("a", "x", 1.0, 1.0000000000000002),
        Difference("b", "x", None, 0.0),
        Difference("b", "plan", None, "paid"),
        Difference("c", "x", 0.0, -0.0),
        Difference("d", "plan", "", None),
    )


def test_accounts_come_and_go() -> None:
    then = table(a=(1.0, "free"), c=(3.0, "free"))
    now = table(b=(2.0, "free"), c=(3.0, "paid"))
    found = compare(then, now, COLUMNS, 20)
    assert (found.gone, found.new, found.changed) == (("a",), ("b",), ("c",))
    assert found.accounts == {"a", "b", "c"}


def test_only_shared_columns_are_compared() -> None:
    then, now = table(a=(1.0, "free")), table(a=(2.0, "paid"))
    assert compare(then, now, ["plan"], 20).columns == {"plan": 1}
    assert compare(then, now, [], 20).cells == 0


def test_the_first_are_listed_in_order_of_account_and_column() -> None:
    then = table(**{f"a{n:02}": (1.0, "free") for n in range(30)})
    now = table(**{f"a{n:02}": (2.0, "paid") for n in range(30)})
    found = compare(then, now, COLUMNS, 3)
    assert [(d.account_id, d.column) for d in found.first] == [
        ("a00", "x"),
        ("a00", "plan"),
        ("a01", "x"),
    ]
    assert found.cells == 60


def test_nobody_then_or_now() -> None:
    some, none = table(a=(1.0, "free")), table()
    assert compare(some, none, COLUMNS, 20).gone == ("a",)
    assert compare(none, some, COLUMNS, 20).new == ("a",)
