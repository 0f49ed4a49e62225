"""Bringing the sources of a company into the lake of its workspace."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipelines.config import Config
from pipelines.exclusive import one_at_a_time
from pipelines.ingest.load import load, load_and_hold
from pipelines.ingest.prepare import Progress
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.ingest.load import Brought
    from pipelines.ingest.report import LoadReport


def load_sources(workspace: Workspace, config: Config, say: Progress) -> "LoadReport":
    """Bring the company's sources into the workspace's lake.

    Raises what `load` does, and InputError where another process is loading.
    """
    lake = workspace.lake(config.load.buckets)
    with one_at_a_time(workspace.loading, "forewarn load"):
        return load(config, lake, workspace.quarantine, datetime.now(UTC), say)


def sources_at_hand(
    workspace: Workspace, config: Config, say: Progress
) -> "tuple[LoadReport, Brought]":
    """The same, with the rows that came, for whoever goes on with them at once."""
    lake = workspace.lake(config.load.buckets)
    with one_at_a_time(workspace.loading, "forewarn load"):
        return load_and_hold(config, lake, workspace.quarantine, datetime.now(UTC), say)
