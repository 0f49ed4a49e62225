"""Worlds as a training sees them, and columns planted in them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.dataset import Dataset
from models.encoding import InputColumn, InputSchema, learn_schema
from models.intervals import INTERVALS
from models.material import Material
from models.walkforward import WalkForward

COLUMNS = ("use", "noise", "plan", "csat", "age")


@pytest.fixture(scope="session")
def make_material(make_world: Callable[..., Dataset]) -> Callable[..., Material]:
    """The material of a world; its signals foretell losses as strongly as asked."""

    def make(**world: float) -> Material:
        data = make_world(**world)
        schema = learn_schema(data.frame, COLUMNS)
        return Material(data, schema.encode(data.frame), schema, WalkForward(INTERVALS[:2], 3))

    return make


@pytest.fixture(scope="session")
def material(make_material: Callable[..., Material]) -> Material:
    return make_material(seed=5, signal=1.0)


@pytest.fixture(scope="session")
def add() -> Callable[..., Material]:
    """The material with a further column, a number or words by code."""

    def with_column(
        material: Material, values: np.ndarray, words: tuple[str, ...] | None = None
    ) -> Material:
        column = InputColumn("planted", words)
        schema = InputSchema((*material.schema.columns, column))
        return replace(material, inputs=np.column_stack([material.inputs, values]), schema=schema)

    return with_column
