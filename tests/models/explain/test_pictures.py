"""The plots of shap show this project's own shares."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.calibration import Calibrator
from models.churn_model import ChurnModel
from models.encoding import InputColumn, InputSchema, Matrix
from models.explain import pictures
from models.explain.pictures import Shared, beeswarm, waterfall
from models.explain.wording import Wording

MakeModel = Callable[..., ChurnModel]
NAMES = ("adoption__users_30d", "risk__b", "profile__c", "experience__d", "adoption__e")
PNG = b"\x89PNG"


@pytest.fixture
def shared(make_model: MakeModel, inputs: Matrix) -> tuple[Shared, ChurnModel]:
    schema = InputSchema(tuple(InputColumn(name) for name in NAMES))
    model = replace(make_model("blend", Calibrator()), schema=schema)
    rows = pd.DataFrame(inputs[:30], columns=list(NAMES))
    return Shared.of(model, rows, Wording()), model


def test_what_shap_is_handed_adds_up_to_the_chance_shown(
    shared: tuple[Shared, ChurnModel], inputs: Matrix
) -> None:
    mine, model = shared
    drawn = mine.explanation()
    odds = drawn.values.sum(axis=1) + drawn.base_values
    chance = model.primary_chance(inputs[:30])
    np.testing.assert_allclose(1 / (1 + np.exp(-odds)), chance, atol=1e-9)
    assert drawn.feature_names[0] == Wording().meaning(NAMES[0])
    assert drawn.display_data.shape == (30, 5)


def test_both_plots_are_drawn_and_leave_no_figure_open(shared: tuple[Shared, ChurnModel]) -> None:
    import matplotlib.pyplot as plt

    mine, _ = shared
    assert waterfall(mine, 3).startswith(PNG)
    assert beeswarm(mine).startswith(PNG)
    assert plt.get_fignums() == []


def test_without_shap_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pictures.available()
    monkeypatch.setattr(pictures, "find_spec", lambda name: None if name == "shap" else object())
    assert not pictures.available()
