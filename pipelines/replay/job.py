"""Rebuilding a stored snapshot from the lake as it is now, and comparing the two."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from features.content import content_sha256
from features.runners.job import SnapshotJob
from pipelines.assemble import loaded
from pipelines.company import catalogue_of, label_of, rates_of
from pipelines.config import Config
from pipelines.recipe import Change, Recipe, changes, recipe_of
from pipelines.replay.compare import Comparison, compare
from pipelines.replay.rows import RowChanges, RowSearch
from pipelines.scratch import scratch
from pipelines.snapshot import compute, read_snapshots
from pipelines.stored import DIGITS, Stored, StoredSnapshotError, StoredSnapshots
from pipelines.workspace import Workspace

Progress = Callable[[str], None]
LISTED = 20


@dataclass(frozen=True)
class Replay:
    """What rebuilding a stored snapshot gave.

    Attributes:
        sha256: of the content rebuilt.
        columns: number of columns of the stored snapshot.
        changes: definitions and configuration that are not as they were.
        comparison: accounts and values that differ, over the columns that mean the same
            then and now; None where nothing differs.
        rows: source rows that make the difference; None where nothing differs.
    """

    stored: Stored
    sha256: str
    columns: int
    changes: tuple[Change, ...]
    comparison: Comparison | None = None
    rows: RowChanges | None = None

    @property
    def identical(self) -> bool:
        """Whether both are the same to the last bit."""
        return self.sha256 == self.stored.sha256

    def summary(self) -> dict[str, Any]:
        """Everything worth telling, as plain JSON values."""
        stored = self.stored
        return {
            "as_of": stored.as_of.isoformat(),
            "identical": self.identical,
            "fingerprint": stored.recipe.fingerprint,
            "stored_at": stored.stored_at,
            "load": stored.lake.load,
            "accounts": stored.accounts,
            "columns": self.columns,
            "sha256": stored.sha256,
            "sha256_rebuilt": self.sha256,
            "changes": [asdict(change) for change in self.changes],
            "differences": None if self.comparison is None else _differences(self.comparison),
            "rows": None if self.rows is None else asdict(self.rows),
        }


def replay(
    workspace: Workspace, config: Config, as_of: date | None, fingerprint: str, say: Progress
) -> Replay:
    """Rebuild the snapshot of a date that was stored last, and compare it.

    Args:
        workspace: holds the lake and the stored snapshots.
        config: the configuration as it is now.
        as_of: the snapshot's date; None means the newest.
        fingerprint: first digits of the one that is meant; empty means any.
        say: told of progress.

    Raises:
        InputError: nothing is loaded, or no such snapshot is stored.
    """
    lake = loaded(workspace)
    stored = _chosen(StoredSnapshots(workspace.snapshots), as_of, fingerprint)
    then = stored.read()
    label = label_of(config, lake.manifest.tables)
    catalogue = catalogue_of(config, stored.recipe.followed)
    recipe = recipe_of(config, label, catalogue, stored.recipe.followed)
    with scratch(workspace.snapshots / "replay") as folder:
        job = SnapshotJob(lake, catalogue, (stored.as_of,), label, rates_of(config), folder)
        compute(job, say)
        now = read_snapshots(job)
    found = Replay(
        stored, content_sha256(now), len(then.column_names), changes(stored.recipe, recipe)
    )
    if found.identical:
        return found
    say("the two differ: looking for the rows that make the difference")
    comparison = compare(then, now, _shared(stored.recipe, recipe), LISTED)
    search = RowSearch(lake, stored.lake, stored.as_of, comparison.accounts)
    return Replay(stored, found.sha256, found.columns, found.changes, comparison, search.run())


def _chosen(store: StoredSnapshots, as_of: date | None, fingerprint: str) -> Stored:
    """The snapshot that was stored last of those that are meant."""
    dates = store.dates()
    if not dates:
        raise StoredSnapshotError(f"{store.root} holds no snapshot: run `forewarn score` first.")
    day = as_of or dates[-1]
    if day not in dates:
        known = ", ".join(map(str, dates))
        raise StoredSnapshotError(f"no snapshot of {day} is stored; there are those of {known}.")
    runs = store.runs(day, fingerprint)
    if not runs:
        known = ", ".join({run.recipe.fingerprint[:DIGITS]: None for run in store.runs(day)})
        raise StoredSnapshotError(
            f"no snapshot of {day} has a fingerprint that begins with {fingerprint}; "
            f"there are {known}."
        )
    return runs[-1]


def _shared(then: Recipe, now: Recipe) -> list[str]:
    """The columns that mean the same then and now."""
    mine = now.definitions
    return [name for name, text in then.definitions.items() if mine.get(name) == text]


def _differences(found: Comparison) -> dict[str, Any]:
    return {
        "accounts": len(found.accounts),
        "accounts_gone": list(found.gone),
        "accounts_new": list(found.new),
        "values": found.cells,
        "columns": found.columns,
        "first": [asdict(each) for each in found.first],
    }
