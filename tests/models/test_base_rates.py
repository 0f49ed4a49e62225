"""Base rates where no model could be checked: by segment, shrunken, and all grey."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from features.followed import Followed
from models.base_rates import base_rates, first_usable, rates_by_segment
from models.churn_model import ChurnModel
from models.dataset import Dataset
from models.encoding import learn_schema
from models.intervals import INTERVALS
from models.material import Material
from models.score import Band
from models.walkforward import WalkForward


@pytest.fixture(scope="module")
def material(make_world: Callable[..., Dataset]) -> Material:
    data = make_world(seed=1)
    schema = learn_schema(data.frame, ["use", "plan"])
    return Material(data, schema.encode(data.frame), schema, WalkForward(INTERVALS))


def model_of(material: Material, segments: list[str]) -> ChurnModel:
    schema, hazards, policy = base_rates(material, segments, 90)
    return ChurnModel(
        "v",
        "segments",
        "logo_churn",
        schema,
        hazards,
        90,
        policy,
        "f",
        Followed(),
        date(2025, 1, 1),
    )


def test_rates_are_those_seen(material: Material) -> None:
    found = rates_by_segment(model_of(material, ["plan"]))
    data = material.dataset
    assert list(found) == ["basic", "plus", "team"]
    for plan, rates in found.items():
        mine = (data.frame["plan"] == plan).to_numpy() & data.matured(90, data.data_as_of)
        assert rates[90] == pytest.approx(data.lost_within(90)[mine].mean(), rel=0.15)
        assert rates[30] < rates[90] < rates[180]


def test_every_account_is_grey(material: Material) -> None:
    model = model_of(material, ["plan"])
    assert {score.band for score in model.score(material.dataset.frame[:50])} == {Band.GREY}
    assert 0 < model.policy.default.base_rate < 1


def test_without_segments_there_is_one_rate(material: Material) -> None:
    model = model_of(material, [])
    found = rates_by_segment(model)
    assert list(found) == ["all"]
    assert len(set(np.round(model.chances(np.empty((3, 0)))[90], 12))) == 1


def test_other_models_show_none(material: Material, make_model: Callable[..., ChurnModel]) -> None:
    assert rates_by_segment(make_model("constant")) == {}
    assert first_usable(material.schema, ("none", "use", "plan")) == ["plan"]
    assert first_usable(material.schema, ("use",)) == []
