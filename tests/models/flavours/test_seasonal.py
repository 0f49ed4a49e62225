"""A declared month moves the level of all accounts, half of what it shows beyond chance."""

import numpy as np
import pytest

from features.measures.segments import MONTH_NAMES
from models.encoding import InputColumn, InputSchema, Matrix
from models.flavours import FLAVOURS, fitted_from
from models.flavours.base import Fitted, sigmoid
from models.flavours.seasonal import Seasonal, season_shifts, shrunken
from models.flavours.settings import WITH_SEASON, seasonal
from models.flavours.shifted import FittedShifted

WORDS = tuple(sorted(MONTH_NAMES[:6]))
MONTH = InputColumn("month", WORDS, season=True)
SCHEMA = InputSchema((InputColumn("use"), MONTH, InputColumn("noise")))
EACH = 500


def rows(strength: float) -> tuple[Matrix, np.ndarray, np.ndarray]:
    """Inputs and losses, and what each month adds: ups and downs of `strength`."""
    rng = np.random.default_rng(4)
    month = np.repeat(np.arange(6.0), EACH)
    truth = strength * np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
    use, noise = rng.normal(size=(2, len(month)))
    lost = rng.random(len(month)) < sigmoid(-1.5 - use + truth[month.astype(int)])
    return np.column_stack([use, month, noise]), lost.astype(float), truth


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    inputs, lost, _ = rows(1.0)
    return Seasonal("blend", FLAVOURS["blend"]).fit(inputs, lost, SCHEMA, 1)


@pytest.mark.parametrize("name", WITH_SEASON)
def test_every_flavour_takes_half_of_the_season(name: str) -> None:
    inputs, lost, truth = rows(1.0)
    found = seasonal(FLAVOURS, SCHEMA)[name].fit(inputs, lost, SCHEMA, 1)
    assert isinstance(found, FittedShifted)
    shifts = np.array(found.shifts)
    assert shifts - shifts.mean() == pytest.approx(truth / 2, abs=0.2)
    moved = inputs.copy()
    moved[:, 1] = (inputs[:, 1] + 1) % 6
    apart = found.log_odds(moved) - found.log_odds(inputs)
    places = inputs[:, 1].astype(int)
    assert apart == pytest.approx(shifts[(places + 1) % 6] - shifts[places], abs=1e-9)


def test_months_that_differ_by_chance_alone_hardly_move() -> None:
    inputs, lost, _ = rows(0.0)
    found = Seasonal("lightgbm", FLAVOURS["lightgbm"]).fit(inputs, lost, SCHEMA, 1)
    assert isinstance(found, FittedShifted)
    assert np.abs(found.shifts).max() < 0.06
    assert shrunken(np.array([0.1, -0.1]), np.array([0.02, 0.02])) == pytest.approx([0, 0])


def test_a_month_without_losses_or_never_seen_stays_where_it_is() -> None:
    codes = np.repeat([0.0, 1.0, 2.0], 200)
    lost = np.concatenate([np.arange(200) % 2, np.arange(200) % 5 == 0, np.zeros(200)])
    shifts = season_shifts(np.full(600, -0.7), lost, codes, SCHEMA, 1)
    assert shifts[0] > 0.2 > -0.2 > shifts[1]
    assert shifts[2:] == (0.0, 0.0, 0.0, 0.0)


def test_shares_add_up_and_the_season_is_the_months_own(fitted: Fitted) -> None:
    inputs, _, _ = rows(1.0)
    shares = fitted.contributions(inputs[:50])
    assert shares.sum(axis=1) == pytest.approx(fitted.log_odds(inputs[:50]), abs=1e-9)
    assert isinstance(fitted, FittedShifted)
    assert shares[:50, 1] == pytest.approx(np.full(50, fitted.shifts[0]))


def test_comes_back_bit_for_bit_also_under_a_shift_by_segment(fitted: Fitted) -> None:
    inputs, _, _ = rows(1.0)
    both = FittedShifted("blend", fitted, 1, (0.1, 0.2, 0.3, 0.4, 0.5, 0.6))
    for name, model in (("blend", fitted), ("blend by segment", both)):
        again = fitted_from(name, model.to_files())
        np.testing.assert_array_equal(again.log_odds(inputs), model.log_odds(inputs))
        assert again.to_files() == model.to_files()


def test_a_month_of_the_accounts_own_is_read_like_any_other_signal() -> None:
    """Such as the one in which its year ends: all that it tells is learnt, not half."""
    inputs, lost, _ = rows(2.0)
    own = InputSchema((InputColumn("use"), InputColumn("month", WORDS), InputColumn("noise")))
    assert seasonal(FLAVOURS, own) == FLAVOURS
    free, held = (
        loss(seasonal(FLAVOURS, schema)["logistic"].fit(inputs, lost, schema, 1), inputs, lost)
        for schema in (own, SCHEMA)
    )
    assert free < held - 0.01


def loss(fitted: Fitted, inputs: Matrix, lost: np.ndarray) -> float:
    p = sigmoid(fitted.log_odds(inputs))
    return float(-np.mean(lost * np.log(p) + (1 - lost) * np.log(1 - p)))


def test_without_a_month_nothing_changes() -> None:
    plain = InputSchema((InputColumn("use"), InputColumn("plan", ("May", "plus"))))
    assert seasonal(FLAVOURS, plain) == FLAVOURS
    inputs, lost, _ = rows(1.0)
    one = Seasonal("logistic", FLAVOURS["logistic"]).fit(inputs[:, :2], lost, plain, 1)
    other = FLAVOURS["logistic"].fit(inputs[:, :2], lost, plain, 1)
    np.testing.assert_array_equal(one.log_odds(inputs[:, :2]), other.log_odds(inputs[:, :2]))
