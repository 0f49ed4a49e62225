"""What is written down about a training run, and what a registry gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from models.signature import Signature

BUNDLE = "bundle"
"""The folder of a run's files in which the model lies."""

EVIDENCE = "evidence"
"""The folder in which the rows lie that the model was tested on."""

CHAMPION, CHALLENGER = "champion", "challenger"
"""Aliases: the model that serves, and the one trained last."""


@dataclass(frozen=True)
class WalkRecord:
    """One flavour that was walked forward: a run of its own, nested in the training run.

    Attributes:
        parameters: its settings.
        metrics: its figures out of time, by name.
    """

    flavour: str
    parameters: Mapping[str, str]
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class DatasetRecord:
    """What a model was trained from.

    Attributes:
        digest: SHA-256 of its rows with the plan, 64 hex digits.
        fingerprint: of the definitions of its columns.
        dates: first and last `as_of`.
        source: the folder of the lake it was computed from.
    """

    digest: str
    rows: int
    columns: int
    fingerprint: str
    dates: tuple[date, date]
    source: str


@dataclass(frozen=True)
class RunRecord:
    """What is written down about one training run.

    Attributes:
        version: the model's version.
        digest: SHA-256 of the bundle's manifest.
        parameters: settings and facts of the run.
        metrics: figures by name.
        folder: files to keep; the bundle lies in its subfolder `bundle`, the test rows in
            `evidence`.
        evidence: SHA-256 of the test rows' manifest; empty where none are kept.
        monthly: by name, the figures of each test month; months are counted from the first
            test month, which is 0.
        walks: the flavours that competed.
        data: what it was trained from.
        signature: what the model reads and answers.
    """

    version: str
    digest: str
    parameters: Mapping[str, str]
    metrics: Mapping[str, float]
    folder: Path
    evidence: str = ""
    monthly: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    walks: tuple[WalkRecord, ...] = ()
    data: DatasetRecord | None = None
    signature: Signature | None = None


@dataclass(frozen=True)
class Registered:
    """A model in the registry, with its files on this machine.

    Attributes:
        digest: SHA-256 of the bundle's manifest.
        bundle: where the bundle lies.
        evidence: SHA-256 of the test rows' manifest; empty where none were kept.
    """

    version: str
    run_id: str
    digest: str
    bundle: Path
    evidence: str = ""
