"""Planted leaks are found by name; honest signals, however good, are not blocked."""

from collections.abc import Callable

import numpy as np
import pytest

from models.leaks.canary import KINDS, caught, planted
from models.leaks.columns import Limits, findings
from models.leaks.findings import Probe
from models.leaks.watched import watch
from models.material import Material

LIMITS = Limits(draws=60)
MakeMaterial = Callable[..., Material]


@pytest.mark.parametrize(
    ("kind", "probe"),
    [
        ("exact", Probe.ALONE),
        ("noisy", Probe.ALONE),
        ("presence", Probe.PRESENCE),
        ("late", Probe.LATE),
    ],
)
def test_each_planted_leak_is_found_as_what_it_is(
    material: Material, kind: str, probe: Probe
) -> None:
    found = findings(watch(planted(material, 90), 90), LIMITS)
    mine = next(each for each in found if each.column == kind)
    assert mine.blocks
    assert mine.probe is probe or kind == "presence"
    assert kind in mine.words
    assert mine.figure.low > 0.9


@pytest.mark.parametrize("seed", range(6))
def test_canaries_are_caught_in_small_worlds(make_material: MakeMaterial, seed: int) -> None:
    small = make_material(seed=seed, accounts=120, base=0.03, months=10)
    assert caught(small, 90, LIMITS) == dict.fromkeys(KINDS, True)


@pytest.mark.parametrize("seed", range(6))
def test_honest_signals_pass(make_material: MakeMaterial, seed: int) -> None:
    world = make_material(seed=seed, accounts=150, signal=[0.0, 1.0, 2.0][seed % 3], young=1.0)
    assert [each for each in findings(watch(world, 90), LIMITS) if each.blocks] == []


def test_a_column_that_moves_months_before_is_a_warning_not_a_leak(
    material: Material, add: Callable[..., Material]
) -> None:
    """The same jump as the late canary, but 90 days ahead: that is what a model is for."""
    data = material.dataset
    jump = 3.0 * data.lost_within(90) + np.random.default_rng(1).normal(size=len(data.event_days))
    early = add(material, np.where(np.random.default_rng(2).random(len(jump)) < 0.7, jump, 0.0))
    assert not any(each.blocks for each in findings(watch(early, 90), LIMITS))


def test_a_fate_known_years_ahead_is_found(
    material: Material, add: Callable[..., Material]
) -> None:
    """Accounts that are lost some day, marked from the first row on."""
    ever = material.dataset.lost_within(10**6).astype(float)
    found = findings(watch(add(material, ever), 90), LIMITS)
    assert [each.column for each in found if each.blocks] == ["planted"]
    assert "some day" in found[0].words


def test_striking_but_not_impossible_is_worth_a_look(
    material: Material, add: Callable[..., Material]
) -> None:
    lost = material.dataset.lost_within(90)
    value = 2.2 * lost + np.random.default_rng(1).normal(size=len(lost))
    found = findings(watch(add(material, value), 90), LIMITS)
    assert [(each.column, each.blocks) for each in found] == [("planted", False)]


def test_a_word_that_only_leavers_have_is_found_among_very_many_words(
    material: Material, add: Callable[..., Material]
) -> None:
    """However late it comes in the alphabet."""
    words = tuple(f"w{n:03d}" for n in range(400))
    owner = np.unique(material.dataset.frame["account_id"].to_numpy(str), return_inverse=True)[1]
    own = np.random.default_rng(0).integers(0, 399, owner.max() + 1)[owner]
    codes = np.where(material.dataset.lost_within(90), 399, own).astype(float)
    found = findings(watch(add(material, codes, words), 90), LIMITS)
    assert [each.column for each in found if each.blocks] == ["planted"]
