"""When the contract renews: trees begin with it, lines go as far in it as losses lead."""

from dataclasses import replace

import lightgbm
import numpy as np
import pytest

from features.signals.profile import RENEWS
from models.encoding import InputColumn, InputSchema, Matrix
from models.flavours import FITTED, FLAVOURS
from models.flavours.base import Vector, sigmoid
from models.flavours.lightgbm import FittedLightGBM, LightGBM
from models.flavours.logistic import Logistic
from models.flavours.renewal import (
    BORROWED_LOSSES,
    first_tree,
    free_variance,
    levels,
    renewal_column,
)

WORDS = tuple(sorted(word for word, _ in RENEWS[::3]))
SOON, FAR = WORDS.index(RENEWS[3][0]), WORDS.index(RENEWS[6][0])
SCHEMA = InputSchema(
    (InputColumn("use", direction=1), InputColumn("profile__renews", WORDS), InputColumn("noise"))
)
UNNAMED = InputSchema(
    (SCHEMA.columns[0], replace(SCHEMA.columns[1], words=tuple("abcde")), SCHEMA.columns[2])
)
READERS = ("lightgbm", "logistic", "blend", "shrunken")


def company(rows: int = 1_500, share: float = 0.2) -> tuple[Matrix, Vector]:
    """Contracts of a year: a fifth of those that end in time do not go on, and no others."""
    rng = np.random.default_rng(6)
    words = rng.choice(len(WORDS), rows, p=[0.4, 0.2, 0.25, 0.05, 0.1]).astype(float)
    words[rng.random(rows) < 0.1] = np.nan  # no date is known
    use, noise = rng.normal(size=(2, rows))
    lost = (words == SOON) & (rng.random(rows) < share * np.exp(-0.3 * use))
    return np.column_stack([use, words, noise]), lost.astype(float)


@pytest.mark.parametrize("name", READERS)
def test_a_window_is_foretold_at_its_level(name: str) -> None:
    inputs, lost = company()
    chance = sigmoid(FLAVOURS[name].fit(inputs, lost, SCHEMA, 1).log_odds(inputs))
    due = inputs[:, 1] == SOON
    assert chance[due].sum() == pytest.approx(lost[due].sum(), rel=0.06)
    assert chance[~due].mean() < 0.01


@pytest.mark.parametrize("name", ["lightgbm", "logistic"])
def test_words_of_anything_else_are_held_back_as_before(name: str) -> None:
    inputs, lost = company()
    freed, held = (
        FLAVOURS[name].fit(inputs, lost, s, 1).log_odds(inputs) for s in (SCHEMA, UNNAMED)
    )
    due = inputs[:, 1] == SOON
    apart = [odds[due].mean() - odds[inputs[:, 1] == FAR].mean() for odds in (freed, held)]
    assert apart[0] > apart[1] + 1.0


def test_the_first_tree_goes_to_the_shares_and_reads_nothing_else() -> None:
    inputs, lost = company()
    fitted = FLAVOURS["lightgbm"].fit(inputs, lost, SCHEMA, 1)
    assert isinstance(fitted, FittedLightGBM)
    first = np.asarray(fitted.booster.predict(inputs, raw_score=True, num_iteration=1))
    for word in (SOON, FAR):
        value = np.unique(first[inputs[:, 1] == word])
        assert len(value) == 1
        mine = first == value[0]  # words that were lost alike share a leaf
        drawn = (lost[mine].sum() + BORROWED_LOSSES) / (mine.sum() + BORROWED_LOSSES / lost.mean())
        assert sigmoid(value)[0] == pytest.approx(drawn, rel=0.15)
    assert len(np.unique(first[np.isnan(inputs[:, 1])])) == 1


def test_chances_are_learnt_from_as_tosses_are() -> None:
    inputs, lost = company()
    soft = np.where(inputs[:, 1] == SOON, lost[inputs[:, 1] == SOON].mean(), 0.0)
    due = inputs[:, 1] == SOON
    for name in READERS:
        chance = sigmoid(FLAVOURS[name].fit(inputs, soft, SCHEMA, 1).log_odds(inputs))
        assert chance[due].mean() == pytest.approx(soft[due].mean(), rel=0.06)


@pytest.mark.parametrize("name", READERS)
def test_shares_add_up_and_all_is_read_back_to_the_bit(name: str) -> None:
    inputs, lost = company()
    fitted = FLAVOURS[name].fit(inputs, lost, SCHEMA, 1)
    shares = fitted.contributions(inputs)
    np.testing.assert_allclose(shares.sum(axis=1), fitted.log_odds(inputs), atol=1e-9)
    due = inputs[:, 1] == SOON
    assert (shares[due, 1] > 1).all()
    assert shares[inputs[:, 1] == FAR, 1].max() < 0
    again = FITTED[name].from_files(fitted.to_files())
    np.testing.assert_array_equal(again.log_odds(inputs), fitted.log_odds(inputs))
    np.testing.assert_array_equal(again.log_odds(inputs[:9]), fitted.log_odds(inputs)[:9])


def test_only_words_that_were_lost_otherwise_are_a_tree_more() -> None:
    inputs, lost = company()
    alike = (np.arange(len(inputs)) % 2).astype(float)
    same = inputs.copy()
    same[:, 1] = np.nan
    for rows, gone, schema, more in (
        (inputs, lost, SCHEMA, True),
        (inputs, lost, UNNAMED, False),
        (same, alike, SCHEMA, False),
    ):
        words = schema.word_positions
        data = lightgbm.Dataset(rows, gone, categorical_feature=words, free_raw_data=False)
        assert (first_tree(data, schema, LightGBM().parameters(schema)) is not None) == more


def test_a_company_without_renewals_has_no_such_column() -> None:
    assert renewal_column(SCHEMA) == 1
    assert renewal_column(UNNAMED) is None
    assert renewal_column(SCHEMA.select(["use", "noise"])) is None


def test_a_line_without_the_column_is_the_ridge_it_was() -> None:
    inputs, lost = company()
    inputs, schema = inputs[:, [0, 2]], SCHEMA.select(["use", "noise"])
    weak, strong = (Logistic(s).fit(inputs, lost, schema, 1).coefficients for s in (1e-4, 3.0))
    assert np.abs(weak).max() < 0.1 * np.abs(strong).max()


def test_a_line_may_go_as_far_as_the_words_lie_apart_and_nowhere_by_luck() -> None:
    inputs, lost = company(6_000)
    apart = free_variance(inputs[:, 1], len(WORDS), lost)
    told = np.where(np.isnan(inputs[:, 1]), len(WORDS), inputs[:, 1]).astype(np.int64)
    reached = levels(told, len(WORDS) + 1, lost)
    assert 2 * np.sqrt(apart) == pytest.approx(max(reached) - min(reached))
    assert apart > 4.0
    by_luck = np.random.default_rng(7).permutation(lost)
    assert free_variance(inputs[:, 1], len(WORDS), by_luck) < 0.1


def test_a_word_that_nobody_has_moves_no_bound() -> None:
    inputs, lost = company()
    more = free_variance(inputs[:, 1], len(WORDS) + 3, lost)
    assert more == pytest.approx(free_variance(inputs[:, 1], len(WORDS), lost), rel=1e-6)
