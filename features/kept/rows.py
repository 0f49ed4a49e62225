"""What measures ask of rows, told from what is kept of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from features.clock import DAY, MISSING, NEVER, Floats, Instants, cut_of
from features.held import Held
from features.kept.held_facts import forget_columns
from features.kept.log import KeptLog, Page
from features.kept.needs import COUNT, MOMENT
from features.kept.refused import NotKept
from features.kernel import FOREVER, Int64
from features.kernel.cells import days_since
from features.measures.gaps import GAPS
from features.measures.rhythm import RHYTHM, SILENCES
from features.measures.states import FIRST, LAST
from features.measures.trends import MOMENTS
from features.rows import Grid, Rows
from features.signal import Where
from features.span import Span
from features.timeline import Timeline, grid_of
from features.view import Bucket

NO_ROWS = np.empty(0, np.int32)


@dataclass(frozen=True)
class KeptRows(Rows):
    """The rows of a log that pass a filter, none of which is at hand."""

    log: KeptLog | None = None
    passing: Where = ()
    having: str = ""

    def told(self, what: str, spans: tuple[Span, ...]) -> Floats | None:
        """The sums, different words or days since an end that are asked for, shape (S, A, 1)."""
        page = self._kept.page(self.passing)
        if what == COUNT:
            lane = f"count of {self.having}" if self.having else COUNT
            return np.stack([page.total(lane, span) for span in spans])[:, :, np.newaxis]
        if what == MOMENTS or what.startswith("sum of "):
            lane = MOMENT if what == MOMENTS else what
            return np.stack([page.total(lane, span) for span in spans])[:, :, np.newaxis]
        if what in (FIRST, LAST):
            first, last = page.first_and_last()
            return np.stack([self._days_since(first if what == FIRST else last)] * len(spans))
        if what in (RHYTHM, SILENCES):
            return page.rhythm(_ends(spans)[0], what == SILENCES).astype(np.float64)
        if what == GAPS:
            return page.gaps(_ends(spans)[0])
        if what == self.having:
            return page.different(what, *_ends(spans))[:, :, np.newaxis]
        return None

    def _days_since(self, moments: Instants) -> Floats:
        none = (moments == NEVER) | (moments == MISSING)
        found = np.where(none, -1, np.arange(len(moments)))[:, np.newaxis]
        cut = np.array([(self.grid.base + self.grid.cuts[0]) * DAY])
        return days_since(found, NO_ROWS, moments, cut)

    @property
    def _kept(self) -> KeptLog:
        assert self.log is not None
        return self.log

    @cached_property
    def active_days(self) -> Rows:
        """The days on which each account has a fact, as rows without facts."""
        nothing = self.begin, self.day, self.first, self.last
        return KeptDays(self.held, self.grid, *nothing, page=self._kept.page(self.passing))

    def filled(self, *columns: str) -> Rows:
        """The rows with a value in a column."""
        if len(columns) != 1:
            raise NotKept(f"rows with values in {' and '.join(columns)} are not kept apart")
        if columns[0] not in self._having:
            self._having[columns[0]] = replace(self, having=columns[0])
        return self._having[columns[0]]

    @cached_property
    def _having(self) -> dict[str, Rows]:
        return {}

    def where(self, column: str, wanted: tuple[str, ...]) -> Rows:
        """The rows that hold one of the words in a column."""
        return replace(self, passing=(*self.passing, (column, wanted)))

    @property
    def dated(self) -> Rows:
        """The rows themselves: those of a log are dated."""
        return self

    def __len__(self) -> int:
        return self._kept.rows


@dataclass(frozen=True)
class KeptDays(Rows):
    """The days on which each account has a fact, which are counted without looking at each."""

    page: Page | None = None

    def told(self, what: str, spans: tuple[Span, ...]) -> Floats | None:
        """The number of days in windows, shape (S, A, 1)."""
        if what != COUNT or self.page is None:
            return None
        return np.stack([self.page.active_days(span) for span in spans])[:, :, np.newaxis]


class KeptTimeline(Timeline):
    """A bucket at one date, some of its tables told from what is kept of them."""

    def __init__(self, bucket: Bucket, day: date, logs: Mapping[str, KeptLog]) -> None:
        """Look at `bucket`, in which the tables of `logs` have no rows, at `day`.

        The accounts of the bucket and of the logs must be the same, in one order.
        """
        super().__init__(bucket, [day])
        self._logs = logs
        for name, log in logs.items():
            if (log.base + log.cut) * DAY != cut_of(day) or log.accounts != self.size:
                raise NotKept(f"{name} is kept of another date, or of other accounts")

    def let_go(self, table: str) -> None:
        """Forget the rows of a table, and what was joined to read them."""
        super().let_go(table)
        if self.connected(table):
            forget_columns(self.bucket.tables[table])

    def _made(self, table: str) -> Rows:
        if table not in self._logs:
            return super()._made(table)
        log, nothing = self._logs[table], self.bucket.tables[table].nothing()
        begin: Int64 = np.zeros(self.size + 1, np.int64)
        empty = np.empty(0, np.int32), np.empty(0, np.int16), np.empty(0, np.int16)
        grid = grid_at(log.base, log.cut)
        return KeptRows(Held(nothing), grid, begin, *empty, log=log)

    def _earliest(self, table: str) -> Instants:
        if table not in self._logs:
            return super()._earliest(table)
        first, _ = self._logs[table].page(()).first_and_last()
        return first[:, np.newaxis]


def grid_at(base: int, cut: int) -> Grid:
    """The grid of one date."""
    return grid_of(base, np.array([cut], np.int64))


def _ends(spans: tuple[Span, ...]) -> tuple[Int64, Int64]:
    far = [FOREVER if span.far is None else span.far for span in spans]
    return np.array(far, np.int64), np.array([span.near for span in spans], np.int64)
