"""The tables of a bucket, and what of them was visible at the end of one day."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np

from features.clock import cut_of
from features.contract import Kind
from features.currency import Rates
from features.facts import Facts, visible

Found = TypeVar("Found")


@dataclass(frozen=True)
class Bucket:
    """The tables of one bucket, ready to be cut at any number of instants."""

    accounts: tuple[str, ...]
    tables: dict[str, Facts]
    rates: Rates = field(default_factory=Rates)

    def of_accounts(self, first: int, end: int) -> "Bucket":
        """The accounts `first` to `end - 1` and their facts, as views."""
        tables = {name: facts.of_accounts(first, end) for name, facts in self.tables.items()}
        return Bucket(self.accounts[first:end], tables, self.rates)

    def at(self, as_of: date, rates_of: date | None = None) -> "View":
        """What was visible at the end of `as_of`, amounts at the rates of `rates_of`."""
        return View(self, as_of, rates_of or as_of)


@dataclass(frozen=True)
class View:
    """What was visible of one bucket at the end of `as_of`, and nothing else."""

    bucket: Bucket
    as_of: date
    rates_of: date
    _shared: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def size(self) -> int:
        """Number of accounts in the bucket."""
        return len(self.bucket.accounts)

    @cached_property
    def cut(self) -> int:
        """The first microsecond that is not visible."""
        return cut_of(self.as_of)

    @cached_property
    def _cache(self) -> dict[str, Facts]:
        return {}

    def priced(self, rates_of: date) -> "View":
        """The same, with amounts at the rates of another day."""
        return replace(self, rates_of=rates_of)

    @property
    def prices(self) -> date | None:
        """Whose rates the amounts have; None where there is one currency, and rates are none."""
        return self.rates_of if self.bucket.rates.rates else None

    def once(self, key: Hashable, make: Callable[[], Found]) -> Found:
        """What `make` finds, worked out once for all views that `priced` gives of this one."""
        if key not in self._shared:
            self._shared[key] = make()
        return cast("Found", self._shared[key])

    def connected(self, table: str) -> bool:
        """Whether the company brings `table` at all."""
        return table in self.bucket.tables

    def facts(self, table: str) -> Facts:
        """The visible facts of a connected table, amounts in the company's currency."""
        if table not in self._cache:
            seen = self.once(table, lambda: visible(self.bucket.tables[table], self.cut))
            self._cache[table] = _convert(seen, self.bucket.rates, self.rates_of)
        return self._cache[table]


def _convert(facts: Facts, rates: Rates, day: date) -> Facts:
    """Bring the amounts of a table with a currency to the company's own."""
    money = [c.name for c in facts.table.columns if c.kind is Kind.MONEY]
    if not money or "currency" not in facts.columns or not len(facts):
        return facts
    currency = facts.words("currency")
    present = set(np.unique(currency.codes).tolist())
    factors = np.array(
        [rates.at(w, day) if i in present else 1.0 for i, w in enumerate(currency.words)] + [1.0]
    )
    columns = dict(facts.columns)
    for name in money:
        columns[name] = facts.numbers(name) * factors[currency.codes]
    return replace(facts, columns=columns)
