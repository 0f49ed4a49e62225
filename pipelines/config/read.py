"""Reading forewarn.toml: every problem at once, each with its line and remedy."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipelines.config.band_rules import broken_bands
from pipelines.config.explain import explain
from pipelines.config.models import Config
from pipelines.config.positions import Path as KeyPath
from pipelines.config.positions import line_of, lines_of
from pipelines.config.rules import Trouble, broken_rules
from pipelines.errors import ConfigError
from pipelines.ingest.problems import Problem, mask, shown

_AT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def read_config(path: Path, environment: Mapping[str, str] | None = None) -> Config:
    """Read a configuration file.

    Args:
        path: the TOML file.
        environment: where `database_env` is looked up; nothing by default.

    Raises:
        ConfigError: lists every problem of the file with its line.
    """
    text = _text(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_syntax(path, text, str(error))]) from None
    troubles = _troubles(raw)
    if troubles:
        lines = lines_of(text)
        problems = [_problem(path.name, lines, trouble) for trouble in troubles]
        raise ConfigError(sorted(problems, key=lambda p: p.line or 0))
    return Config.model_validate(raw).bound(path.resolve().parent, environment or {})


def parse_config(
    raw: Mapping[str, Any], folder: Path, environment: Mapping[str, str] | None = None
) -> Config:
    """A configuration from plain values, as if they were read from a file in `folder`.

    Raises:
        ConfigError: lists every problem of the values.
    """
    troubles = _troubles(dict(raw))
    if troubles:
        raise ConfigError([_problem("", {}, trouble) for trouble in troubles])
    return Config.model_validate(raw).bound(folder, environment or {})


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        reason, remedy = "the file does not exist", "Give the path of a forewarn.toml."
    except UnicodeDecodeError:
        reason, remedy = "the file is not UTF-8 text", "Save it as UTF-8."
    except OSError as error:
        reason, remedy = f"the file cannot be read: {error.strerror}", "Check the path."
    raise ConfigError([Problem("", reason, remedy, file=str(path), fatal=True)])


def _syntax(path: Path, text: str, message: str) -> Problem:
    found = _AT_LINE.search(message)
    line = int(found[1]) if found and found[1] else len(text.splitlines()) or 1
    reason = f"this is not valid TOML: {_AT_LINE.sub('', message)}"
    remedy = "Correct the line; text values stand in quotation marks."
    return Problem("", reason, remedy, file=path.name, line=line, fatal=True)


def _troubles(raw: dict[str, Any]) -> list[Trouble]:
    found = [*broken_rules(raw), *broken_bands(raw)]
    try:
        Config.model_validate(raw)
    except ValidationError as error:
        found += [explain(raw, details) for details in error.errors(include_url=False)]
    return found


def _problem(file: str, lines: dict[KeyPath, int], trouble: Trouble) -> Problem:
    return Problem(
        source="",
        reason=mask(trouble.reason),
        remedy=trouble.remedy,
        file=file,
        line=line_of(trouble.path, lines),
        column=".".join(str(part) for part in trouble.path),
        value=shown(trouble.value) if trouble.value is not None else "",
        fatal=True,
    )
