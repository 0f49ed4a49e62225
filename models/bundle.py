"""The saved model: native text formats and JSON under a manifest of SHA-256 sums.

Nothing is pickled, and nothing is read before its sum has been checked.
"""

import hashlib
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from models.adjustment import Adjustment
from models.bands import BandPolicy
from models.calibration import Calibrator
from models.churn_model import ChurnModel
from models.encoding import InputColumn, InputSchema
from models.flavours import FITTED
from models.hazards import Hazard
from models.intervals import Interval
from models.score import HORIZONS

MANIFEST = "manifest.json"
MODEL = "model.json"
ADJUSTMENT = "adjustment.json"
"""Of an adjusted model: what was moved. All its other files are its base's, byte for byte."""
FORMAT = 2
"""2: thresholds by tier, and steps."""


class BrokenBundle(Exception):
    """A bundle is incomplete, was changed after it was saved, or is of another format."""


def save(model: ChurnModel, folder: Path) -> str:
    """Write `model` under `folder`; returns the manifest's SHA-256, which names the bundle.

    Raises ValueError for an adjusted model: `save_adjusted` keeps it beside its base.
    """
    if model.adjustment:
        raise ValueError(f"{model.version} is an adjustment of {model.adjustment.base}")
    files = {MODEL: json.dumps(_described(model), indent=2)}
    for hazard in model.hazards:
        for name, text in hazard.model.to_files().items():
            files[f"{hazard.interval.name}.{name}"] = text
    return _write(files, model.version, folder)


def save_adjusted(base: Path, digest: str, adjusted: ChurnModel, folder: Path) -> str:
    """Write an adjusted model as its base's files with one more; returns the new manifest's sum.

    Args:
        base: the bundle of the version that serves, adjusted already or not.
        digest: its manifest's SHA-256.
        adjusted: the model as it is to serve.
        folder: where to; another one than `base`.

    Raises:
        BrokenBundle: the base was changed after it was saved.
    """
    if not adjusted.adjustment:
        raise ValueError(f"{adjusted.version} was not adjusted")
    files = _verified(base, digest)
    body = {**adjusted.adjustment.as_dict(), "policy": adjusted.policy.as_dict()}
    files[ADJUSTMENT] = json.dumps(body, indent=2)
    return _write(files, adjusted.version, folder)


def _write(files: dict[str, str], version: str, folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    sums = {name: _sha256(text.encode()) for name, text in sorted(files.items())}
    manifest = json.dumps({"format": FORMAT, "version": version, "sha256": sums}, indent=2)
    (folder / MANIFEST).write_bytes(manifest.encode())
    return _sha256(manifest.encode())


def load(folder: Path, digest: str | None = None) -> ChurnModel:
    """Read a bundle back after checking every sum.

    Args:
        folder: where the bundle lies.
        digest: the manifest's SHA-256 as recorded when the model was promoted.

    Raises:
        BrokenBundle: a file is missing, was changed, or the manifest is another one.
    """
    files = _verified(folder, digest)
    try:
        return _model(files)
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenBundle(f"{folder} holds no model this version can read: {error!r}") from error


def _model(files: dict[str, str]) -> ChurnModel:
    moved = files.pop(ADJUSTMENT, None)
    base = _trained(files)
    if moved is None:
        return base
    body = json.loads(moved)
    return base.adjusted(Adjustment.from_dict(body), BandPolicy.from_dict(body["policy"]))


def _trained(files: dict[str, str]) -> ChurnModel:
    body = json.loads(files.pop(MODEL))
    fitted = FITTED[body["flavour"]]
    hazards = tuple(_hazard(fitted, entry, files) for entry in body["hazards"])
    columns = tuple(
        InputColumn(c["name"], tuple(c["words"]) if c["words"] is not None else None)
        for c in body["schema"]
    )
    return ChurnModel(
        version=body["version"],
        flavour=body["flavour"],
        outcome=body["outcome"],
        schema=InputSchema(columns),
        hazards=hazards,
        primary_horizon=body["primary_horizon"],
        policy=BandPolicy.from_dict(body["policy"]),
        fingerprint=body["fingerprint"],
        events=tuple(body["events"]),
        data_as_of=date.fromisoformat(body["data_as_of"]),
        shown=tuple(body.get("shown", HORIZONS)),
    )


def _described(model: ChurnModel) -> dict[str, Any]:
    return {
        "version": model.version,
        "flavour": model.flavour,
        "outcome": model.outcome,
        "primary_horizon": model.primary_horizon,
        "shown": list(model.shown),
        "data_as_of": model.data_as_of.isoformat(),
        "fingerprint": model.fingerprint,
        "events": list(model.events),
        "policy": model.policy.as_dict(),
        "schema": [{"name": c.name, "words": c.words} for c in model.schema.columns],
        "hazards": [
            {**asdict(h.interval), "calibrator": asdict(h.calibrator)} for h in model.hazards
        ],
    }


def _hazard(fitted: Any, entry: dict[str, Any], files: dict[str, str]) -> Hazard:
    interval = Interval(entry["start"], entry["end"])
    prefix = f"{interval.name}."
    mine = {n.removeprefix(prefix): text for n, text in files.items() if n.startswith(prefix)}
    return Hazard(interval, fitted.from_files(mine), Calibrator(**entry["calibrator"]))


def _verified(folder: Path, digest: str | None) -> dict[str, str]:
    """The texts of all files, each checked against the manifest."""
    path = folder / MANIFEST
    if not path.exists():
        raise BrokenBundle(f"{folder} holds no {MANIFEST}: it is not a model bundle.")
    raw = path.read_bytes()
    if digest is not None and _sha256(raw) != digest:
        raise BrokenBundle(f"{path} is not the manifest that was promoted: promote again.")
    sums = _sums(path, raw)
    return {name: _checked(folder / name, wanted) for name, wanted in sums.items()}


def _sums(path: Path, raw: bytes) -> dict[str, str]:
    try:
        manifest = json.loads(raw)
        found, sums = manifest["format"], dict(manifest["sha256"])
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenBundle(f"{path} is no manifest of a model bundle: {error!r}") from error
    if found != FORMAT:
        raise BrokenBundle(
            f"{path} is of format {found}, this reads {FORMAT}: run `forewarn train` again."
        )
    return sums


def _checked(path: Path, wanted: str) -> str:
    content = path.read_bytes() if path.exists() else b""
    if _sha256(content) != wanted:
        raise BrokenBundle(f"{path} was changed or lost after the model was saved.")
    return content.decode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
