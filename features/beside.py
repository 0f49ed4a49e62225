"""Arrow files that lie beside a snapshot, and tell of which snapshot they were made."""

import json
import os
from pathlib import Path
from typing import Any

import pyarrow as pa

SOURCE, BODY = b"sha256", b"body"


def write_beside(path: Path, table: pa.Table, body: object, sha256: str) -> None:
    """Keep a table beside the snapshot of that content; readers see all of it or nothing.

    Args:
        path: of the file.
        table: what is kept.
        body: what is to be known of it, as JSON can say it.
        sha256: of the snapshot.
    """
    marks = {SOURCE: sha256.encode(), BODY: json.dumps(body).encode()}
    marked = table.replace_schema_metadata(marks)
    part = path.with_suffix(f".{os.getpid()}.part")
    with pa.ipc.new_file(part, marked.schema) as file:
        file.write_table(marked)
    os.replace(part, path)


def read_beside(path: Path, sha256: str) -> tuple[pa.Table, Any]:
    """What was kept, mapped, and what is to be known of it.

    Raises:
        ValueError: it cannot be read, or is of another snapshot.
    """
    try:
        table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        marks = table.schema.metadata or {}
        found, body = marks[SOURCE].decode(), json.loads(marks[BODY])
    except (OSError, KeyError, ValueError) as error:
        raise ValueError(f"{path} cannot be read: {error!r}") from error
    if found != sha256:
        raise ValueError(f"{path} is of another snapshot.")
    return table, body
