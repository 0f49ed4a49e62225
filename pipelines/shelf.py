"""Stored snapshots at hand: single rows and what is usual among peers, without the whole.

    .../run-0001.rows.arrow     see features.row_file
    .../run-0001.peers.arrow    see models.explain.peers

Both are made from the stored snapshot, once its sum was checked, by the job that stores it or else
by whoever asks first, and are kept beside it.
"""

from functools import lru_cache
from pathlib import Path
from threading import Lock

from features.ladders import PeerRanks
from features.row_file import RowFile, RowFileError, RowSource, SignalRow, write_rows
from features.signal import Catalogue
from models.explain.peers import PeerTable
from pipelines.stored import RANKS, Stored, StoredSnapshotError

OPEN_AT_ONCE = 128
RANKS_OPEN = 4
ROWS_KEPT = 256
"""Rows of single accounts in memory: those of the dozen that people look at just now."""
ROWS, PEERS = ".rows.arrow", ".peers.arrow"
MAKING = Lock()


def rows_of(stored: Stored) -> RowFile:
    """The rows of a stored snapshot by account.

    Raises:
        StoredSnapshotError: the snapshot was lost or changed.
    """
    try:
        return _rows(stored.file, stored.sha256)
    except RowFileError:
        make(stored)
        return _rows(stored.file, stored.sha256)


def row_in(stored: Stored, account: str) -> SignalRow | None:
    """One row of a stored snapshot, None where it has none; raises as `rows_of` does."""
    try:
        return _row(stored.file, stored.sha256, account)
    except RowFileError:
        make(stored)
        return _row(stored.file, stored.sha256, account)


def peers_in(stored: Stored) -> PeerTable:
    """What is usual among peers in a stored snapshot; raises as `rows_of` does."""
    try:
        return _peers(stored.file, stored.sha256)
    except ValueError:
        make(stored)
        return _peers(stored.file, stored.sha256)


def ranks_in(stored: Stored, catalogue: Catalogue) -> PeerRanks | None:
    """What the ranks of a stored snapshot were read from; None where its columns have none.

    Raises:
        StoredSnapshotError: the file beside the snapshot is lost.
    """
    if not catalogue.ranks:
        return None
    try:
        return _ranks(stored.file, stored.sha256)
    except ValueError as error:
        raise StoredSnapshotError(f"{error}: score {stored.as_of} again.") from error


def make(stored: Stored) -> None:
    """Write both files of a stored snapshot, where they are not there yet.

    Some rows at a time, or a column: a snapshot may hold a million accounts.

    Raises:
        StoredSnapshotError: the snapshot was lost or changed.
    """
    with MAKING:
        if _is_ready(stored):
            return
        stored.check()
        source = RowSource(stored.schema, stored.parts)
        write_rows(source, stored.file.with_suffix(ROWS), stored.sha256)
        with stored.columns() as column:
            peers = PeerTable.by_column(stored.schema, stored.accounts, column)
        peers.write(stored.file.with_suffix(PEERS), stored.sha256)


def _is_ready(stored: Stored) -> bool:
    try:
        _rows(stored.file, stored.sha256)
        _peers(stored.file, stored.sha256)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=OPEN_AT_ONCE)
def _rows(file: Path, sha256: str) -> RowFile:
    return RowFile(file.with_suffix(ROWS), sha256)


@lru_cache(maxsize=RANKS_OPEN)
def _ranks(file: Path, sha256: str) -> PeerRanks:
    return PeerRanks.read(file.with_suffix(RANKS), sha256)


@lru_cache(maxsize=ROWS_KEPT)
def _row(file: Path, sha256: str, account: str) -> SignalRow | None:
    return _rows(file, sha256).row(account)


@lru_cache(maxsize=OPEN_AT_ONCE)
def _peers(file: Path, sha256: str) -> PeerTable:
    return PeerTable.read(file.with_suffix(PEERS), sha256)
