from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.followed import Followed
from models import churn_model
from models.bands import BandPolicy, Thresholds
from models.calibration import Calibrator
from models.churn_model import ChurnModel
from models.encoding import InputColumn, InputSchema, Matrix
from models.explain.reasons import REASONS_KEPT
from models.explain.reference import Reference
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
        BandPolicy(Thresholds(0.5, 0.1, 0.3, 0.1)), "f" * 64, Followed(), JUNE,
    )  # fmt: skip
    frame = pd.DataFrame(rows[:50], columns=names)
    frame.insert(0, "as_of", [JUNE] * 50)
    frame.insert(0, "account_id", [f"a{i}" for i in range(50)])
    return model, frame


@pytest.mark.parametrize("grouped", [False, True])
def test_reasons_and_base_add_up_to_the_chance_shown(
    wide: tuple[ChurnModel, pd.DataFrame], grouped: bool
) -> None:
    model, frame = wide
    model = in_families(model) if grouped else model
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


def in_families(model: ChurnModel) -> ChurnModel:
    """s0 to s3 are one family, s4 is never steady."""
    names = model.schema.names
    families = (names[:4], *((name,) for name in names[4:]))
    steady = np.array([0.05, np.inf, *[0.0] * 9])
    return replace(model, reference=Reference(np.zeros((1, 14)), families, steady))


def test_a_family_is_one_reason_and_an_unsteady_one_is_none(
    wide: tuple[ChurnModel, pd.DataFrame],
) -> None:
    plain, frame = wide
    model = in_families(plain)
    shares, _ = plain.explain(plain.schema.encode(frame))
    whole = shares[:, :4].sum(axis=1)
    seen = 0
    for i, score in enumerate(model.score(frame)):
        *named, others = score.reasons
        assert others.signal == OTHERS
        assert "s4" not in {r.signal for r in named}
        mine = [r for r in named if r.signal in {"s0", "s1", "s2", "s3"}]
        assert len(mine) <= 1
        for reason in mine:
            seen += 1
            assert reason.contribution == pytest.approx(whole[i], abs=1e-12)
            assert abs(reason.contribution) >= 0.05
            assert reason.together == np.count_nonzero(shares[i, :4])
            assert shares[i, int(reason.signal[1:])] * reason.contribution > 0
            assert reason.value == frame[reason.signal].iloc[i]
    assert seen > 20


def test_one_account_alone_is_explained_as_in_a_batch(
    wide: tuple[ChurnModel, pd.DataFrame],
) -> None:
    model = in_families(wide[0])
    together = model.score(wide[1])
    for i in (0, 17, 49):
        alone = model.score(wide[1].iloc[[i]])[0]
        assert [r.signal for r in alone.reasons] == [r.signal for r in together[i].reasons]
        mine = [r.contribution for r in alone.reasons]
        assert mine == pytest.approx([r.contribution for r in together[i].reasons], abs=1e-12)
        assert alone.p_loss[90] == pytest.approx(together[i].p_loss[90], abs=1e-12)
