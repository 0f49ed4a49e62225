"""Which files there are, which belong together, and how they are written."""

import codecs
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import InputError
from pipelines.ingest.csv_files import opened_bytes
from pipelines.ingest.files import FORMATS, format_of

_OTHERS = {
    ".xlsx": "save each sheet as CSV",
    ".xls": "save each sheet as CSV",
    ".ods": "save each sheet as CSV",
    ".zip": "unpack it",
    ".7z": "unpack it",
    ".bz2": "unpack it",
    ".zst": "unpack it",
    ".sqlite": "name it as a database, with a query for each table (docs/configuration.md)",
    ".db": "name it as a database, with a query for each table (docs/configuration.md)",
    ".sql": "export its tables as CSV",
    ".xml": "export it as CSV",
    ".avro": "export it as Parquet or CSV",
    ".orc": "export it as Parquet or CSV",
}
_TEXTS = frozenset({".json", ".dat", ".tab", ".log", ".asc", ".data", ""})
"""Extensions that do not say how a text is written."""
_NOT_DATA = frozenset({".md", ".toml", ".py", ".pdf", ".html", ".png", ".jpg", ".yml", ".yaml"})
_START = 1 << 16
_CHANGES = re.compile(r"\d+(?:[._-]\d+)*")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Files:
    """Files alike, as the configuration names them.

    Attributes:
        pattern: one path or glob, relative to the configuration's folder.
        paths: the files.
        settings: what else the configuration must say to read them.
    """

    pattern: str
    paths: tuple[Path, ...]
    settings: dict[str, str]

    @property
    def name(self) -> str:
        """What they are called, without folder, extension and what differs between them."""
        first = Path(self.pattern).name
        return _CHANGES.sub(" ", first.split(".")[0]).replace("*", " ").strip(" _-.") or "data"


@dataclass(frozen=True, slots=True)
class NotRead:
    """A file that cannot be read as it is, and what to do about it."""

    path: str
    reason: str


def find_files(given: Sequence[Path], folder: Path) -> tuple[list[Files], list[NotRead]]:
    """The data files among files and below folders.

    Args:
        given: files and folders.
        folder: where the configuration will lie; patterns are relative to it.

    Raises:
        InputError: one that is given does not exist, or nothing in them can be read.
    """
    missing = [str(path) for path in given if not path.exists()]
    if missing:
        raise InputError(f"there is no {', '.join(missing)}: give folders or files of your export.")
    read, skipped = [], []
    for path in _all_files(given):
        settings = _settings(path)
        if isinstance(settings, str):
            skipped.append(NotRead(_relative(path, folder), settings))
        elif settings is not None:
            read.append((path, settings))
    if not read:
        told = "".join(f"\n  {one.path}: {one.reason}" for one in skipped)
        kinds = ", ".join(FORMATS)
        raise InputError(f"no file to read was found; {kinds}, also with .gz, can be read.{told}")
    return _grouped(read, folder), skipped


def _all_files(given: Iterable[Path]) -> Iterator[Path]:
    seen = set()
    for path in given:
        below = sorted(path.rglob("*")) if path.is_dir() else [path]
        for one in below:
            hidden = path.is_dir() and any(p.startswith(".") for p in one.relative_to(path).parts)
            if one.is_file() and not hidden and one.resolve() not in seen:
                seen.add(one.resolve())
                yield one


def _settings(path: Path) -> dict[str, str] | str | None:
    """What the configuration must say to read a file; a text says why it cannot be read."""
    kind, end = format_of(path), _extension(path)
    if end in _NOT_DATA or path.name.lower().startswith(("readme", "license")):
        return None
    if end in _OTHERS:
        return f"{end} cannot be read: {_OTHERS[end]}"
    if not kind and end not in _TEXTS:
        return None
    if kind == "parquet":
        return {}
    try:
        with opened_bytes(path) as stream:
            start = stream.read(_START)
    except (OSError, EOFError) as error:
        return f"it cannot be read: {error}"
    if not start.strip():
        return "it is empty"
    told = {} if kind else _format(start)
    if isinstance(told, str) or (kind or told["format"]) == "jsonl":
        return told
    return told | _encoding(path) | _quote(start)


def _extension(path: Path) -> str:
    ends = [end.lower() for end in path.suffixes if end.lower() != ".gz"]
    return ends[-1] if ends else ""


def _format(start: bytes) -> dict[str, str] | str:
    text = start.lstrip(codecs.BOM_UTF8).lstrip()
    if text.startswith(b"["):
        return "it is one JSON array: write one object per line (jq -c '.[]' FILE > FILE.jsonl)"
    if text.startswith(b"{"):
        return {"format": "jsonl"}
    if b"\0" in text and not start.startswith(_UTF_16):
        return "it is no text"
    return {"format": "csv"}


def _encoding(path: Path) -> dict[str, str]:
    """The encoding, where it is not found by itself."""
    with opened_bytes(path) as stream:
        start = stream.read(_START)
        if start.startswith(_UTF_16):
            return {}
        zeros = (start[1::2].count(0), start[::2].count(0))
        if max(zeros) > len(start) // 4:
            return {"encoding": "utf-16-le" if zeros[0] > zeros[1] else "utf-16-be"}
        decoder = codecs.getincrementaldecoder("utf-8")()
        high = False
        try:
            chunk = start
            while chunk:
                decoder.decode(chunk)
                chunk = stream.read(_START)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            # Bytes 0x80 to 0x9f are letters and signs on Windows, and nothing in Latin-1.
            while chunk:
                high = high or any(0x80 <= byte < 0xA0 for byte in chunk)
                chunk = stream.read(_START)
            return {"encoding": "cp1252" if high else "latin-1"}
    return {}


def _quote(start: bytes) -> dict[str, str]:
    header = start.splitlines()[0].strip()
    single = len(header) > 2 and header.startswith(b"'") and header.endswith(b"'")
    return {"quote": "'"} if single else {}


def _grouped(read: Sequence[tuple[Path, dict[str, str]]], folder: Path) -> list[Files]:
    """Files of a folder whose names differ in numbers alone, under one pattern."""
    groups: dict[tuple[object, ...], list[Path]] = {}
    for path, settings in read:
        key = (path.parent, _CHANGES.sub("*", path.name), *sorted(settings.items()))
        groups.setdefault(key, []).append(path)
    found = []
    for (parent, stem, *_), paths in groups.items():
        settings = next(s for path, s in read if path == paths[0])
        pattern = f"{parent}/{stem}"
        if len(paths) == 1 or set(Path(str(parent)).glob(str(stem))) != set(paths):
            found += [Files(_relative(path, folder), (path,), settings) for path in paths]
        else:
            found.append(Files(_relative(Path(pattern), folder), tuple(paths), settings))
    return found


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path.absolute(), folder.absolute())).as_posix()
