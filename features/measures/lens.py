"""What a measure looks at, and what it gives back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Protocol

import numpy as np

from features.clock import Floats, Mask
from features.kernel import FOREVER, Int64
from features.kernel.cells import ratios, scales
from features.rows import Rows
from features.span import Span
from features.timeline import Timeline
from features.words import Array, Codes

LEAST_DAYS = 7
"""Days of life below which an account's window is not scaled up any further."""


@dataclass(frozen=True)
class Labels:
    """Words as codes into the distinct words; -1 is missing. Shape (S, A, K)."""

    codes: Codes
    words: tuple[str, ...]


Measured = Floats | Labels


@dataclass(frozen=True)
class Lens:
    """What a measure may look at: S windows, A accounts, K dates.

    Attributes:
        rows: the facts of the signal's table that pass its filter.
        whole: those without the filter.
        timeline: everything else of the bucket.
        spans: the windows.
        zero_is_nothing: counts and sums of no facts are 0, so that looking for accounts
            without facts can be spared; otherwise they are NaN.
        others: the windows that other signals will ask of the same rows, by what is
            computed; made together they cost little more than one.
    """

    rows: Rows
    whole: Rows
    timeline: Timeline
    spans: tuple[Span, ...]
    zero_is_nothing: bool = True
    others: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Windows, accounts and dates."""
        return len(self.spans), self.timeline.size, len(self.timeline.dates)

    @property
    def far(self) -> Int64:
        """The far ends as the kernel takes them, shape (S,)."""
        return np.array([FOREVER if s.far is None else s.far for s in self.spans], np.int64)

    @property
    def near(self) -> Int64:
        """The near ends, shape (S,)."""
        return np.array([s.near for s in self.spans], np.int64)

    @property
    def cuts(self) -> Int64:
        """The cuts in microseconds, shape (K,)."""
        return self.timeline.cuts

    def counting(self, spans: tuple[Span, ...]) -> "Lens":
        """Other windows of the same rows, in which nothing counts as 0."""
        return replace(self, spans=spans, zero_is_nothing=True)

    def each_span(self, rows: Rows, what: str, make: Callable[["Lens"], Floats]) -> Floats:
        """What `make` gives for each window of some rows, made once for all signals."""
        made = rows.windows(what)
        asked = (*self.spans, *self.others.get(what, ()))
        missing = tuple(span for span in dict.fromkeys(asked) if span not in made)
        if missing:
            known = rows.told(what, missing)
            found = make(self.counting(missing)) if known is None else known
            made.update(zip(missing, found, strict=True))
            if missing[: len(self.spans)] == self.spans:
                return found[: len(self.spans)]
        return stacked([made[span] for span in self.spans])

    def or_nothing(self, values: Floats, present: Callable[[], Mask]) -> Floats:
        """Counts or sums, as NaN where no fact is present, if that makes a difference."""
        return values if self.zero_is_nothing else np.where(present(), values, np.nan)

    def table(self, name: str) -> "Lens":
        """All of another connected table, over all of history."""
        rows = self.timeline.rows(name)
        return Lens(rows, rows, self.timeline, (Span(None),))

    def lived(self, span: Span) -> Floats:
        """Days of a window that an account had lived through, shape (A, K); NaN without trace."""
        return self.timeline.once(("lived", span), self._lived)

    def _lived(self, key: tuple[str, Span]) -> Floats:
        _, span = key
        return np.clip(self.timeline.life_days - span.near, 0, span.days)

    def scaled(self, sums: Floats) -> Floats:
        """Sums of windows as they would be had each account lived through all of it.

        A window longer than the account's life is scaled by its length over the days lived,
        at least LEAST_DAYS, so that a young account is compared by its rate.
        """
        out = np.empty_like(sums)
        for s, span in enumerate(self.spans):
            scale = 1.0 if span.far is None else self.timeline.once(("scale", span), self._scale)
            np.multiply(sums[s], scale, out=out[s])
        return out

    def _scale(self, key: tuple[str, Span]) -> Floats:
        """The length of a window over the days of it that were lived, shape (A, K)."""
        _, span = key
        life, least = self.timeline.life_days, min(LEAST_DAYS, span.days)
        return scales(life.ravel(), span.near, span.days, least).reshape(life.shape)


class Measure(Protocol):
    """What every measure offers."""

    @property
    def compares(self) -> bool:
        """Whether it can look at windows that end before the cut, as `Change` needs."""

    @property
    def counts_nothing(self) -> bool:
        """Whether no facts can be counted as 0, and nothing is ever NaN then."""

    @property
    def scales(self) -> bool:
        """Whether windows longer than an account's life are scaled, see `Lens.scaled`."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the signal's table that it reads."""

    @property
    def elsewhere(self) -> Mapping[str, tuple[str, ...]]:
        """The columns of other tables that it reads."""

    def looks_at(self, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        """The windows it compares or counts in to answer for `spans`."""

    def shares(self, spans: tuple[Span, ...]) -> dict[str, tuple[Span, ...]]:
        """The windows it will ask for, by what `Lens.each_span` computes for all signals."""

    def gives_words(self, table: str) -> bool:
        """Whether its values, of facts of a table, are words rather than numbers."""

    def over(self, lens: Lens) -> Measured:
        """One value per window, date and account; NaN where there is nothing to measure."""


class Plain:
    """What holds of a measure unless it says otherwise."""

    counts_nothing = False
    compares = False
    scales = False
    elsewhere: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def looks_at(self, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        """The windows themselves."""
        return spans

    def shares(self, spans: tuple[Span, ...]) -> dict[str, tuple[Span, ...]]:
        """Nothing that others ask for."""
        del spans
        return {}


class Numeric(Plain):
    """A measure whose values are numbers."""

    def gives_words(self, table: str) -> bool:
        """Numbers, not words."""
        del table
        return False


class Verbal(Plain):
    """A measure whose values are words."""

    def gives_words(self, table: str) -> bool:
        """Words, not numbers."""
        del table
        return True


def numbers(measured: Measured) -> Floats:
    """The values of a measure that must be numbers.

    Raises:
        TypeError: they are words.
    """
    if isinstance(measured, Labels):
        raise TypeError("this measure builds on numbers, and was given one of words")
    return measured


def stacked(windows: Sequence[Array]) -> Array:
    """Values of several windows, shape (A, K) each, as one array; one alone is not copied."""
    return windows[0][np.newaxis] if len(windows) == 1 else np.stack(windows)


def ratio(part: Floats | Int64, whole: Floats | Int64) -> Floats:
    """`part / whole`, NaN where the whole is zero or unknown."""
    above, below = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    if above.shape != below.shape:
        above, below = np.broadcast_arrays(above, below)
    return ratios(above.ravel(), below.ravel()).reshape(above.shape)
