"""What changed between two dates, term by term, against brute force and by hand."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.bands import Accounts, BandPolicy, Thresholds
from models.calibration import Calibrator
from models.churn_model import ChurnModel
from models.encoding import InputColumn, InputSchema, Matrix
from models.explain.change import (
    DATA_MISSING,
    MODEL_UPDATED,
    RECALIBRATED,
    RISK_LOGGED,
    ChangeShares,
    Moment,
    Origin,
    explain_change,
    terms_of,
)
from models.explain.transition import BandCause, Crossing, cause_of
from models.score import Band

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
        "adoption", RISK_LOGGED, "profile", "experience", "adoption",
    ]  # fmt: skip


POLICY = BandPolicy(Thresholds(0.5, 0.2, 0.1, 0.1))
LOWER = BandPolicy(Thresholds(0.3, 0.1, 0.1, 0.1))


def crossing(before: Band, after: Band, new: BandPolicy = POLICY) -> Crossing:
    return Crossing(before, after, POLICY, new, Accounts.unknown(1))


def change(**terms: float) -> ChangeShares:
    named = {"logged": RISK_LOGGED, "model": MODEL_UPDATED, "missing": DATA_MISSING}
    found = {named.get(name, name): share for name, share in terms.items()}
    return ChangeShares(90, 0.4, 0.4 + sum(terms.values()), found, ())


@pytest.mark.parametrize(
    ("crossed", "changed", "cause"),
    [
        (crossing(Band.YELLOW, Band.RED), change(adoption=0.2, logged=0.1), BandCause.BEHAVIOUR),
        (crossing(Band.YELLOW, Band.RED), change(adoption=-0.2, logged=0.4), BandCause.LOGGED_RISK),
        (crossing(Band.RED, Band.YELLOW), change(adoption=-0.2, logged=0.1), BandCause.BEHAVIOUR),
        (crossing(Band.RED, Band.GREEN), change(model=-0.3, risk=-0.1), BandCause.NEW_MODEL),
        (crossing(Band.YELLOW, Band.RED), change(missing=0.2), BandCause.MISSING_DATA),
        (crossing(Band.YELLOW, Band.RED, LOWER), change(risk=0.1), BandCause.NEW_THRESHOLDS),
        (crossing(Band.GREEN, Band.YELLOW, LOWER), change(risk=0.2), BandCause.BEHAVIOUR),
        (crossing(Band.GREEN, Band.YELLOW), change(risk=-0.01), BandCause.BEHAVIOUR),
        (crossing(Band.GREEN, Band.GREY), change(risk=0.3), BandCause.MISSING_DATA),
        (
            crossing(Band.GREY, Band.RED, replace(POLICY, abstains=True)),
            change(risk=0.3),
            BandCause.NEW_MODEL,
        ),
        (crossing(Band.RED, Band.RED), change(risk=0.3), None),
    ],
)
def test_band_changes_carry_their_cause(
    crossed: Crossing, changed: ChangeShares, cause: BandCause | None
) -> None:
    assert cause_of(crossed, changed) is cause
