"""The best single signal is chosen from what was known before each block."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.best_signal import best_signal, chosen_at
from models.dataset import Dataset
from models.encoding import learn_schema
from models.intervals import INTERVALS
from models.material import Material
from models.walkforward import WalkForward, blocks


@pytest.fixture(scope="module")
def material(make_world: Callable[..., Dataset]) -> Material:
    """`use` foretells; `later` holds the outcome itself from the last block on."""
    data = make_world(seed=5, signal=1.5)
    last = blocks(data.dates, 3)[-1][0]
    known = data.ordinals >= last.toordinal()
    noise = np.random.default_rng(0).normal(size=len(known))
    data.frame["later"] = np.where(known, data.lost_within(90), noise)
    schema = learn_schema(data.frame, ["noise", "use", "later"])
    return Material(data, schema.encode(data.frame), schema, WalkForward(INTERVALS[:2], 3))


def test_only_earlier_outcomes_choose(material: Material) -> None:
    dates = material.dataset.dates
    begins = [block[0] for block in blocks(dates, 3)]
    assert [chosen_at(material, day) for day in begins] == ["use"] * 3
    assert chosen_at(material, dates[0]) == ""


@pytest.mark.parametrize("lead", [30, 90, 180])
def test_a_signal_is_chosen_whatever_the_minimum_lead_time(material: Material, lead: int) -> None:
    """None would be chosen by losses that the lead time leaves out, and base rates are no rival."""
    late = replace(material, dataset=replace(material.dataset, lead=lead))
    assert chosen_at(late, blocks(material.dataset.dates, 3)[-1][0]) == "use"


def test_each_block_is_foretold_by_its_choice(material: Material) -> None:
    found, alone = best_signal(material), material.walk("logistic", ["use"])
    np.testing.assert_array_equal(found.block_of, alone.block_of)
    for interval, odds in found.log_odds.items():
        np.testing.assert_array_equal(odds, alone.log_odds[interval])
        assert (~np.isnan(odds)).any()
