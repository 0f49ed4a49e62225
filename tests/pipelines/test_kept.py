"""What a later job needs of a plan comes back from the notes as it was."""

from dataclasses import replace
from datetime import date

import pytest

from models.trained import TrainingPlan
from pipelines.kept import _tuned, as_tuned

PLAN = TrainingPlan(("lightgbm",), 90, {})


@pytest.mark.parametrize("begins", [None, date(2025, 3, 31)])
def test_tuned_settings_come_back(begins):
    tuned = replace(PLAN, settings={"lightgbm": {"rounds": 40}}, report_from=begins)
    assert as_tuned(PLAN, {"tuned": _tuned(tuned)}) == tuned


def test_notes_of_an_untuned_model_change_nothing():
    assert as_tuned(PLAN, {}) == PLAN
    assert as_tuned(PLAN, {"tuned": {}}) == PLAN
