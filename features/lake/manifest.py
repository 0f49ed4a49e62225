"""What the lake says about itself: one small JSON file, replaced as a whole."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from features.contract import CONTRACT_VERSION
from features.lake.storage import Folder, write_text

MANIFEST = "manifest.json"
LAYOUT_VERSION = 6
READABLE = (3, 4, 5, LAYOUT_VERSION)
"""Lakes of version 3 say of no row beside it that it ended, those of 4 have a file for each
bucket of every piece, and those of 5 have all columns in every file; the next load makes them 6."""


class LakeError(Exception):
    """The lake is missing, or was written by another version of the contract."""


@dataclass(frozen=True, slots=True)
class TableInfo:
    """What the manifest says about one connected table.

    Attributes:
        rows: number of rows, all versions counted.
        first: when its earliest fact happened, ISO 8601, or "" where nothing is dated.
        last: when its latest fact happened or became known, likewise.
        versioned: the source itself said when each row became known.
        digest: a sum over the content of its rows, whatever their order; 32 hex digits.
        loads: the generations in whose folders its rows lie; the first holds all that was
            there then, each further one what a load added.
        ended: those of them that say of earlier rows beside them that they ended.
        together: those of them in which all buckets lie in one file.
    """

    rows: int
    first: str
    last: str
    versioned: bool
    digest: str = ""
    loads: tuple[int, ...] = (1,)
    ended: tuple[int, ...] = ()
    together: tuple[int, ...] = ()

    def cut(self, first: int) -> "TableInfo":
        """The same of only the first so many pieces, but for what is said of all rows."""
        loads = self.loads[:first]
        ended = tuple(load for load in self.ended if load in loads)
        together = tuple(load for load in self.together if load in loads)
        return replace(self, loads=loads, ended=ended, together=together)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which generation of the lake holds, and what is in it.

    Attributes:
        generation: how many loads changed anything; also the number of the latest load.
        digest: of the content of all tables; 64 hex digits, "" before the first load.
    """

    contract_version: int
    buckets: int
    generation: int
    digest: str
    tables: dict[str, TableInfo] = field(default_factory=dict)
    layout_version: int = LAYOUT_VERSION

    @property
    def rows(self) -> int:
        """Number of rows of all tables."""
        return sum(info.rows for info in self.tables.values())


def read_manifest(root: Folder) -> Manifest | None:
    """The manifest of the lake under `root`; None before the first load.

    Raises LakeError where another version wrote the lake.
    """
    path = root / MANIFEST
    if not path.exists():
        return None
    raw = json.loads(path.read_text())
    for what, found, readable in (
        ("contract", raw["contract_version"], (CONTRACT_VERSION,)),
        ("lake's layout", raw.get("layout_version", 1), READABLE),
    ):
        if found not in readable:
            raise LakeError(
                f"{root} was written by version {found} of the {what}; "
                f"this is version {readable[-1]}: load the sources into a new workspace."
            )
    tables = {name: _info(info) for name, info in raw.pop("tables").items()}
    return Manifest(**raw, tables=tables)


def _info(raw: dict[str, Any]) -> TableInfo:
    loads = {name: tuple(raw.get(name, ())) for name in ("loads", "ended", "together")}
    return TableInfo(**{**raw, **loads})


def write_manifest(root: Folder, manifest: Manifest) -> None:
    """Make `manifest` the one that holds, in one step."""
    write_text(root / MANIFEST, json.dumps(asdict(manifest), indent=2))


def digest_of(tables: Mapping[str, TableInfo]) -> str:
    """The digest of a lake with these tables, whatever their order."""
    text = repr(sorted((n, info.rows, info.versioned, info.digest) for n, info in tables.items()))
    return hashlib.sha256(text.encode()).hexdigest()
