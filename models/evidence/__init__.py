"""The rows a model was tested on: kept beside it, described, and read back verified."""

from models.evidence.files import BrokenEvidence, load, save
from models.evidence.rows import Described, Evidence, evidence_rows, rivals_in

__all__ = [
    "BrokenEvidence",
    "Described",
    "Evidence",
    "evidence_rows",
    "load",
    "rivals_in",
    "save",
]
