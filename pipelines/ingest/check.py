"""Checking a configuration's data without writing anything."""

from features.lake import Lake
from pipelines.config import Config
from pipelines.ingest.prepare import Prepared, Progress, prepare, share_problems
from pipelines.ingest.report import CheckReport
from pipelines.own_signals import event_problems


def check(
    config: Config, lake: Lake | None = None, progress: Progress = lambda _: None
) -> CheckReport:
    """Find every problem of the sources at once.

    Args:
        config: the configuration.
        lake: what was loaded before: accounts in it are known, tables in it connected.
        progress: told what is being done.
    """
    prepared = prepare(config, lake, progress)
    counts = [*prepared.input_counts, *(batch.counts for batch in prepared.batches.values())]
    rows = [bad.problem for bad in prepared.bad]
    own = event_problems(config, _events(prepared))
    problems = (*prepared.problems, *own, *share_problems(config, counts), *rows)
    return CheckReport(tuple(counts), problems, prepared.warnings)


def _events(prepared: Prepared) -> list[str]:
    """The different events of usage, where it could be read."""
    if "usage" not in prepared.batches:
        return []
    events: list[str] = prepared.batches["usage"].rows.column("event").unique().to_pylist()
    return events
