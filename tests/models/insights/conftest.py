"""Small bases of accounts, built by hand."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.signal import SnapshotColumn
from features.signals import CATALOGUE
from models.dataset import Dataset
from models.insights.base import Base
from models.insights.standing import Standing, standing_of
from models.score import Band

LAST = date(2025, 12, 31)


def columns(names: list[str]) -> tuple[SnapshotColumn, ...]:
    return tuple(c for c in CATALOGUE.columns if c.name in names)


@pytest.fixture
def base_of() -> Callable[..., Base]:
    """Makes a base of columns; `event` are days to the loss, infinity for never."""

    def make(
        frame: Mapping[str, Any], event: Any, *, segments: tuple[str, ...] = (), seed: int = 1
    ) -> Base:
        rows = pd.DataFrame(dict(frame))
        if "as_of" not in rows:
            rows["as_of"] = pd.Series([date(2024, 1, 31)] * len(rows), dtype=object)
        days = np.asarray(event, float)
        data = Dataset(rows, days, np.full(len(rows), np.inf), 30, LAST)
        return Base(data, columns(list(rows.columns)), segments, seed)

    return make


@pytest.fixture
def standing() -> Callable[..., Standing]:
    """Where accounts stand: green and red by `health`, over one date or two."""

    def make(now: Mapping[str, Any], health: Any, segment: str = "", **before: Any) -> Standing:
        scores = np.asarray(health, float)
        names = [f"a{n:03}" for n in range(len(scores))]
        frame = pd.DataFrame({"account_id": names, "as_of": [LAST] * len(names), **now})
        for days, past in before.items():
            then = pd.Timestamp(LAST) - pd.Timedelta(days=int(days.removeprefix("days_")))
            old = pd.DataFrame({"account_id": names, "as_of": [then.date()] * len(names), **past})
            frame = pd.concat([frame, old], ignore_index=True)
        told = {
            name: (Band.GREEN if s >= 70 else Band.RED if s <= 30 else Band.YELLOW, float(s))
            for name, s in zip(names, scores, strict=True)
        }
        return standing_of(frame, told, CATALOGUE.columns, segment)

    return make
