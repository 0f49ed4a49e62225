"""What was found as plain JSON values."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

import numpy as np

from features.signal import SnapshotColumn
from models.insights.deed import Deed
from models.insights.multiple import LEVEL
from pipelines.insights.job import InsightsResult
from pipelines.insights.words import sample

METHOD = (
    "Everything is association read off the past, not cause. Figures that were searched for are "
    "corrected for the search; intervals are 95 % and take each account as one."
)


def body_of(found: InsightsResult) -> dict[str, Any]:
    """Everything worth telling, section by section."""
    body: dict[str, Any] = plain(found)
    body["method"] = sample(found.share) + METHOD
    body["product"] = {
        **body["product"],
        "lacking": plain(found.product.lacking(LEVEL)),
        "abandoned": plain(found.product.abandoned(LEVEL)),
        "brought": plain(found.product.brought(LEVEL)),
    }
    return body


def plain(value: Any) -> Any:
    """Dataclasses, arrays, dates and numbers as JSON has them; not-a-number becomes null."""
    if isinstance(value, SnapshotColumn):
        return described(value)
    if isinstance(value, Deed):
        return {**_fields(value), "words": value.words}
    if is_dataclass(value) and not isinstance(value, type):
        return _fields(value)
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float | np.floating):
        return round(float(value), 6) if np.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value


def _fields(value: Any) -> dict[str, Any]:
    return {each.name: plain(getattr(value, each.name)) for each in fields(value)}


def described(column: SnapshotColumn) -> dict[str, Any]:
    """A snapshot column for people and programs."""
    return {
        "name": column.name,
        "group": str(column.group),
        "meaning": column.meaning,
        "unit": column.signal.unit,
        "window_days": column.window,
    }
