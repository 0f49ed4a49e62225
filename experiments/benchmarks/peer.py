"""Running the peer: within a time limit, and checked against our own columns."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from meter import Cost, measured
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from features.signal import slug

FIRST_USED = "consumption__first_used"
SECOND = 1 / 86_400
"""In days; the peer reads no clock more exactly."""


@dataclass(frozen=True)
class Peer:
    """How the peer did.

    Attributes:
        state: "complete", "not installed", or "cut off": then `cost` is a lower bound.
        columns: how many it computes; 0 where it is not installed.
    """

    state: str
    columns: int = 0
    cost: Cost = Cost(0.0, 0.0)


def run_peer(
    spark: SparkSession,
    usage: Path,
    dates: Sequence[date],
    events: Sequence[str],
    to: Path,
    limit: float,
) -> Peer:
    """Compute the peer's plan from the folder of raw usage; write it as Parquet.

    It is cut off after `limit` seconds.
    """
    try:
        import ibis
        import ibis_plan
    except ImportError:
        return Peer("not installed")
    connection = ibis.pyspark.connect(spark)

    def work() -> str:
        plan = ibis_plan.usage_signals(connection.read_parquet(usage), dates, events)
        over = threading.Event()
        timer = threading.Timer(limit, lambda: (over.set(), spark.sparkContext.cancelAllJobs()))
        timer.start()
        try:
            connection.to_parquet(plan, to, mode="overwrite")
        except (PySparkException, Py4JError):  # which one depends on where it was cut
            if not over.is_set():
                raise
            return "cut off"
        finally:
            timer.cancel()
        return "complete"

    state, cost = measured(work)
    return Peer(state, len(ibis_plan.columns(len(events))), cost)


def shared(events: Sequence[str]) -> list[tuple[str, str, int]]:
    """Columns that mean the same: our name, the peer's, and the window in days."""
    same = [("consumption__last_used", "last_used", 0)]
    for ours, theirs, windows in (
        ("consumption__records", "records", (30, 90, 365)),
        ("consumption__volume", "volume", (7, 30, 90, 180)),
        ("consumption__active_days", "active_days", (7, 30, 90, 180, 365)),
        ("adoption__users", "users", (7, 30, 90, 180)),
        ("adoption__features", "features", (7, 30, 90, 180)),
    ):
        same += [(f"{ours}_{w}d", f"{theirs}_{w}d", w) for w in windows]
    for number, event in enumerate(events):
        for ours, theirs in (("count", "records"), ("volume", "volume"), ("days", "active_days")):
            own = f"consumption__{slug(event)}_{ours}"
            same += [(f"{own}_{w}d", f"{theirs}_{w}d_{number}", w) for w in (30, 90, 365)]
    return same


def differing(ours: Path, theirs: Path, events: Sequence[str]) -> list[str]:
    """The columns of both that differ for any account that has used the product so long.

    We scale a window to its full length where an account is younger; the peer does not.
    """
    same = shared(events)
    names = [name for name, _, _ in same]
    own = ds.dataset(ours).to_table(columns=["account_id", "as_of", FIRST_USED, *names])
    peers = ds.dataset(theirs).to_table(columns=["account_id", "cut", *(t for _, t, _ in same)])
    cut = pc.add(own.column("as_of").cast(pa.int32()), 1)
    frame = own.append_column("cut", cut).to_pandas()
    both = frame.merge(peers.to_pandas(), on=["account_id", "cut"])
    if not len(both):
        return names
    age = both[FIRST_USED].to_numpy()
    pairs = {
        ours: both.loc[age >= window, [ours, theirs]].to_numpy(float)
        for ours, theirs, window in same
    }
    return [name for name, pair in pairs.items() if not np.allclose(*pair.T, atol=SECOND)]
