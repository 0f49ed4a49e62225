"""On which data, and on which day, a command stands."""

from datetime import UTC, date, datetime

from features.history import ends
from features.lake import Lake
from pipelines.errors import InputError
from pipelines.workspace import Workspace


def loaded(workspace: Workspace) -> Lake:
    """The workspace's lake; InputError where nothing was loaded yet."""
    lake = workspace.lake()
    if not lake.exists:
        raise InputError(f"{workspace.root} holds no data: run `forewarn load` first.")
    return lake


def resolve_as_of(workspace: Workspace, as_of: date | None) -> date:
    """The date given, or the last day of the data that is not in the future.

    Raises InputError for a date after the data's end, where every account would look
    silent although nobody has looked.
    """
    last = min(ends(loaded(workspace)), datetime.now(UTC).date())
    if as_of is None:
        return last
    if as_of > last:
        raise InputError(
            f"--as-of {as_of} lies after the last record, {last}: choose {last} or earlier, or "
            "load newer data first."
        )
    return as_of
