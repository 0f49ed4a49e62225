from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from models import churn_model
from models.bands import BandPolicy, Thresholds
from models.calibration import Calibrator
from models.churn_model import REASONS_KEPT, ChurnModel
from models.encoding import InputColumn, InputSchema, Matrix
from models.flavours import FLAVOURS
from models.hazards import Hazard
from models.intervals import INTERVALS
from models.score import HORIZONS, OTHERS, Band

JUNE = date(2026, 6, 30)


@pytest.fixture(scope="module")
def snapshot(inputs: Matrix, schema: InputSchema) -> pd.DataFrame:
    frame = pd.DataFrame(inputs[:60], columns=list(schema.names))
    codes = frame["plan"].map({0.0: "basic", 1.0: "plus", 2.0: "team"})
    frame["plan"] = codes.astype(object).where(codes.notna(), None)
    frame.insert(0, "as_of", [JUNE] * 60)
    frame.insert(0, "account_id", [f"a{i}" for i in range(60)])
    return frame


@pytest.mark.parametrize("flavour", ["lightgbm", "logistic", "blend"])
def test_scores_are_coherent(
    make_model: Callable[..., ChurnModel], snapshot: pd.DataFrame, flavour: str
) -> None:
    scores = make_model(flavour).score(snapshot)
    assert [s.account_id for s in scores] == [f"a{i}" for i in range(60)]
    for score in scores:
        p = score.p_loss
        assert tuple(p) == HORIZONS
        assert p[365] is None
        assert 0 < p[30] < p[90] < p[180] < 1
        assert score.health_score == pytest.approx(100 * (1 - p[180]))
        assert score.band is make_band(p[180])
        assert score.as_of == JUNE
        assert score.model_version == "v1"
    assert len({s.band for s in scores}) > 1


def make_band(chance: float) -> Band:
    return Band.RED if chance >= 0.8 else Band.GREEN if chance < 0.7 else Band.YELLOW


def test_reasons_carry_the_values_as_they_were(
    make_model: Callable[..., ChurnModel], snapshot: pd.DataFrame
) -> None:
    for score, (_, row) in zip(
        make_model("logistic").score(snapshot), snapshot.iterrows(), strict=True
    ):
        for reason in score.reasons:
            seen = row[reason.signal]
            assert reason.value == (None if pd.isna(seen) else seen)
        assert "fixed" not in {r.signal for r in score.reasons}


@pytest.mark.parametrize("flavour", ["lightgbm", "logistic", "blend"])
def test_scores_in_parts_as_at_once_to_the_last_bit(
    make_model: Callable[..., ChurnModel],
    snapshot: pd.DataFrame,
    flavour: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = make_model(flavour)
    inputs = model.schema.encode(snapshot)
    at_once, sizes = model.score(snapshot), model.sizes(inputs)
    np.testing.assert_allclose(sizes, np.abs(model.explain(inputs)[0]).mean(axis=0), rtol=1e-12)
    monkeypatch.setattr(churn_model, "ROWS_AT_A_TIME", 7)
    assert model.score(snapshot) == at_once
    np.testing.assert_allclose(model.sizes(inputs), sizes, rtol=1e-12)


def test_no_accounts_no_scores(
    make_model: Callable[..., ChurnModel], snapshot: pd.DataFrame
) -> None:
    assert make_model("logistic").score(snapshot.iloc[:0]) == []


@pytest.fixture(scope="module", params=["lightgbm", "logistic", "blend"])
def wide(request: pytest.FixtureRequest) -> tuple[ChurnModel, pd.DataFrame]:
    """A model that reads more columns than reasons are kept."""
    rng = np.random.default_rng(2)
    names = [f"s{i}" for i in range(14)]
    rows = rng.normal(size=(600, 14))
    lost = (rng.random(600) < 1 / (1 + np.exp(1 - rows[:, :10].sum(axis=1)))).astype(float)
    schema = InputSchema(tuple(InputColumn(n) for n in names))
    hazards = tuple(
        Hazard(k, FLAVOURS[request.param].fit(rows, y, schema, 1), Calibrator(1.1, 0.9, -0.2))
        for k, y in zip(INTERVALS, (lost, lost[::-1]), strict=False)
    )
    model = ChurnModel(
        "v2", request.param, "lapse", schema, hazards, 90,
        BandPolicy(Thresholds(0.5, 0.1, 0.3, 0.1)), "f" * 64, (), JUNE,
    )  # fmt: skip
    frame = pd.DataFrame(rows[:50], columns=names)
    frame.insert(0, "as_of", [JUNE] * 50)
    frame.insert(0, "account_id", [f"a{i}" for i in range(50)])
    return model, frame


def test_reasons_and_base_add_up_to_the_chance_shown(
    wide: tuple[ChurnModel, pd.DataFrame],
) -> None:
    model, frame = wide
    for score in model.score(frame):
        p = score.p_loss[90]
        total = score.base + sum(r.contribution for r in score.reasons)
        assert total == pytest.approx(np.log(p) - np.log1p(-p), abs=1e-9)


def test_largest_reasons_first_and_the_others_together(
    wide: tuple[ChurnModel, pd.DataFrame],
) -> None:
    model, frame = wide
    for score in model.score(frame):
        *named, others = score.reasons
        assert len(named) == REASONS_KEPT
        sizes = [abs(r.contribution) for r in named]
        assert sizes == sorted(sizes, reverse=True)
        assert others.signal == OTHERS
        assert 1 <= others.value <= 14 - REASONS_KEPT
