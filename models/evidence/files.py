"""Test rows on disk: Parquet under a manifest with its SHA-256; nothing is pickled."""

import hashlib
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from models.evidence.rows import BESIDE, SEGMENT, Evidence

MANIFEST, ROWS = "manifest.json", "rows.parquet"
FORMAT = 1
COLUMNS = {
    "account_id": pa.string(),
    "as_of": pa.date32(),
    "horizon": pa.int16(),
    "learnt_until": pa.date32(),
    "chance": pa.float64(),
    "lost": pa.bool_(),
    "days_to_loss": pa.float64(),
    "after_days": pa.int16(),
    "arr": pa.float64(),
    "tenure_days": pa.float64(),
    "known_account": pa.bool_(),
}
FAMILIES = {SEGMENT: pa.string(), BESIDE: pa.float64()}
ABOUT = (
    "version", "bundle", "outcome", "fingerprint", "lag_days", "primary_horizon", "capacity",
    "lead_days", "notes",
)  # fmt: skip


class BrokenEvidence(Exception):
    """Test rows are missing, were changed after they were saved, or belong to another model."""


def save(evidence: Evidence, folder: Path) -> str:
    """Write the rows under `folder`; returns the manifest's SHA-256, which names them."""
    folder.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pandas(evidence.rows, _schema(evidence.rows), preserve_index=False)
    pq.write_table(table.replace_schema_metadata(None), folder / ROWS, compression="zstd")
    body: dict[str, Any] = {name: getattr(evidence, name) for name in ABOUT}
    body |= {"data_as_of": evidence.data_as_of.isoformat(), "embargo": evidence.embargo}
    sums = {ROWS: _sha256((folder / ROWS).read_bytes())}
    manifest = json.dumps({"format": FORMAT, **body, "sha256": sums}, indent=2).encode()
    (folder / MANIFEST).write_bytes(manifest)
    return _sha256(manifest)


def load(folder: Path, digest: str, bundle: str) -> Evidence:
    """Read test rows back after checking every sum.

    Args:
        folder: where they lie.
        digest: the manifest's SHA-256 as recorded with the run.
        bundle: SHA-256 of the manifest of the model's bundle, as recorded likewise.

    Raises:
        BrokenEvidence: a file is missing, was changed, or the rows are another model's.
    """
    raw = _checked(folder / MANIFEST, digest)
    try:
        body = json.loads(raw)
        found, wanted = body["format"], body["sha256"][ROWS]
        about = {name: body[name] for name in ABOUT}
        day = date.fromisoformat(body["data_as_of"])
        about["embargo"] = body.get("embargo", 0)  # rows kept before it was told have none
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenEvidence(f"{folder / MANIFEST} cannot be read: {error!r}") from error
    if found != FORMAT:
        raise BrokenEvidence(f"{folder / MANIFEST} is of format {found}, this reads {FORMAT}.")
    if about["bundle"] != bundle:
        raise BrokenEvidence(f"the test rows in {folder} belong to another model's bundle.")
    rows = pq.read_table(io.BytesIO(_checked(folder / ROWS, wanted))).to_pandas()
    words = [name for name in rows.columns if pd.api.types.is_string_dtype(rows[name])]
    rows = rows.astype(dict.fromkeys(words, object))  # as they were before they were saved
    return Evidence(data_as_of=day, rows=rows, **about)


def _schema(rows: pd.DataFrame) -> pa.Schema:
    return pa.schema([pa.field(str(name), _type(str(name))) for name in rows.columns])


def _type(name: str) -> pa.DataType:
    for family, kind in FAMILIES.items():
        if name.startswith(family):
            return kind
    return COLUMNS[name]


def _checked(path: Path, wanted: str) -> bytes:
    content = path.read_bytes() if path.exists() else b""
    if _sha256(content) != wanted:
        raise BrokenEvidence(f"{path} was changed or lost after the model was trained.")
    return content


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
