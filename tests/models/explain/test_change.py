"""What changed between two dates, term by term, against brute force and by hand."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.calibration import Calibrator
from models.churn_model import ChurnModel
from models.encoding import InputColumn, InputSchema, Matrix
from models.explain.change import Moment, explain_change
from models.explain.terms import (
    DATA_BACK,
    DATA_MISSING,
    MODEL_UPDATED,
    RECALIBRATED,
    RISK_CLOSED,
    RISK_LOGGED,
    Origin,
    terms_of,
)

MakeModel = Callable[..., ChurnModel]
NAMES = ("adoption__a", "risk__b", "profile__c", "experience__d", "adoption__e")
TABLES = dict(zip(NAMES, ("usage", "risks", "accounts", "surveys", "usage"), strict=True))
ORIGIN = Origin(TABLES, frozenset({"adoption__a", "risk__b"}))


@pytest.fixture
def named(make_model: MakeModel) -> MakeModel:
    """Models whose columns have groups."""

    def make(flavour: str, calibrator: Calibrator, version: str = "v1") -> ChurnModel:
        schema = InputSchema(tuple(InputColumn(name) for name in NAMES))
        return replace(make_model(flavour, calibrator), schema=schema, version=version)

    return make


def row_of(values: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame([values], columns=list(NAMES))


@pytest.mark.parametrize("flavour", ["lightgbm", "logistic", "blend"])
def test_terms_and_signals_add_up_and_what_did_not_change_gets_nothing(
    named: MakeModel, inputs: Matrix, flavour: str, calibrator: Calibrator
) -> None:
    model = named(flavour, calibrator)
    before, after = inputs[3].copy(), inputs[12].copy()
    before[1], after[2], after[4] = after[1], before[2], before[4]  # a and d change
    after[0], before[0], after[3] = -1.5, 1.5, 0.7
    before[3] = np.nan
    found = explain_change(
        Moment(model, row_of(before)), Moment(model, row_of(after)), row_of(before), ORIGIN
    )
    assert found.terms["risk"] == 0
    assert found.terms["profile"] == 0
    assert MODEL_UPDATED not in found.terms
    assert {s.signal for s in found.signals} == {"adoption__a", "experience__d"}

    def worth(*columns: int) -> float:
        row = before.copy()
        row[list(columns)] = after[list(columns)]
        return float(model.chances(row[None, :])[180][0])

    a = (worth(0) - worth() + worth(0, 3) - worth(3)) / 2
    assert found.terms["adoption"] == pytest.approx(a, abs=1e-9)
    assert found.before == worth()
    assert found.after == pytest.approx(worth(0, 3), abs=1e-12)
    whole = found.after - found.before
    assert sum(found.terms.values()) == pytest.approx(whole, abs=1e-12)
    assert sum(s.points for s in found.signals) == pytest.approx(whole, abs=1e-9)


@pytest.mark.parametrize("flavour", ["lightgbm", "logistic", "blend"])
def test_nothing_changed(named: MakeModel, inputs: Matrix, flavour: str) -> None:
    model, row = named(flavour, Calibrator()), row_of(inputs[5])
    found = explain_change(Moment(model, row), Moment(model, row), row, ORIGIN)
    assert set(found.terms.values()) == {0.0}
    assert found.signals == ()


def test_a_new_calibration_alone(named: MakeModel, inputs: Matrix) -> None:
    old = named("logistic", Calibrator(), "v1")
    new = named("logistic", Calibrator(0.5, 0.5, 0.1), "v2")
    row = row_of(inputs[5])
    found = explain_change(Moment(old, row), Moment(new, row), row, ORIGIN)
    assert found.terms[MODEL_UPDATED] == pytest.approx(0, abs=1e-12)
    assert found.terms[RECALIBRATED] == pytest.approx(found.after - found.before, abs=1e-12)
    assert abs(found.terms[RECALIBRATED]) > 0.001


def test_a_new_model_is_a_term_of_its_own(named: MakeModel, inputs: Matrix) -> None:
    old = named("logistic", Calibrator(1.1, 1.1, 0.0), "v1")
    new = named("lightgbm", Calibrator(0.8, 0.8, 0.2), "v2")
    before, after = row_of(inputs[5]), row_of(inputs[6])
    found = explain_change(Moment(old, before), Moment(new, after), before, ORIGIN)
    assert found.before == old.chances(inputs[5:6])[180][0]
    updated = found.terms[MODEL_UPDATED] + found.terms[RECALIBRATED]
    wanted = new.chances(inputs[5:6])[180][0] - old.chances(inputs[5:6])[180][0]
    assert updated == pytest.approx(wanted, abs=1e-12)
    assert sum(found.terms.values()) == pytest.approx(found.after - found.before, abs=1e-12)


@pytest.mark.parametrize("lead", [0, 30])
@pytest.mark.parametrize("shift", [0.0, 0.7])
def test_terms_add_up_to_what_is_shown_whatever_lead_and_recalibration(
    named: MakeModel, inputs: Matrix, lead: int, shift: float
) -> None:
    old = replace(named("blend", Calibrator()), lead=lead)
    new = replace(old.moved(shift), version="v1+2026-01-31")
    before, after = row_of(inputs[5]), row_of(inputs[6])
    found = explain_change(Moment(old, before), Moment(new, after), before, ORIGIN)
    assert found.before == old.primary_chance(inputs[5:6])[0]
    assert found.after == new.primary_chance(inputs[6:7])[0]
    assert sum(found.terms.values()) == pytest.approx(found.after - found.before, abs=1e-12)
    assert found.terms[MODEL_UPDATED] == pytest.approx(0, abs=1e-12)
    own = new.primary_chance(inputs[5:6])[0] - old.primary_chance(inputs[5:6])[0]
    assert found.terms[RECALIBRATED] == pytest.approx(own, abs=1e-12)
    assert (abs(own) > 0.01) == (shift > 0)
    signals = sum(s.points for s in found.signals)
    both = found.terms[MODEL_UPDATED] + found.terms[RECALIBRATED]
    assert signals == pytest.approx(found.after - found.before - both, abs=1e-9)


def test_terms_by_hand() -> None:
    nan, was = np.nan, np.array([1.0, 1, 1, 1, 1])
    gone = terms_of(NAMES, was, np.array([2, 3, nan, nan, nan]), ORIGIN)
    # nothing else is known of the accounts table and of surveys; but usage is known
    assert gone == ["adoption", RISK_LOGGED, DATA_MISSING, DATA_MISSING, "adoption"]
    cut = terms_of(NAMES, was, np.array([nan, nan, 1, 1, 4]), ORIGIN)
    assert cut[:2] == [DATA_MISSING, DATA_MISSING]
    silent = replace(ORIGIN, silent=frozenset({"usage"}))
    assert terms_of(NAMES, was, was + 1, silent)[0] == DATA_MISSING
    assert terms_of(NAMES, was * nan, was, ORIGIN) == [
        DATA_BACK, DATA_BACK, "profile", "experience", DATA_BACK,
    ]  # fmt: skip
    spoke = replace(ORIGIN, was_silent=frozenset({"usage"}))
    assert terms_of(NAMES, was, was + 1, spoke)[0] == DATA_BACK


RISK_NAMES = ("risk__open_risks", "risk__risks_30d", "risk__last_risk", "risk__overdue")
RISK_ORIGIN = Origin(
    dict.fromkeys(RISK_NAMES[:3], "risks") | {"risk__overdue": "invoices"},
    frozenset(RISK_NAMES[:2]),
    open_risks=frozenset({"risk__open_risks"}),
    since_risk=frozenset({"risk__last_risk"}),
)


@pytest.mark.parametrize(
    ("before", "after", "term"),
    [
        ([0, 0, np.nan, 0], [1, 1, 4, 1], RISK_LOGGED),
        ([1, 1, 4, 0], [0, 1, 34, 0], RISK_CLOSED),
        ([1, 1, 30, 0], [1, 0, 60, 0], "risk"),  # only time has passed
        ([2, 2, 30, 0], [1, 2, 3, 0], RISK_CLOSED),  # one logged, two closed
        ([1, 1, 20, 0], [1, 1, 3, 0], RISK_LOGGED),  # one closed, one logged
        ([0, 0, 90, 0], [0, 1, 3, 0], RISK_LOGGED),  # logged and closed in between
        ([0, 0, np.nan, 0], [0, 0, np.nan, 3], "risk"),
    ],
)
def test_what_people_did_about_risks(before: list[float], after: list[float], term: str) -> None:
    found = terms_of(RISK_NAMES, np.array(before), np.array(after), RISK_ORIGIN)
    assert found == [term, term, term, "risk"]
