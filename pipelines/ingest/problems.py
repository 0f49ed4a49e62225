"""One thing wrong with a configuration or with the data, and how to tell a person."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any, Literal

EXAMPLES = 5
_LONGEST_VALUE = 200
_PASSWORD = re.compile(r"(://[^:/@\s]*:)\S+(@)")
_PARAMETER = re.compile(r"(?i)\b(password|passwd|pwd|secret|token|sslpassword)=[^&;\s'\"]+")


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem with its place and remedy.

    Attributes:
        source: the source's name, e.g. "usage" or "inputs.orders"; "" for the configuration.
        reason: what is wrong, without the value.
        remedy: what to do about it.
        file: the file, as the configuration names it; "" for rows of a query.
        line: the line in that file, or the row of the query, counted from 1.
        column: the column, or the key of the configuration.
        value: the value that was given, secrets masked.
        unit: what `line` counts.
        fatal: nothing can be loaded until this is settled.
    """

    source: str
    reason: str
    remedy: str = ""
    file: str = ""
    line: int | None = None
    column: str = ""
    value: str = ""
    unit: Literal["line", "row"] = "line"
    fatal: bool = False

    @property
    def place(self) -> str:
        """Where it is, in words."""
        if self.line is None:
            return self.file
        if not self.file:
            return f"row {self.line} of the query"
        return f"{self.file}, {self.unit} {self.line}"

    def __str__(self) -> str:
        given = f" is {self.value!r}" if self.value else ""
        what = f"{self.column}{given}: {self.reason}" if self.column else self.reason
        parts = (self.source, self.place, what)
        text = ": ".join(part for part in parts if part)
        return f"{text}. {self.remedy}" if self.remedy else text

    def as_dict(self) -> dict[str, Any]:
        """The problem as plain values, for JSON."""
        return asdict(self)


def mask(text: str) -> str:
    """`text` without the passwords of database addresses."""
    return _PARAMETER.sub(r"\1=***", _PASSWORD.sub(r"\1***\2", text))


def shown(value: object) -> str:
    """A value as a message may show it: masked, and not endless."""
    text = mask(str(value))
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The known word closest to `word`, or ""."""
    folded = {k.casefold(): k for k in known}
    found = get_close_matches(word.casefold().strip(), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else ""


def suggestion(word: str, known: Sequence[str]) -> str:
    """A remedy for an unknown word: the nearest known one, then all of them."""
    near = nearest(word, known)
    hint = f"Did you mean {near}? " if near else ""
    return f"{hint}Allowed: {', '.join(known)}."


def render(problems: Iterable[Problem], examples: int = EXAMPLES) -> str:
    """All problems as lines of text; of many alike only the first few and their number."""
    groups: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in sorted(problems, key=lambda p: not p.fatal):
        alike = (problem.source, problem.column, problem.reason)
        groups.setdefault(alike, []).append(problem)
    lines: list[str] = []
    for group in groups.values():
        lines += [f"- {problem}" for problem in group[:examples]]
        if len(group) > examples:
            lines.append(f"  … and {len(group) - examples:,} more like this")
    return "\n".join(lines)
