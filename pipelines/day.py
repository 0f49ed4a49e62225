"""One more day: a snapshot from what is kept between snapshots, told from what came since."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from features.followed import Followed
from features.kept import KeptCompany, NotKept
from features.kept.from_lake import buckets_of, came_since, first_facts
from features.ladders import PeerRanks
from features.lake import Lake
from features.outcomes import Label
from features.signal import Catalogue
from features.snapshot import fingerprint
from pipelines.config import Config
from pipelines.definitions import catalogue_of, label_of, rates_of
from pipelines.errors import InputError
from pipelines.exclusive import one_at_a_time
from pipelines.recipe import recipe_of
from pipelines.standing import loaded
from pipelines.stored import DIGITS, LakeState, Stored, StoredSnapshots
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.ingest.load import Brought

Progress = Callable[[str], None]
FOLLOWED = "events.json"


@dataclass(frozen=True)
class Day:
    """One more snapshot.

    Attributes:
        anew: why all rows were read; empty where only those that came since were.
    """

    stored: Stored
    anew: str

    def summary(self) -> dict[str, Any]:
        """Everything worth telling, as plain JSON values."""
        return {
            "as_of": self.stored.as_of.isoformat(),
            "accounts": self.stored.accounts,
            "columns": len(self.stored.recipe.definitions),
            "fingerprint": self.stored.recipe.fingerprint,
            "sha256": self.stored.sha256,
            "anew": self.anew,
        }

    def text(self) -> str:
        """The same for people."""
        how = f"All rows were read: {self.anew}." if self.anew else "Only what came since was read."
        return (
            f"A snapshot of {self.stored.accounts} accounts at {self.stored.as_of} is stored. "
            f"{how} `forewarn replay` proves it."
        )


def one_more_day(
    workspace: Workspace,
    config: Config,
    as_of: date,
    anew: bool,
    say: Progress,
    brought: "Brought | None" = None,
) -> Day:
    """Store the snapshot of a date, from what is kept where that is exact.

    Args:
        workspace: holds the lake.
        config: the configuration.
        as_of: the date, no earlier than that of what is kept, or all rows are read.
        anew: read all rows, for the main events and attributes of the model that serves now.
        say: told of progress.
        brought: what a load has just added, so that it need not be read again.

    Raises:
        InputError: nothing is loaded, corrected rows of a log make keeping impossible, or
            another process is at it.
    """
    lake = loaded(workspace)  # raises before anything is made
    with one_at_a_time(workspace.kept, "forewarn day"):
        followed = _followed(workspace, anew)
        label = label_of(config, lake.manifest.tables)
        catalogue = catalogue_of(config, followed)
        folder = workspace.kept / fingerprint(catalogue)[:DIGITS]
        kept, why = _gone_on(folder, catalogue, label, lake, as_of, anew, say, brought)
        manifest = lake.manifest
        snapshot = kept.snapshot(label.population, rates_of(config))
        state = LakeState(manifest.generation, manifest.digest, kept.rows_seen())
        recipe = recipe_of(config, label, catalogue, followed)
        ranks = PeerRanks.of(catalogue.ranks, snapshot.column) if catalogue.ranks else None
        whole = ranks.added(snapshot) if ranks else snapshot
        stored = StoredSnapshots(workspace.snapshots).keep(whole, as_of, recipe, state, ranks)
        kept.save(manifest.generation)
        return Day(stored, why)


def _followed(workspace: Workspace, anew: bool) -> Followed:
    """The events and attributes that what is kept was made for, or those of the model in use."""
    file = workspace.kept / FOLLOWED
    if file.exists() and not anew:
        told = json.loads(file.read_text(encoding="utf-8"))
        # a list of events alone was written before there were attributes
        return Followed.from_dict({"events": told} if isinstance(told, list) else told)
    from pipelines.score import champion  # loads all of the models; not needed on other days

    followed = champion(workspace).followed
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(followed.as_dict()), encoding="utf-8")
    return followed


def _gone_on(
    folder: Path,
    catalogue: Catalogue,
    label: Label,
    lake: Lake,
    as_of: date,
    anew: bool,
    say: Progress,
    brought: "Brought | None",
) -> tuple[KeptCompany, str]:
    """What is kept at a date, and why it was made anew, if it was."""
    kept = KeptCompany(folder, catalogue, [label])
    why = "this was asked for" if anew else "" if kept.cut else "nothing is kept yet"
    if not why:
        try:
            kept.advance(_came(kept, lake, brought), as_of)
            return kept, ""
        except NotKept as error:
            why = str(error)
    say(f"reading all rows: {why}")
    shutil.rmtree(folder, ignore_errors=True)
    kept = KeptCompany(folder, catalogue, [label])
    try:
        kept.begin(buckets_of(kept, lake), first_facts(lake), as_of)
    except NotKept as error:
        raise InputError(
            f"snapshots of this company cannot go on day by day: {error}. "
            "`forewarn score` computes them from all rows."
        ) from error
    return kept, why


def _came(kept: KeptCompany, lake: Lake, brought: "Brought | None") -> Mapping[str, pa.Table]:
    """The rows that came since: those at hand, where they are all of them.

    Raises:
        NotKept: rows of a log that was taken in have ended.
    """
    if brought is None or (kept.load, lake.manifest.generation) != (
        brought.before,
        brought.before + 1,
    ):
        return came_since(kept, lake)
    for name in sorted(brought.corrected & set(kept.logs)):
        raise NotKept(f"rows of {name} were corrected")
    return brought.rows
