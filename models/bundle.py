"""The saved model: native text formats, JSON and Parquet under a manifest of SHA-256 sums.

Nothing is pickled, and nothing is read before its sum has been checked.
"""

import hashlib
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from features.followed import Followed
from models.adjustment import Adjustment
from models.bands import BandPolicy
from models.calibration import Calibrator
from models.causes.shares import Causes, Share
from models.causes.tilt import Tilt
from models.churn_model import ChurnModel
from models.encoding import InputColumn, InputSchema
from models.explain.reference import Reference
from models.flavours import Fitted, fitted_from
from models.hazards import Hazard
from models.intervals import Interval
from models.score import HORIZONS

MANIFEST = "manifest.json"
MODEL = "model.json"
CAUSE, EXPANSION = "cause", "expansion"
"""Prefixes of the files that say by which cause, and of the model of expansion."""
ADJUSTMENT = "adjustment.json"
"""Of an adjusted model: what was moved. All its other files are its base's, byte for byte."""
FORMAT = 3
"""3: what explanations are held against."""


class BrokenBundle(Exception):
    """A bundle is incomplete, was changed after it was saved, or is of another format."""


def save(model: ChurnModel, folder: Path) -> str:
    """Write `model` under `folder`; returns the manifest's SHA-256, which names the bundle.

    Raises ValueError for an adjusted model: `save_adjusted` keeps it beside its base.
    """
    if model.adjustment:
        raise ValueError(f"{model.version} is an adjustment of {model.adjustment.base}")
    return _write(_files(model), model.version, folder)


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
    files[ADJUSTMENT] = json.dumps(body, indent=2).encode()
    return _write(files, adjusted.version, folder)


def _write(files: dict[str, bytes], version: str, folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    sums = {name: _sha256(content) for name, content in sorted(files.items())}
    manifest = json.dumps({"format": FORMAT, "version": version, "sha256": sums}, indent=2)
    (folder / MANIFEST).write_bytes(manifest.encode())
    return _sha256(manifest.encode())


def _files(model: ChurnModel) -> dict[str, bytes]:
    """Every file by name; those of a model of expansion under a name of their own."""
    texts = {MODEL: json.dumps(_described(model), indent=2)}
    parts: list[tuple[str, Fitted]] = [(h.interval.name, h.model) for h in model.hazards]
    shares = model.causes.shares if model.causes else ()
    parts += [(f"{CAUSE}.{share.interval.name}", share.model) for share in shares]
    for prefix, fitted in parts:
        texts |= {f"{prefix}.{name}": text for name, text in fitted.to_files().items()}
    files = {name: text.encode() for name, text in texts.items()}
    if model.reference:
        files |= model.reference.to_files(model.schema)
    inner = _files(model.expansion) if model.expansion else {}
    return files | {f"{EXPANSION}.{name}": content for name, content in inner.items()}


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


def _model(files: dict[str, bytes]) -> ChurnModel:
    moved = files.pop(ADJUSTMENT, None)
    base = _trained(files)
    if moved is None:
        return base
    body = json.loads(moved)
    return base.adjusted(Adjustment.from_dict(body), BandPolicy.from_dict(body["policy"]))


def _trained(files: dict[str, bytes]) -> ChurnModel:
    body = json.loads(files.pop(MODEL))
    inner = _under(EXPANSION, files)
    hazards = tuple(_hazard(body["flavour"], entry, files) for entry in body["hazards"])
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
        followed=Followed.from_dict(body),
        data_as_of=date.fromisoformat(body["data_as_of"]),
        shown=tuple(body.get("shown", HORIZONS)),
        lead=body.get("lead", 0),
        causes=_causes(body["causes"], files) if body.get("causes") else None,
        expansion=_trained(inner) if inner else None,
        reference=Reference.from_files(files),
    )


def _described(model: ChurnModel) -> dict[str, Any]:
    return {
        "version": model.version,
        "flavour": model.flavour,
        "outcome": model.outcome,
        "primary_horizon": model.primary_horizon,
        "shown": list(model.shown),
        "lead": model.lead,
        "causes": _causes_described(model.causes) if model.causes else None,
        "data_as_of": model.data_as_of.isoformat(),
        "fingerprint": model.fingerprint,
        **model.followed.as_dict(),
        "policy": model.policy.as_dict(),
        "schema": [{"name": c.name, "words": c.words} for c in model.schema.columns],
        "hazards": [
            {**asdict(h.interval), "calibrator": asdict(h.calibrator)} for h in model.hazards
        ],
    }


def _hazard(flavour: str, entry: dict[str, Any], files: dict[str, bytes]) -> Hazard:
    interval = Interval(entry["start"], entry["end"])
    fitted = fitted_from(flavour, _texts(_under(interval.name, files)))
    return Hazard(interval, fitted, Calibrator(**entry["calibrator"]))


def _causes_described(causes: Causes) -> dict[str, Any]:
    shares = [
        {**asdict(each.interval), "flavour": each.flavour, "tilt": asdict(each.tilt)}
        for each in causes.shares
    ]
    return {"revenue": dict(causes.revenue), "shares": shares}


def _causes(body: dict[str, Any], files: dict[str, bytes]) -> Causes:
    return Causes(tuple(_share(entry, files) for entry in body["shares"]), body["revenue"])


def _share(entry: dict[str, Any], files: dict[str, bytes]) -> Share:
    interval = Interval(entry["start"], entry["end"])
    mine = _under(f"{CAUSE}.{interval.name}", files)
    fitted = fitted_from(entry["flavour"], _texts(mine))
    return Share(interval, entry["flavour"], fitted, Tilt(**entry.get("tilt", {})))


def _under(prefix: str, files: dict[str, bytes]) -> dict[str, bytes]:
    """The files of a part of the model, by their names in it."""
    start = f"{prefix}."
    return {n.removeprefix(start): text for n, text in files.items() if n.startswith(start)}


def _texts(files: dict[str, bytes]) -> dict[str, str]:
    return {name: content.decode() for name, content in files.items()}


def _verified(folder: Path, digest: str | None) -> dict[str, bytes]:
    """The content of all files, each checked against the manifest."""
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


def _checked(path: Path, wanted: str) -> bytes:
    content = path.read_bytes() if path.exists() else b""
    if _sha256(content) != wanted:
        raise BrokenBundle(f"{path} was changed or lost after the model was saved.")
    return content


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
