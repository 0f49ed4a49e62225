"""A company's own signals: a Python file with declarations like those of the catalogue.

SIGNALS = {
    GroupName.CONSUMPTION: (
        Signal("exports", "usage", Count(), "reports exported", (30, 90), EXPORTS),
    ),
}
"""

import ast
import sys
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import CodeType
from typing import Any

from features.signal import Catalogue, GroupName, Signal, SignalGroup, slug
from features.signals import CATALOGUE, catalogue_for
from pipelines.config import Config
from pipelines.config.rules import Trouble
from pipelines.errors import ConfigError
from pipelines.ingest.problems import Problem, shown, suggestion
from pipelines.signal_rules import broken_rules

Declared = dict[GroupName, tuple[Signal, ...]]
KEY = "signals.file"
EXAMPLE = "Write SIGNALS = {GroupName.CONSUMPTION: (Signal(...),)}, as the README shows."


def own_signals(config: Config) -> Declared:
    """The signals that the configuration's file declares, by group; none without a file.

    The file is run, and may import whatever it likes; it leaves no compiled file behind.

    Raises:
        ConfigError: lists every problem of the file with its line.
    """
    if not config.signals.file:
        return {}
    path = config.folder / config.signals.file
    found = _run(path, config.signals.file)
    if "SIGNALS" not in found:
        raise _error(path, "it declares no SIGNALS", EXAMPLE)
    troubles = list(_troubles(found["SIGNALS"]))
    if troubles:
        lines = _lines(path)
        raise ConfigError(_problem(path, lines, trouble) for trouble in troubles)
    return {GroupName(name): tuple(signals) for name, signals in found["SIGNALS"].items()}


def own_problems(config: Config) -> tuple[Problem, ...]:
    """Every problem of the file, for a check."""
    try:
        own_signals(config)
    except ConfigError as error:
        return error.problems
    return ()


def event_problems(config: Config, events: Iterable[str]) -> tuple[Problem, ...]:
    """Columns of the file that the signals of an event would make too, if it were a main one.

    Nothing where the file has other problems, which come first.
    """
    try:
        own = {s.name for signals in own_signals(config).values() for s in signals}
    except ConfigError:
        return ()
    near = [e for e in sorted(set(events)) if any(name.startswith(slug(e)) for name in own)]
    found: list[Problem] = []
    for event in near:
        try:
            with_own(catalogue_for([event]), config)
        except ConfigError as error:
            found.extend(error.problems)
    return tuple(found)


def with_own(catalogue: Catalogue, config: Config) -> Catalogue:
    """The catalogue with the company's own signals at the end of their groups.

    Raises:
        ConfigError: a signal makes a column that the catalogue has already.
    """
    for group, signals in own_signals(config).items():
        taken = {column.name for column in catalogue.columns}
        columns = (c for c in SignalGroup(group, "", signals).columns() if c.name in taken)
        for column in columns:
            reason = f"a signal of the company's main events makes the column {column.name} already"
            raise _error(config.folder / config.signals.file, reason, "Give it another name.")
        catalogue = catalogue.with_signals(group, signals)
    return catalogue


class _Uncached(SourceFileLoader):
    """Runs a file as it is now, and writes no compiled one beside it."""

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        code: CodeType = self.source_to_code(self.get_data(self.path), self.path)
        return code


def _run(path: Path, given: str) -> dict[str, Any]:
    """What the file defines; whatever it prints goes to standard error."""
    loader = _Uncached("forewarn_own_signals", str(path))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    try:
        with redirect_stdout(sys.stderr):
            loader.exec_module(module)
    except OSError as error:
        if error.filename != str(path):
            raise _failure(path, error) from error
        reason = f"the file cannot be read: {error.strerror}"
        remedy = "The path is relative to the folder of the configuration."
        problem = Problem("", reason, remedy, str(path), column=KEY, value=given, fatal=True)
        raise ConfigError([problem]) from None
    except SyntaxError as error:
        if error.filename != str(path):
            raise _failure(path, error) from error
        raise _error(path, f"this is not valid Python: {error.msg}", "", error.lineno) from None
    except (Exception, SystemExit) as error:
        raise _failure(path, error) from error
    return vars(module)


def _failure(path: Path, error: BaseException) -> ConfigError:
    """What the file raised, at its own innermost line."""
    frames = traceback.extract_tb(error.__traceback__)
    mine = [frame.lineno for frame in frames if frame.filename == str(path)]
    reason = f"running it raised {type(error).__name__}: {shown(error)}"
    return _error(path, reason, "Correct the line.", mine[-1] if mine else None)


def _error(path: Path, reason: str, remedy: str, line: int | None = None) -> ConfigError:
    return ConfigError([Problem("", reason, remedy, path.name, line, fatal=True)])


def _troubles(given: object) -> Iterator[Trouble]:
    """What is wrong with the value of SIGNALS: its form, its signals, their columns."""
    if not isinstance(given, dict):
        yield Trouble(("SIGNALS",), f"it is a {type(given).__name__}, not a dict", EXAMPLE)
        return
    troubles = [t for group, signals in given.items() for t in _group(group, signals)]
    yield from troubles or _collisions(given)


def _group(name: object, signals: object) -> Iterator[Trouble]:
    groups = [group.value for group in GroupName]
    if name not in groups:
        reason = "there is no such group of signals"
        yield Trouble(("SIGNALS", str(name)), reason, suggestion(str(name), groups))
    if not isinstance(signals, tuple | list):
        reason = f"its signals are a {type(signals).__name__}, not a tuple"
        remedy = "Write (Signal(...),): a tuple of one ends with a comma."
        yield Trouble(("SIGNALS", str(name)), reason, remedy)
        return
    for position, signal in enumerate(signals, start=1):
        if type(signal) is Signal:  # processes that compute know no other class
            yield from broken_rules((str(name), str(signal.name)), signal)
        else:
            reason = f"number {position} is a {type(signal).__name__}, not a Signal"
            yield Trouble(("SIGNALS", str(name)), reason, EXAMPLE)


def _collisions(given: dict[str, tuple[Signal, ...]]) -> Iterator[Trouble]:
    """Columns that the catalogue has already, or that two of the file's signals make."""
    built_in = {column.name for column in CATALOGUE.columns}
    columns = [c for g, s in given.items() for c in SignalGroup(GroupName(g), "", s).columns()]
    times = Counter(column.name for column in columns)
    for column in columns:
        path = (str(column.group), column.signal.name)
        if column.name in built_in:
            reason = f"Forewarn's own catalogue has the column {column.name} already"
            yield Trouble(path, reason, "Give the signal another name.")
        elif times[column.name] > 1:
            reason = f"two signals make the column {column.name}"
            yield Trouble(path, reason, "Give every signal a name of its own.")


def _lines(path: Path) -> dict[str, int]:
    """The line on which the signal of each name is declared, as far as it is written out."""
    found: dict[str, int] = {}
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Call):
            named = [keyword.value for keyword in node.keywords if keyword.arg == "name"]
            for value in [*node.args[:1], *named]:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    found.setdefault(value.value, node.lineno)
    return found


def _problem(path: Path, lines: dict[str, int], trouble: Trouble) -> Problem:
    return Problem(
        source="",
        reason=trouble.reason,
        remedy=trouble.remedy,
        file=path.name,
        line=lines.get(str(trouble.path[-1])),
        column=".".join(map(str, trouble.path)),
        value=shown(trouble.value) if trouble.value is not None else "",
        fatal=True,
    )
