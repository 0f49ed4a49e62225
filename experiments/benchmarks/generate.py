"""Draws a company's raw logs for benchmarks: Parquet in the contract's schema, ids as text.

    python experiments/benchmarks/generate.py --events 10000000 --accounts 50000 --folder F

The same arguments give the same files. Usage lies in a file a month, as a product would
export it, neither sorted by account nor quite by time; other tables lie in up to four files.
"""

import argparse
from datetime import timedelta
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from other_facts import other_tables
from population import FIRST, populate
from usage_log import usage_days

ROWS_OF_A_FILE = 500_000


def main() -> None:
    """Draw what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--accounts", type=int, default=50_000)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    generate(**vars(parser.parse_args()))


def generate(events: int, accounts: int, folder: Path, seed: int = 1) -> None:
    """Write `folder/<table>/*.parquet`; what lay there is replaced file by file."""
    random = np.random.default_rng(seed)
    population = populate(accounts, random)
    for name, table in other_tables(population, events, random).items():
        parts = min(4, max(1, len(table) // ROWS_OF_A_FILE + 1))
        size = -(-len(table) // parts)
        (folder / name).mkdir(parents=True, exist_ok=True)
        for part in range(parts):
            path = folder / name / f"{name}-{part}.parquet"
            pq.write_table(table.slice(part * size, size), path)
    (folder / "usage").mkdir(parents=True, exist_ok=True)
    days = usage_days(population, events, random)
    for month, group in groupby(days, key=lambda day: f"{FIRST + timedelta(days=day[0]):%Y-%m}"):
        table = pa.concat_tables([rows for _, rows in group])
        pq.write_table(table, folder / "usage" / f"usage-{month}.parquet")


if __name__ == "__main__":
    main()
