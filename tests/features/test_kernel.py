"""Each compiled primitive against a plain loop over rows, on small random tables."""

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.kernel import (
    FOREVER,
    NO_ROW,
    UNDATED,
    active_days,
    answers,
    distinct,
    edges,
    first_rows,
    last_rows,
    rhythm,
    soonest_rows,
    window_maxima,
    window_sums,
)
from features.kernel.cells import changes, days_since, filled, ratios, split
from features.kernel.layout import begins_among, laid_out, running_in
from features.parts import running_sums
from features.rows import DATED

Array = npt.NDArray[Any]
EMPTY = np.empty(0, np.int64)

FAR = np.array([1, 3, FOREVER, 4, 9, 60, 400], np.int64)
NEAR = np.array([0, 0, 0, 2, 3, 20, 0], np.int64)
WINDOWS = list(zip(FAR.tolist(), NEAR.tolist(), strict=True))
SIDES = sorted({*FAR.tolist(), *NEAR.tolist()})
PLACES = np.searchsorted(SIDES, np.stack([FAR, NEAR]))
AT_CUT = np.array([1, 3, FOREVER, 400], np.int64)
EXAMPLES = settings(max_examples=150)


@EXAMPLES
@given(st.data())
def test_edges_are_the_first_rows_from_a_day_on(
    helper: SimpleNamespace, data: st.DataObject
) -> None:
    t, same = data.draw(helper.rows.drawn()), helper.rows.same
    backs = np.array([0, 1, 5, 400, FOREVER, DATED], np.int64)
    for back, found in zip(backs.tolist(), edges(*t.runs(), t.day, t.cuts, backs), strict=True):

        def row(a: int, k: int, back: int = back) -> int:
            since = -9 if back == FOREVER else max(0, int(t.cuts[k]) - back)
            before = [i for i in range(t.begin[a], t.begin[a + 1]) if t.day[i] < since]
            return int(t.begin[a]) + len(before)

        assert same(found, t.each(row))


@EXAMPLES
@given(st.data())
def test_runs_of_one_day(helper: SimpleNamespace, data: st.DataObject) -> None:
    t = data.draw(helper.rows.drawn())
    own, runs = t.runs()
    for a in range(t.shape[0]):
        rows = range(t.begin[a], t.begin[a + 1])
        new = [i for i in rows if i == rows[0] or t.day[i] != t.day[i - 1]]
        assert runs[own[a] : own[a + 1]].tolist() == new
    assert runs[-1] == len(t.day)


@EXAMPLES
@given(st.data())
def test_odd_rows_are_all_that_are_not_seen_from_their_day_on(
    helper: SimpleNamespace, data: st.DataObject
) -> None:
    t = data.draw(helper.rows.drawn())
    rows, begin = t.odd()
    for a in range(t.shape[0]):
        own = range(t.begin[a], t.begin[a + 1])
        plain = [t.day[i] >= 0 and t.first[i] == t.reach[t.day[i]] for i in own]
        stays = [bool(t.last[i] == t.shape[1]) for i in own]
        odd = [i for i, p, s in zip(own, plain, stays, strict=True) if not (p and s)]
        assert rows[begin[a] : begin[a + 1]].tolist() == odd


@EXAMPLES
@given(st.data())
def test_sums_of_windows(helper: SimpleNamespace, data: st.DataObject) -> None:
    t, same = data.draw(helper.rows.drawn()), helper.rows.same
    edge, sides = np.stack([t.edge(side) for side in SIDES]), PLACES
    for value in (t.value, np.ones(len(t.day), np.int64)):
        running = running_sums(value) if value is t.value else EMPTY
        found = window_sums(edge, sides, running, *t.odd(), *t.visible, t.reach, FAR, NEAR)
        for window, sums in zip(WINDOWS, found, strict=True):
            naive = t.each(lambda a, k: sum(value[i] for i in t.inside(a, k, *window)))  # noqa: B023
            assert same(sums, naive)


@EXAMPLES
@given(st.data())
def test_maxima_of_windows(helper: SimpleNamespace, data: st.DataObject) -> None:
    t, same = data.draw(helper.rows.drawn()), helper.rows.same
    value = t.value.astype(np.float64)
    for far, near in WINDOWS:
        found = window_maxima(t.begin, *t.visible, value, t.shape[1], t.reach, far, near)

        def most(a: int, k: int, far: int = far, near: int = near) -> float:
            return max((value[i] for i in t.inside(a, k, far, near)), default=math.nan)

        assert same(found, t.each(most))


@EXAMPLES
@given(st.data())
def test_different_codes_of_windows(helper: SimpleNamespace, data: st.DataObject) -> None:
    t, same = data.draw(helper.rows.drawn()), helper.rows.same
    rows = t.begin, t.edge(0), t.code, 5, *t.odd(), *t.visible, t.cuts
    for s in ([0, 1, 2, 6], list(range(len(FAR)))):  # with and without windows that end earlier
        for place, found in zip(s, distinct(*rows, FAR[s], NEAR[s]), strict=True):
            window = WINDOWS[place]
            naive = t.each(lambda a, k: len({int(t.code[i]) for i in t.inside(a, k, *window)}))  # noqa: B023
            assert same(found, naive)


@EXAMPLES
@given(st.data())
def test_first_and_last_rows(helper: SimpleNamespace, data: st.DataObject) -> None:
    t, same = data.draw(helper.rows.drawn()), helper.rows.same
    rank = t.value
    for far, edge in ((FOREVER, FOREVER), (FOREVER, DATED), (3, 3), (400, 400)):
        between = t.edge(edge), t.edge(0), t.first, t.last
        dated = edge != FOREVER

        def rows(a: int, k: int, far: int = far, dated: bool = dated) -> list[int]:
            return [i for i in t.inside(a, k, far) if t.day[i] >= 0 or not dated]

        def latest(a: int, k: int) -> Any:
            keys = [(t.start[i], t.known[i], rank[i]) for i in rows(a, k)]  # noqa: B023
            return max(keys) if keys else None

        found = last_rows(*between, t.start, t.known, rank)
        keys = t.each(lambda a, k: str(latest(a, k)))
        assert same(t.each(lambda a, k: str(_key(t, rank, found[a, k]))), keys)  # noqa: B023
        any_of_them = last_rows(*between, EMPTY, EMPTY, EMPTY)
        assert same(any_of_them, t.each(lambda a, k: max(rows(a, k), default=NO_ROW)))
        assert same(first_rows(*between), t.each(lambda a, k: min(rows(a, k), default=NO_ROW)))


def _key(t: Any, rank: Array, row: int) -> Any:
    return None if row == NO_ROW else (t.start[row], t.known[row], rank[row])


@EXAMPLES
@given(st.data())
def test_soonest_rows(helper: SimpleNamespace, data: st.DataObject) -> None:
    t, same = data.draw(helper.rows.drawn()), helper.rows.same
    found = soonest_rows(t.begin, t.value, t.first, t.last, t.shape[1])
    value = np.append(t.value, -99)
    naive = t.each(lambda a, k: min((t.value[i] for i in t.seen(a, k)), default=-99))
    assert same(value[found], naive)


@EXAMPLES
@given(st.data())
def test_active_days_are_seen_when_any_row_of_them_is(
    helper: SimpleNamespace, data: st.DataObject
) -> None:
    t, same = data.draw(helper.rows.drawn()), helper.rows.same
    begin, day, first, last = active_days(*t.runs(), *t.visible, t.reach)
    days = replace(t, begin=begin, day=day, first=first, last=last)
    listed = days.each(lambda a, k: str([int(day[i]) for i in days.seen(a, k)]))
    assert same(listed, t.each(lambda a, k: str(_days(t, t.seen(a, k)))))


def _days(t: Any, rows: list[int]) -> list[int]:
    """The different days of rows, in order."""
    return sorted({int(t.day[i]) for i in rows} - {UNDATED})


@EXAMPLES
@given(st.data())
def test_the_rhythm_of_active_days(helper: SimpleNamespace, data: st.DataObject) -> None:
    t, same = data.draw(helper.rows.drawn()), helper.rows.same
    days = active_days(*t.runs(), *t.visible, t.reach)
    for gaps in (False, True):
        found = rhythm(*days, t.cuts, t.reach, AT_CUT, gaps)
        for s, far in enumerate(AT_CUT.tolist()):

            def told(a: int, k: int, far: int = far, gaps: bool = gaps) -> list[int]:
                some = _days(t, t.inside(a, k, far))
                if not some:
                    return [0, 0, 0, 0]
                between = [later - day for day, later in zip(some, some[1:], strict=False)]
                ago = [int(t.cuts[k]) - day for day in (some[0], some[-1])]
                return [len(some), *ago, max(between, default=0) if gaps else 0]

            naive = t.each(told).reshape(*t.shape, 4)
            assert same(np.moveaxis(found[:, s], 0, -1), naive)


@EXAMPLES
@given(st.data(), st.integers(0, 30))
def test_messages_and_their_answers(
    helper: SimpleNamespace, data: st.DataObject, within: int
) -> None:
    t, same = data.draw(helper.rows.drawn()), helper.rows.same
    asks = t.code < 3
    found = answers(t.begin, t.start, asks, *t.visible, t.cuts, AT_CUT, within)
    for s, far in enumerate(AT_CUT.tolist()):

        def told(a: int, k: int, far: int = far) -> list[int]:
            seen = [i for i in t.seen(a, k) if t.day[i] >= 0]
            asked = [i for i in t.inside(a, k, far) if t.day[i] >= 0 and asks[i]]
            later = [
                [
                    int(t.start[j] - t.start[i])
                    for j in seen
                    if not asks[j] and t.start[j] > t.start[i]
                ]
                for i in asked
            ]
            waits = [min(w) for w in later if w and min(w) <= within]
            return [len(asked), len(waits), sum(waits)]

        assert same(np.moveaxis(found[:, s], 0, -1), t.each(told).reshape(*t.shape, 3))


def test_arithmetic_of_cells(helper: SimpleNamespace) -> None:
    same = helper.rows.same
    nan, numbers = math.nan, np.array([1.0, 2.0, -3.0, math.nan])
    whole = np.array([2.0, 0.0, -1.0, 4.0])
    assert same(ratios(numbers, whole), np.array([0.5, nan, nan, nan]))
    lived = np.array([7.0, 7.0, 6.9, nan])
    assert same(changes(numbers, whole, lived, 7.0), np.array([-1 / 3, 1.0, nan, -1.0]))
    assert same(filled(numbers, 5.0), np.array([1.0, 2.0, -3.0, 5.0]))
    day = 86_400_000_000
    rows, moments, cuts = (
        np.array([[0, NO_ROW], [1, 1]]),
        np.array([0, day]),
        np.array([day, 3 * day]),
    )
    days = np.array([[1.0, nan], [0.0, 2.0]])
    assert same(days_since(rows, np.empty(0, np.int32), moments, cuts), days)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, 1.0], ([1, 1], [], 1.0, True, False)),
        ([3.0, -2.0], ([3, -2], [], 3.0, False, False)),
        ([-0.25, 1.0000004], ([0, 1], [-250_000, 0], 1.0000004, False, True)),
        ([2e12, math.nan], ([2 * 10**12, 0], [], 2e12, False, False)),
        ([], ([], [], 0.0, True, False)),
    ],
)
def test_numbers_are_split_into_whole_parts_and_millionths(
    values: list[float], expected: tuple[Any, ...]
) -> None:
    whole, rest, *told = split(np.array(values, np.float64), 1_000_000)
    assert (whole.tolist(), rest.tolist(), *told) == expected


def test_some_rows_are_counted_up_to_where_each_account_begins() -> None:
    rows, begin = np.array([1, 2, 5]), np.array([0, 2, 2, 5, 6])
    assert begins_among(rows, begin).tolist() == [0, 1, 1, 2, 3]
    assert begins_among(rows[:0], begin).tolist() == [0, 0, 0, 0, 0]
    assert begins_among(rows.astype(np.int32), begin).tolist() == [0, 1, 1, 2, 3]


def test_rows_laid_out_by_their_code() -> None:
    code, day = np.array([2, -1, 0, 2, 0], np.int32), np.arange(5, dtype=np.int32)
    first, last = (10 + day).astype(np.int16), (20 + day).astype(np.int16)
    begin, order, *visible = laid_out(code, 4, day, first, last)
    assert begin.tolist() == [0, 1, 3, 3, 5, 5]
    assert order.tolist() == [1, 2, 4, 0, 3]
    assert [values.tolist() for values in visible] == [
        [1, 2, 4, 0, 3], [11, 12, 14, 10, 13], [21, 22, 24, 20, 23],
    ]  # fmt: skip
    assert running_in(order, np.array([1, 2, 4, 8, 16])).tolist() == [0, 2, 6, 22, 23, 31]
