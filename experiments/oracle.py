"""Checks snapshots against naive SQL on as many random histories as asked for.

The tests do the same with a few hundred; this is the long run. Every column of the catalogue
and further signals are compared, for every account at every date.

    python experiments/oracle.py --histories 10000 [--seed 1]
"""

import argparse
import sys
import time
from datetime import date
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis

from features.currency import Rate, Rates

ORACLE = ModuleType("oracle_helpers")
ORACLE.__path__ = [str(Path(__file__).parents[1] / "tests" / "features" / "oracle")]
sys.modules[ORACLE.__name__] = ORACLE
comparison, further, histories = (
    import_module(f"{ORACLE.__name__}.{name}") for name in ("comparison", "further", "histories")
)

AT_ONCE = 250
EVERY = 10
"""Of so many batches one is of busy accounts, a tenth as many."""
DATES = [
    date(2023, 12, 31), date(2024, 1, 20), date(2024, 2, 13), date(2024, 2, 28), date(2024, 2, 29),
    date(2024, 3, 31), date(2024, 4, 20), date(2024, 12, 31),
]  # fmt: skip
RATES = Rates(
    "EUR",
    (
        Rate("USD", date(2024, 1, 1), Decimal("0.9")),
        Rate("USD", date(2024, 2, 20), Decimal("0.5")),
        Rate("CHF", date(2024, 3, 10), Decimal("1.25")),
    ),
)


def main() -> int:
    """Check batch after batch; 1 at the first that differs, with the smallest example."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--histories", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began, done, catalogue = time.perf_counter(), 0, further.catalogue()
    for batch in range(sys.maxsize):
        count = min(AT_ONCE, asked.histories - done)
        if not count:
            break
        busy = batch % EVERY == EVERY - 1
        companies = drawn(max(1, count // 10) if busy else count, busy, (asked.seed, batch))
        wrong = comparison.report(companies, catalogue, DATES, RATES)
        if wrong:
            print(f"batch {batch} of seed {asked.seed}: {wrong}")
            return 1
        done += len(companies)
        seconds = time.perf_counter() - began
        print(f"{done} histories, {len(catalogue.columns)} columns: equal, {seconds:.0f} s")
    return 0


def drawn(count: int, busy: bool, seed: object) -> list[Any]:
    """So many histories."""
    found: list[Any] = []

    @hypothesis.seed(hash(seed))
    @hypothesis.settings(
        max_examples=count, database=None, deadline=None, phases=[hypothesis.Phase.generate]
    )
    @hypothesis.given(histories.histories(busy=busy))
    def collect(rows: Any) -> None:
        found.append(rows)

    collect()
    return found


if __name__ == "__main__":
    sys.exit(main())
