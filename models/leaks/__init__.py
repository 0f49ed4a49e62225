"""The leak gate: what a model must not have known, looked for column by column."""

from models.leaks.findings import Finding, LeakReport, Probe, Shuffled
from models.leaks.gate import look

__all__ = ["Finding", "LeakReport", "Probe", "Shuffled", "look"]
