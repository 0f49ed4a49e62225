"""Small random tables as the kernel takes them, and what is naively seen of them."""

import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from features.kernel import FOREVER, UNDATED, day_runs, edges, odd_rows

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Table:
    """Rows of accounts in order, as the kernel takes them.

    Rows come and go: what is `first` seen late or is replaced by `last`, and what is replaced
    before it is seen. `start` orders the rows of a day.
    """

    begin: Array
    day: Array
    first: Array
    last: Array
    cuts: Array
    reach: Array
    start: Array
    known: Array
    value: Array
    code: Array

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.begin) - 1, len(self.cuts)

    @property
    def visible(self) -> tuple[Array, Array, Array]:
        return self.day, self.first, self.last

    def seen(self, a: int, k: int) -> list[int]:
        """The rows of an account that are visible at a date."""
        rows = range(self.begin[a], self.begin[a + 1])
        return [i for i in rows if self.first[i] <= k < self.last[i]]

    def inside(self, a: int, k: int, far: int, near: int = 0) -> list[int]:
        """Those of them that lie in a window."""
        return [i for i in self.seen(a, k) if self.lies(i, int(self.cuts[k]), far, near)]

    def lies(self, i: int, cut: int, far: int, near: int) -> bool:
        if self.day[i] == UNDATED:
            return far == FOREVER and near == 0
        return bool(self.day[i] < cut - near and (far == FOREVER or self.day[i] >= cut - far))

    def each(self, value: Any) -> Array:
        """A naive result, from `value(account, date)`."""
        accounts, dates = self.shape
        return np.array([[value(a, k) for k in range(dates)] for a in range(accounts)])

    def edge(self, back: int) -> Array:
        return edges(*self.runs(), self.day, self.cuts, np.array([back], np.int64))[0]

    def runs(self) -> tuple[Array, Array]:
        return day_runs(self.begin, self.day)

    def odd(self) -> tuple[Array, Array]:
        return odd_rows(self.begin, *self.visible, self.reach)


@st.composite
def drawn(draw: st.DrawFn) -> Table:
    chance = random.Random(draw(st.integers(0, 2**32)))
    cuts = sorted(draw(st.sets(st.integers(0, 130) | st.integers(0, 12), min_size=1, max_size=5)))
    sizes = draw(st.lists(st.integers(0, 9) | st.just(40), max_size=4))
    odd = draw(st.sampled_from((0.0, 0.4)))
    return table(chance, np.array(cuts, np.int64), sizes, odd)


def table(chance: random.Random, cuts: Array, sizes: list[int], odd: float) -> Table:
    """A table whose rows are odd, other than seen from their own day on, by some chance."""
    end, dates = int(cuts[-1]), len(cuts)
    reach = np.searchsorted(cuts, np.arange(end + 1), side="right").astype(np.int16)
    clocks, spans = [], []
    for size in sizes:
        days = [
            UNDATED if chance.random() < odd / 3 else chance.randint(0, end) for _ in range(size)
        ]
        clocks += sorted((d, (d >= 0) * chance.randint(0, 3), chance.randint(0, 2)) for d in days)
    for d, _, _ in clocks:
        soonest = 0 if d == UNDATED else int(reach[d])
        usual = chance.random() >= odd and d != UNDATED
        first = soonest if usual else chance.randint(soonest, dates)
        spans.append((first, dates if usual or chance.random() < 0.4 else chance.randint(0, dates)))
    return Table(
        begin=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        day=np.array([d for d, _, _ in clocks], np.int32),
        first=np.array([first for first, _ in spans], np.int16),
        last=np.array([last for _, last in spans], np.int16),
        cuts=cuts,
        reach=reach,
        start=np.array([10 * d + tick for d, tick, _ in clocks], np.int64),
        known=np.array([10 * d + tick for d, _, tick in clocks], np.int64),
        value=np.array([chance.choice((-3, 0, 1, 5, 10**12)) for _ in clocks], np.int64),
        code=np.array([chance.randrange(5) for _ in clocks], np.int32),
    )


def same(found: Array, naive: Array) -> bool:
    """Whether two results have the same cells, NaN being equal to NaN."""
    if not naive.size:
        return found.size == 0
    return bool(np.array_equal(found, naive, equal_nan=naive.dtype.kind == "f"))
