"""What a check or a load found, in numbers and in words."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from pipelines.ingest.problems import Problem, render


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """How many rows of one source went where; `read` is the sum of the next three.

    Attributes:
        source: the source's name; "inputs.NAME" for an input.
        read: rows the source held.
        good: rows that fit the contract.
        duplicates: rows that repeated another and were left out.
        quarantined: bad rows.
        early: rows dated before their account was created, kept or not.
        unchanged: good rows that the lake held already.
        added: good rows that were new.
        corrected: good rows that say something new of a fact known before.
    """

    source: str
    read: int
    good: int = 0
    duplicates: int = 0
    quarantined: int = 0
    early: int = 0
    unchanged: int = 0
    added: int = 0
    corrected: int = 0

    @property
    def bad_share(self) -> float:
        """The share of bad rows, from 0 to 1."""
        return self.quarantined / self.read if self.read else 0.0

    @property
    def duplicate_share(self) -> float:
        """The share of repeated rows, from 0 to 1."""
        return self.duplicates / self.read if self.read else 0.0


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Everything wrong with a configuration's data.

    Attributes:
        sources: counts by source, inputs first.
        problems: every problem; the fatal ones stop a load, the others are bad rows.
        warnings: what a person should know and need not change.
    """

    sources: tuple[SourceCounts, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether a load would succeed, bad rows set aside."""
        return not any(problem.fatal for problem in self.problems)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, for JSON."""
        return {
            "ok": self.ok,
            "sources": [asdict(counts) for counts in self.sources],
            "problems": [problem.as_dict() for problem in self.problems],
            "warnings": [warning.as_dict() for warning in self.warnings],
        }

    def __str__(self) -> str:
        return summary(self.sources, self.problems, self.warnings)


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did.

    Attributes:
        sources: counts by source, inputs first.
        changed: whether the lake holds anything else than before.
        problems: the bad rows, all in quarantine.
        warnings: what a person should know and need not change.
        quarantine: the folder with a table of bad rows for each source that has any.
    """

    sources: tuple[SourceCounts, ...]
    changed: bool
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    quarantine: str

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, for JSON; the rows themselves are in quarantine."""
        return {
            "changed": self.changed,
            "sources": [asdict(counts) for counts in self.sources],
            "warnings": [warning.as_dict() for warning in self.warnings],
            "quarantine": self.quarantine,
        }

    def __str__(self) -> str:
        return summary(self.sources, self.problems, self.warnings)

    def brief(self) -> str:
        """The counts by source, where the bad rows and their reasons are, and the warnings."""
        lines = [_line(counts) for counts in self.sources]
        if self.problems:
            bad = f"{len(self.problems):,} bad rows were set aside"
            lines.append(f"{bad}, with reasons: {self.quarantine}")
        if self.warnings:
            lines += ["Warnings:", render(self.warnings)]
        return "\n".join(lines)


def summary(
    sources: Iterable[SourceCounts], problems: Iterable[Problem], warnings: Iterable[Problem]
) -> str:
    """Counts by source, then what is wrong, then what is only worth knowing."""
    parts = [_line(counts) for counts in sources]
    for title, found in (("Problems:", list(problems)), ("Warnings:", list(warnings))):
        parts += [title, render(found)] if found else []
    return "\n".join(parts)


def _line(counts: SourceCounts) -> str:
    said = [f"{counts.source}: {counts.read:,} rows read"]
    for name in ("unchanged", "added", "corrected", "duplicates", "quarantined"):
        number = getattr(counts, name)
        said += [f"{number:,} {name}"] if number else []
    return ", ".join(said)
