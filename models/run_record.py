"""What is written down about a training run, and what a registry gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BUNDLE = "bundle"
"""The folder of a run's files in which the model lies."""

EVIDENCE = "evidence"
"""The folder in which the rows lie that the model was tested on."""

CHAMPION, CHALLENGER = "champion", "challenger"
"""Aliases: the model that serves, and the one trained last."""


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
    """

    version: str
    digest: str
    parameters: Mapping[str, str]
    metrics: Mapping[str, float]
    folder: Path
    evidence: str = ""


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
