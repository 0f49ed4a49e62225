import numpy as np
import pytest

from models.encoding import InputColumn, InputSchema, Matrix
from models.flavours.logistic import Logistic
from models.flavours.single import MOST_KEPT, Single, best_column, worth


def planted(rows: int, columns: int, seed: int = 0) -> tuple[Matrix, np.ndarray, InputSchema]:
    """Noise, but for the fourth column; a seventh of all values are missing."""
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(rows, columns))
    odds = -2.0 + 1.1 * inputs[:, 3]
    lost = (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(float)
    inputs[rng.random(inputs.shape) < 1 / 7] = np.nan
    return inputs, lost, InputSchema(tuple(InputColumn(f"c{i}") for i in range(columns)))


@pytest.mark.parametrize("rows", [800, 3 * MOST_KEPT])
def test_the_column_that_says_most_is_found(rows: int) -> None:
    inputs, lost, schema = planted(rows, 40)
    assert best_column(inputs, lost, schema) == 3


def test_a_word_and_a_missing_value_may_say_most(
    inputs: Matrix, lost: np.ndarray, schema: InputSchema
) -> None:
    said = [worth(inputs[:, [i]], lost, column) for i, column in enumerate(schema.columns)]
    assert np.argmax(said) == 0
    assert said[2] > said[1]  # a word that matters beside noise
    assert said[3] > said[1]  # a value that matters where it is missing


def test_many_words_cost_more_than_they_say() -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 60, (600, 1)).astype(float)
    lost = (rng.random(600) < 0.2).astype(float)
    words = tuple(f"w{i}" for i in range(60))
    assert worth(codes, lost, InputColumn("industry", words)) < 0


def test_it_is_the_line_of_that_column_alone() -> None:
    inputs, lost, schema = planted(2000, 8)
    fitted = Single().fit(inputs, lost, schema, 1)
    alone = Logistic().fit(inputs[:, [3]], lost, InputSchema(schema.columns[3:4]), 1)
    np.testing.assert_array_equal(fitted.log_odds(inputs), alone.log_odds(inputs[:, [3]]))
    shares = fitted.contributions(inputs)
    assert (np.delete(shares, [3, 8], axis=1) == 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), fitted.log_odds(inputs), atol=1e-12)
