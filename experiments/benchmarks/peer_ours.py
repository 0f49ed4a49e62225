"""Forewarn's own snapshots of the columns of `peer_columns`: raw log, lake, snapshots.

    python experiments/benchmarks/peer_ours.py RAW TO

The lake holds the usage log alone, so that the life of an account begins, as for the peers,
with its first visible event. `seconds_bucketing` is what of the CPU seconds went into the lake.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import peer_columns
import pyarrow.parquet as pq

from features.clock import Mask
from features.lake import Lake
from features.measures import LongestSilence, SilenceAgainstCadence, Slope, Utilisation
from features.prepare import prepare
from features.reads import reads
from features.runners.local import mapped
from features.signal import Catalogue
from features.signals import catalogue_for
from features.snapshot import snapshots
from features.view import View

LEFT_OUT = (LongestSilence, SilenceAgainstCadence, Slope, Utilisation)
"""What few would write in SQL, or what takes more than the usage log."""


def main() -> None:
    """Compute and write what the command line asks for."""
    from bucketing import bucket_raw, measured  # not at the top: workers import this file too

    raw, to = peer_columns.arguments()
    seconds = measured(lambda: bucket_raw(raw, to / "lake", ["usage"]))
    (to / "found").mkdir(exist_ok=True)
    work = partial(of_bucket, Lake(to / "lake"), catalogue(), to / "found")
    mapped(work, Lake(to / "lake").manifest.buckets)
    peer_columns.done(seconds_bucketing=seconds)


def catalogue() -> Catalogue:
    """The catalogue's columns of the usage log that the peers compute too."""
    whole = catalogue_for(peer_columns.EVENTS)
    groups = tuple(
        replace(
            group,
            signals=tuple(
                signal
                for signal in group.signals
                if signal.table == "usage" and not isinstance(signal.measure, LEFT_OUT)
            ),
        )
        for group in whole.groups
    )
    chosen = Catalogue(groups)
    ours, theirs = ({c.name for c in some} for some in (chosen.columns, peer_columns.columns()))
    if ours != theirs:
        raise SystemExit(
            f"peer_columns.py and the catalogue differ in {sorted(ours ^ theirs)}: "
            "bring WHOLE and BY_EVENT in line with the catalogue"
        )
    return chosen


def of_bucket(lake: Lake, chosen: Catalogue, to: Path, index: int) -> None:
    """Write the snapshots of one bucket."""
    bucket = prepare(lake.bucket(index, reads(chosen)))
    found = snapshots(bucket, chosen, peer_columns.DATES, everyone)
    pq.write_table(found, to / f"bucket-{index:05d}.parquet")


def everyone(view: View) -> Mask:
    """Every account at every date."""
    return np.ones(view.size, dtype=bool)


if __name__ == "__main__":
    main()
