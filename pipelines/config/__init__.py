"""The configuration file: its sections, and how it is read."""

from pipelines.config.bands import Bands, TierBands
from pipelines.config.models import (
    Company,
    Config,
    Input,
    Load,
    Models,
    Outcome,
    Rate,
    Signals,
    Snapshots,
    Source,
)
from pipelines.config.read import parse_config, read_config

__all__ = [
    "Bands",
    "Company",
    "Config",
    "Input",
    "Load",
    "Models",
    "Outcome",
    "Rate",
    "Signals",
    "Snapshots",
    "Source",
    "TierBands",
    "parse_config",
    "read_config",
]
