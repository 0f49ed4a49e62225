"""Leaving parts out: what matters is seen to matter, what is noise is not."""

from dataclasses import replace

import pytest

from models.ablation import Effect, Kind, NotTested, Part, Subject, Worth, _worth, ablate
from models.evidence import Described
from models.flavours import SHIFTED
from models.metrics import Estimate
from models.scorecard import Asked
from models.training import material_of

COLUMNS = ("use", "noise", "plan", "csat", "age", "fixed")
USAGE = Part(Kind.SOURCE, "usage", ("use",))
NOISE = Part(Kind.SOURCE, "surveys", ("noise", "csat"))
FIXED = Part(Kind.SOURCE, "risks", ("fixed", "another that no model reads"))
PLAN = Part(Kind.GROUP, "profile", ("plan", "age"))
ALL = Part(Kind.GROUP, "everything", COLUMNS)


@pytest.fixture(scope="module")
def subject(make_world, plan):
    dataset = make_world(seed=5, signal=1.5)
    dataset.frame["paid"] = 100.0 + dataset.frame["age"]
    material = material_of(dataset, COLUMNS, plan)
    described = Described(monthly_revenue="paid")
    return Subject(material, "logistic", 90, ("plan",), described, Asked(0.1))


@pytest.fixture(scope="module")
def ablation(subject):
    return ablate(subject, [USAGE, NOISE, FIXED, PLAN, ALL])


def test_what_foretells_the_loss_is_crucial(ablation):
    usage, noise, fixed, _, everything = ablation.values
    assert usage.worth is Worth.ADDS
    assert usage.columns == 1
    for name in ("log_loss", "auc", "arr_recall_at_capacity"):
        effect = usage.effects[name]
        assert 0 < effect.gain.low < effect.gain.value < effect.gain.high
    assert noise.worth in (Worth.UNTOLD, Worth.HARMS)
    assert abs(noise.effects["auc"].gain.value) < 0.02
    assert (fixed.worth, fixed.columns, fixed.effects) == (Worth.UNREAD, 0, {})
    assert everything.effects["auc"].without == pytest.approx(0.5, abs=0.06)
    assert everything.effects["log_loss"].gain.value >= usage.effects["log_loss"].gain.value


def test_all_are_held_against_the_whole_model_on_its_test_rows(ablation, trained):
    figures = trained.walked["logistic"][90]
    for value in ablation.values:
        for name, effect in value.effects.items():
            sign = -1 if name == "log_loss" else 1
            assert effect.gain.value == pytest.approx(sign * (effect.whole - effect.without))
            assert name not in figures or effect.whole == pytest.approx(figures[name])
    assert (ablation.horizon, ablation.flavour) == (90, "logistic")
    assert ablation.rows == len(trained.tests[90].rows)
    assert 20 <= ablation.lost < ablation.accounts < ablation.rows


def test_the_same_columns_are_walked_once(subject):
    said = []
    twin = replace(USAGE, kind=Kind.GROUP, name="consumption")
    found = ablate(subject, [USAGE, twin], said.append)
    assert found.values[0].effects is found.values[1].effects
    assert said[2:] == [
        "1 of 2: without source usage (1 columns)",
        "2 of 2: without group consumption (1 columns)",
    ]


def test_a_flavour_shifted_by_segment_loses_its_shift_with_the_segment(subject):
    shifted = replace(subject, flavour=f"logistic{SHIFTED}")
    with_plan, without = (shifted.walk(columns) for columns in (COLUMNS, ("use", "noise")))
    plain = subject.walk(("use", "noise"))
    one = next(iter(plain.log_odds))
    known = plain.log_odds[one] == plain.log_odds[one]
    assert (without.log_odds[one][known] == plain.log_odds[one][known]).all()
    bare = subject.walk(COLUMNS)
    assert (with_plan.log_odds[one][known] != bare.log_odds[one][known]).any()


def test_without_losses_nothing_can_be_told(make_world, plan, subject):
    quiet = make_world(seed=1, accounts=60, base=0.002)
    few = replace(subject, material=material_of(quiet, COLUMNS, plan))
    with pytest.raises(NotTested, match="too few accounts were lost"):
        ablate(few, [USAGE])


def test_what_another_seed_alone_would_do_says_nothing(subject, ablation):
    assert set(ablation.noise.values()) == {0.0}  # regression draws nothing
    trees = replace(subject, flavour="lightgbm")
    found = ablate(trees, [USAGE, FIXED])
    assert min(found.noise.values()) > 0
    effects = found.values[0].effects
    assert effects["log_loss"].gain.low > 0
    assert found.values[0].worth is _worth(effects, found.noise)
    loud = dict.fromkeys(found.noise, effects["log_loss"].gain.value)
    assert _worth(effects, loud) is Worth.UNTOLD
    assert _worth(effects, dict.fromkeys(loud, 0.0)) is Worth.ADDS


@pytest.mark.parametrize(
    ("low", "value", "high", "worth"),
    [
        (0.01, 0.02, 0.03, Worth.ADDS),
        (-0.01, 0.02, 0.03, Worth.UNTOLD),
        (-0.03, -0.02, -0.01, Worth.HARMS),
        (0.0001, 0.0004, 0.0009, Worth.UNTOLD),
    ],
)
def test_the_verdict_follows_from_interval_and_seed(low, value, high, worth):
    effects = {"log_loss": Effect(0.2, 0.2 + value, Estimate(value, low, high))}
    assert _worth(effects, {"log_loss": 0.0005}) is worth
