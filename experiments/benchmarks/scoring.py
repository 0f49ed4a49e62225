"""How much memory and time scoring and publishing a large snapshot take.

    python experiments/benchmarks/scoring.py --accounts 1000000 --json

A snapshot of that many accounts is drawn from the newest stored one of a workspace whose model
serves (make one with `forewarn demo --accounts 900 --no-serve --workspace W`), with every number
moved a little, and the same again for the month before with some accounts changed: so bands
change, and their causes are worked out. Both dates are scored, given their bands, explained and
published into a new SQLite store. Only the second is measured in full: it has a run before it.
"""

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from models import bundle
from models.churn_model import ChurnModel
from pipelines.band_causes import Causes
from pipelines.cards import Cards
from pipelines.company import catalogue_of
from pipelines.config import Config, read_config
from pipelines.origin import origin_of
from pipelines.publishing import Publishing
from pipelines.stored import Stored, StoredSnapshots
from pipelines.workspace import Workspace
from serving.store import ScoreRepository, open_store

ROWS = 16_384
MEGABYTE = 2**20
MOVED = 0.02
"""How far every number lies from that of the account it was drawn from, relative."""
CHANGED = 0.5
"""The same of accounts that changed between the two dates."""
SHARE_CHANGED = 0.05


@dataclass(frozen=True)
class Crowd:
    """Many accounts, drawn from the rows of a few."""

    rows: pa.Table
    accounts: int

    def parts(self, day: date, later: bool) -> Iterator[pa.Table]:
        """The accounts at one of the two dates, in order."""
        for begin in range(0, self.accounts, ROWS):
            yield self._part(begin, min(ROWS, self.accounts - begin), day, later)

    def _part(self, begin: int, count: int, day: date, later: bool) -> pa.Table:
        rng = np.random.default_rng([7, begin])
        table = self.rows.take(pa.array(rng.integers(0, len(self.rows), count)))
        stirred = rng.random(count) < SHARE_CHANGED
        columns = {}
        for name in table.column_names:
            values = table[name]
            if pa.types.is_floating(values.type):
                factor = rng.normal(1.0, MOVED, count)
                other = np.where(stirred, rng.normal(1.0, CHANGED, count), 1.0)
                values = values.to_numpy() * factor * (other if later else 1.0)
            columns[name] = values
        ids = [f"account-{begin + i:08d}" for i in range(count)]
        columns |= {"account_id": pa.array(ids), "as_of": pa.array([day] * count, pa.date32())}
        return pa.table(columns).cast(self.rows.schema)


@dataclass(frozen=True)
class Bench:
    """A model, the company it is of, and where the large snapshots go."""

    model: ChurnModel
    config: Config
    template: Stored
    folder: Path

    def keep(self, crowd: Crowd, day: date, later: bool) -> Stored:
        """Store the crowd's snapshot of a date."""
        store = StoredSnapshots(self.folder / "snapshots")
        of = self.template
        parts = crowd.parts(day, later)
        return store.keep_parts(parts, crowd.rows.schema, day, of.recipe, of.lake)

    def publish(self, repository: ScoreRepository, stored: Stored) -> dict[str, object]:
        """Score and publish; what came of it."""
        causes = Causes(
            StoredSnapshots(self.folder / "snapshots"),
            lambda m, now, was: origin_of(catalogue_of(self.config, m.followed), now, was),
            lambda line: print(line, flush=True),
        )
        catalogue = catalogue_of(self.config, self.model.followed)
        job = Publishing(repository, self.model, catalogue, causes, lambda _: self.model)
        words = ("name", "industry", "region", "csm", "crm_id")
        nobody = pa.table({n: pa.array([], pa.string()) for n in ("account_id", *words)})
        begin, cpu = time.monotonic(), time.process_time()
        found = job.publish(stored, Cards(stored.as_of, nobody), {})
        return {
            "accounts": found.accounts,
            "bands": found.bands,
            "seconds": round(time.monotonic() - begin, 1),
            "cpu_seconds": round(time.process_time() - cpu, 1),
            "changes_of_band": len(repository.changes_of(stored.as_of)),
            "peak_rss_mb_so_far": round(_peak()),
        }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE


def _bench(workspace: Workspace, config: Path, folder: Path) -> Bench:
    registered = workspace.registry().champion()
    if registered is None:
        raise SystemExit(f"{workspace} has no model that serves")
    model = bundle.load(registered.bundle, registered.digest)
    store = StoredSnapshots(workspace.snapshots)
    template = store.runs(store.dates()[-1], model.fingerprint)[-1]
    return Bench(model, read_config(config), template, folder)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--folder", type=Path, help="for the snapshots and the store")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        bench = _bench(Workspace(given.workspace), given.config, Path(folder))
        crowd = Crowd(bench.template.read(), given.accounts)
        newest = bench.template.as_of
        stored = [
            bench.keep(crowd, day, later)
            for day, later in ((newest - timedelta(days=30), False), (newest, True))
        ]
        drawn = round(_peak())
        engine = open_store(f"sqlite:///{folder}/store.db")
        runs = [bench.publish(ScoreRepository(engine), each) for each in stored]
        engine.dispose()
        size = sum(f.stat().st_size for f in Path(folder).glob("store.db*")) / MEGABYTE
    body = {
        "columns": len(crowd.rows.column_names),
        "model_columns": len(bench.model.schema.names),
        "flavour": bench.model.flavour,
        "peak_rss_mb_after_drawing": drawn,
        "store_mb": round(size),
        "runs": runs,
    }
    print(json.dumps(body, indent=None if given.json else 1))


if __name__ == "__main__":
    main()
