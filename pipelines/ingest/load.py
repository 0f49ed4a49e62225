"""Loading the company's sources into the lake."""

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from features.lake import Alike, Lake
from pipelines.config import Config
from pipelines.errors import SourceError
from pipelines.ingest.batch import Batch
from pipelines.ingest.merge import Merged, merge
from pipelines.ingest.prepare import Prepared, Progress, prepare, share_problems
from pipelines.ingest.problems import Problem
from pipelines.ingest.quarantine import write_quarantine
from pipelines.ingest.report import LoadReport, SourceCounts

THREADS = min(2, os.cpu_count() or 1)
"""Tables that are compared at once: most of it is compiled, and holds no lock."""


@dataclass(frozen=True)
class Brought:
    """What a load added, still at hand.

    Attributes:
        before: the number of the load before it.
        rows: the rows that joined those held, by source, in the contract's schema.
        corrected: the tables in which some are versions of facts that were held.
    """

    before: int
    rows: Mapping[str, pa.Table]
    corrected: frozenset[str]


def load(
    config: Config,
    lake: Lake,
    quarantine: Path,
    now: datetime,
    progress: Progress = lambda _: None,
) -> LoadReport:
    """Bring all sources into the lake, bad rows into quarantine; see `load_and_hold`."""
    return load_and_hold(config, lake, quarantine, now, progress)[0]


def load_and_hold(
    config: Config,
    lake: Lake,
    quarantine: Path,
    now: datetime,
    progress: Progress = lambda _: None,
) -> tuple[LoadReport, Brought]:
    """Bring all sources into the lake, bad rows into quarantine, and hold what was added.

    The lake is replaced as a whole or not at all. The same sources a second time leave
    every byte as it is.

    Args:
        config: the configuration.
        lake: where clean rows go; what it holds already is kept and versioned.
        quarantine: the folder for bad rows; what the last load left there is replaced.
        now: when rows of a later load become known, aware of its time zone.
        progress: told what is being done.

    Raises:
        SourceError: a required table or column is missing, or too much of a source is
            bad; the lake is as before, the quarantine is written.
        ValueError: `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now must be aware of its time zone")
    prepared = prepare(config, lake, progress)
    merged, held = _merge_all(prepared, lake, now.astimezone(UTC))
    write_quarantine(quarantine, prepared.bad)
    counts = _counts(prepared, merged)
    problems = [*prepared.problems, *share_problems(config, counts, str(quarantine))]
    if problems:
        raise SourceError([*problems, *_examples(prepared)])
    progress("writing the lake")
    before = lake.manifest.generation
    new = {name: found.new for name, found in merged.items()}
    changed = lake.add(new, _versioned(lake, prepared), tuple(held), held)
    rows = tuple(bad.problem for bad in prepared.bad)
    report = LoadReport(tuple(counts), changed, rows, prepared.warnings, str(quarantine))
    return report, Brought(before, new, frozenset(held))


def _merge_all(
    prepared: Prepared, lake: Lake, now: datetime
) -> tuple[dict[str, Merged], dict[str, Alike]]:
    """Each batch joined to the lake, and the rows held of facts of which new versions came.

    Rows that would rewrite the past become bad rows.
    """
    tables, merged, corrected = lake.manifest.tables, {}, {}

    def compared(batch: Batch) -> tuple[Alike | None, Merged]:
        name = batch.table.name
        held = lake.alike(name, batch.rows) if name in tables else None
        before = held.rows if held else None
        return held, merge(batch.table, batch.rows, before, now, batch.brought)

    with ThreadPoolExecutor(THREADS) as threads:
        longest_first = sorted(prepared.batches.values(), key=lambda batch: -len(batch.rows))
        results = zip(longest_first, threads.map(compared, longest_first), strict=True)
        found = {batch.table.name: result for batch, result in results}
    for name in prepared.batches:
        held, joined = found[name]
        merged[name] = joined
        if held and joined.corrected:
            corrected[name] = held
        if joined.findings:
            prepared.batches[name] = prepared.batches[name].plus(joined.findings)
    return merged, corrected


def _counts(prepared: Prepared, merged: dict[str, Merged]) -> list[SourceCounts]:
    return [
        *prepared.input_counts,
        *(_merged_counts(batch, merged[name]) for name, batch in prepared.batches.items()),
    ]


def _merged_counts(batch: Batch, merged: Merged) -> SourceCounts:
    return replace(
        batch.counts,
        unchanged=merged.unchanged,
        added=merged.added,
        corrected=merged.corrected,
    )


def _versioned(lake: Lake, prepared: Prepared) -> frozenset[str]:
    before = {name for name, info in lake.manifest.tables.items() if info.versioned}
    brought = {name for name, batch in prepared.batches.items() if batch.brought}
    return frozenset(before | brought)


def _examples(prepared: Prepared) -> Iterable[Problem]:
    return (bad.problem for bad in prepared.bad)
