from datetime import date

import numpy as np
import pytest

from models import bundle
from models.adjustment import Adjustment, Step, base_of, carried
from models.bands import BandPolicy, Thresholds
from models.intervals import INTERVALS

MAY, JUNE = date(2024, 5, 31), date(2024, 6, 30)
FIRST = Adjustment("v1", "d" * 64, date(2024, 1, 31), (Step(MAY, 0.3),))


def test_a_version_names_its_base_and_its_day():
    assert FIRST.version == "v1+2024-05-31"
    assert base_of(FIRST.version) == base_of("v1") == "v1"


def test_the_level_of_a_day_is_that_of_the_last_step_before_it():
    both = FIRST.then(Step(JUNE, -0.1))
    days = [date(2024, 5, 30), MAY, date(2024, 6, 29), JUNE, date(2025, 1, 1)]
    assert [both.shift_on(day) for day in days] == [0.0, 0.3, 0.3, -0.1, -0.1]
    assert both.then(Step(MAY, 0.2)).steps == (Step(MAY, 0.2),)
    assert Adjustment.from_dict(both.as_dict()) == both


def test_intervals_far_ahead_take_a_share():
    assert [carried(0.4, interval) for interval in INTERVALS] == [0.4, 0.4, 0.2, 0.2]


def test_an_adjusted_model_moves_its_log_odds_and_keeps_its_reasons(make_model, inputs):
    model = make_model("lightgbm")
    moved = model.adjusted(FIRST)
    assert (moved.version, moved.data_as_of) == ("v1+2024-05-31", MAY)
    odds, before = (m.hazards[0].log_odds(inputs) for m in (moved, model))
    assert np.allclose(odds - before, 0.3, atol=1e-12)
    shares, base = moved.hazards[0].contributions(inputs)
    assert np.allclose(shares, model.hazards[0].contributions(inputs)[0], atol=1e-9)
    assert np.allclose(shares.sum(axis=1) + base, odds, atol=1e-9)
    whole, start = moved.explain(inputs)
    chance = moved.chances(inputs)[180]
    assert np.allclose(whole.sum(axis=1) + start, np.log(chance / (1 - chance)), atol=1e-9)
    assert (moved.chances(inputs)[30] > model.chances(inputs)[30]).all()


def test_a_model_as_it_was_on_a_day(make_model, inputs):
    model = make_model("logistic")
    moved = model.adjusted(FIRST)
    then, plain = moved.on(date(2024, 5, 1)).chances(inputs), model.chances(inputs)
    assert all((then[h] == plain[h]).all() for h in plain)
    assert (moved.on(JUNE).chances(inputs)[90] == moved.chances(inputs)[90]).all()


def test_an_adjusted_bundle_is_its_base_and_one_file_more(make_model, inputs, tmp_path):
    model = make_model("blend")
    digest = bundle.save(model, tmp_path / "base")
    policy = BandPolicy(Thresholds(0.85, 0.7, 0.75, 0.4))
    moved = model.adjusted(FIRST, policy)
    sealed = bundle.save_adjusted(tmp_path / "base", digest, moved, tmp_path / "moved")
    assert bundle.load(tmp_path / "base", digest).adjustment is None

    found = bundle.load(tmp_path / "moved", sealed)
    assert (found.adjustment, found.policy, found.version) == (FIRST, policy, FIRST.version)
    assert all((found.chances(inputs)[h] == moved.chances(inputs)[h]).all() for h in (30, 90, 180))
    new = {f.name for f in (tmp_path / "moved").iterdir()}
    assert new - {f.name for f in (tmp_path / "base").iterdir()} == {"adjustment.json"}
    kept = new - {"adjustment.json", "manifest.json"}
    both = ((tmp_path / name / file for file in sorted(kept)) for name in ("base", "moved"))
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(*both, strict=True))

    file = tmp_path / "moved" / "adjustment.json"
    file.write_bytes(file.read_bytes().replace(b"0.3", b"0.9"))
    with pytest.raises(bundle.BrokenBundle, match=r"adjustment\.json was changed"):
        bundle.load(tmp_path / "moved", sealed)


def test_an_adjusted_model_is_adjusted_again_from_its_base(make_model, inputs, tmp_path):
    model = make_model("logistic")
    digest = bundle.save(model, tmp_path / "base")
    once = bundle.save_adjusted(tmp_path / "base", digest, model.adjusted(FIRST), tmp_path / "once")
    served = bundle.load(tmp_path / "once", once)
    twice = served.adjusted(FIRST.then(Step(JUNE, -0.1)))
    sealed = bundle.save_adjusted(tmp_path / "once", once, twice, tmp_path / "twice")
    found = bundle.load(tmp_path / "twice", sealed)
    assert found.version == "v1+2024-06-30"
    odds = found.hazards[0].log_odds(inputs) - model.hazards[0].log_odds(inputs)
    assert np.allclose(odds, -0.1, atol=1e-12)


def test_only_the_right_kind_of_model_is_saved(make_model, tmp_path):
    model = make_model("logistic")
    with pytest.raises(ValueError, match="is an adjustment of v1"):
        bundle.save(model.adjusted(FIRST), tmp_path)
    with pytest.raises(ValueError, match="was not adjusted"):
        bundle.save_adjusted(tmp_path, "", model, tmp_path)
