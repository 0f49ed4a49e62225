"""A workspace that was moved or copied: its records name files where they used to lie.

MLflow keeps the address of every run's files, and none of them changes when the folder that
holds both is moved. A copy would then read the files of its original, and write new ones there.
So whoever opens the records first lets them name the files that lie beside them.

This is for records in a SQLite file in the folder that holds the files too; new files go there.
A run whose files are not there keeps its address. Nothing outside of that folder is touched.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

SQLITE = "sqlite:///"
FILES = "artifacts"
"""Below the folder of a run; its files lie in there."""
PATIENCE = 30.0
"""Seconds to wait for whoever else writes."""


def files_of(run_id: str, artifacts: Path) -> Path:
    """Where the files of a run lie below the folder of all of them."""
    return artifacts / run_id / FILES


def follow(address: str, artifacts: Path, experiment: str) -> int:
    """Let the records of runs name the files beside them, where they name others.

    Args:
        address: of the records, as MLflow takes it.
        artifacts: the folder in which the runs' files lie.
        experiment: whose runs.

    Returns:
        How many runs have another address of files now.
    """
    database = Path(address.removeprefix(SQLITE))
    beside = address.startswith(SQLITE) and database.parent.resolve() == artifacts.parent.resolve()
    if not beside or not database.exists():
        return 0
    with closing(sqlite3.connect(database, timeout=PATIENCE)) as opened, opened:
        known = _recorded(opened, experiment)
        if known is None:
            return 0
        number, place = known
        if _elsewhere(place, artifacts):
            own = (artifacts.resolve().as_uri(), number)
            opened.execute(
                "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?", own
            )
        moved = [(uri, run_id) for run_id, uri in _moved(opened, number, artifacts)]
        opened.executemany("UPDATE runs SET artifact_uri = ? WHERE run_uuid = ?", moved)
        return len(moved)


def _recorded(opened: sqlite3.Connection, experiment: str) -> tuple[int, str] | None:
    """The experiment's number and the address of its files; None where there is none yet."""
    tables = "SELECT count(*) FROM sqlite_master WHERE name IN ('experiments', 'runs')"
    if opened.execute(tables).fetchone() != (2,):
        return None
    asked = "SELECT experiment_id, artifact_location FROM experiments WHERE name = ?"
    found: tuple[int, str] | None = opened.execute(asked, (experiment,)).fetchone()
    return found


def _moved(
    opened: sqlite3.Connection, experiment: int, artifacts: Path
) -> Iterator[tuple[str, str]]:
    """Runs whose files lie here and are recorded elsewhere, with the right address."""
    asked = "SELECT run_uuid, artifact_uri FROM runs WHERE experiment_id = ?"
    for run_id, uri in opened.execute(asked, (experiment,)).fetchall():
        files = files_of(run_id, artifacts)
        if files.is_dir() and _elsewhere(uri, files):
            yield run_id, files.resolve().as_uri()


def _elsewhere(address: str, here: Path) -> bool:
    """Whether an address is one of files on this machine, and of others than these."""
    recorded = local_path(address)
    return recorded is not None and recorded.resolve() != here.resolve()


def local_path(address: str) -> Path | None:
    """The path of a file's address; None for an address elsewhere."""
    parts = urlsplit(address)
    return Path(url2pathname(parts.path)) if parts.scheme in ("", "file") else None
