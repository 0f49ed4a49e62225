"""A row's score and shares are the same bits alone, among a few and among many rows."""

import numpy as np
import pytest

from models.encoding import InputSchema, Matrix
from models.flavours import FITTED, FLAVOURS
from models.flavours.base import Fitted
from models.flavours.lightgbm import ROWS_WALKED, FittedLightGBM, LightGBM
from models.flavours.shifted import SHIFTED, FittedShifted


def fitted_as(name: str, inputs: Matrix, lost: np.ndarray, schema: InputSchema) -> Fitted:
    part = name.removesuffix(SHIFTED)
    inner = FLAVOURS[part].fit(inputs, lost, schema, 1)
    return inner if part == name else FittedShifted(part, inner, 2, (0.3, -0.2, 0.1))


@pytest.mark.parametrize("name", sorted(FITTED))
def test_no_row_depends_on_the_rows_beside_it(
    inputs: Matrix, lost: np.ndarray, schema: InputSchema, name: str
) -> None:
    fitted = fitted_as(name, inputs, lost, schema)
    many = np.concatenate([inputs] * (1 + 2 * ROWS_WALKED // len(inputs)))
    odds, shares = fitted.log_odds(many), fitted.contributions(many)
    for first, last in ((0, 1), (7, 8), (3, 60), (len(inputs) - 1, len(inputs))):
        some = inputs[first:last]
        assert fitted.log_odds(some).tolist() == odds[first:last].tolist()
        assert fitted.contributions(some).tolist() == shares[first:last].tolist()


def test_walked_trees_give_the_very_bits_of_lightgbm(inputs: Matrix, schema: InputSchema) -> None:
    odd = inputs[:ROWS_WALKED].copy()
    odd[::5, 0], odd[1::5, 3], odd[2::5, 2], odd[3::5, 1] = 0.0, -1e-40, 9.0, np.nan
    odd[4::10, 3], odd[9::10, 0] = np.inf, -np.inf
    for missing in ("NaN", "none"):
        rows = inputs if missing == "NaN" else np.nan_to_num(inputs)
        lost = (np.nan_to_num(rows[:, 0]) + (rows[:, 2] == 1) > 0.3).astype(float)
        for known in (schema, InputSchema(())):
            grown = LightGBM(rounds=80, leaves=15, leaf_weight=1.0).fit(rows, lost, known, 1)
            assert isinstance(grown, FittedLightGBM)
            wanted = grown.booster.predict(odd, raw_score=True)
            assert grown.log_odds(odd).tolist() == np.asarray(wanted).tolist()
