"""The level of the model that serves is moved, written down, scored with and taken back."""

import json
from datetime import date
from types import SimpleNamespace

import pytest

from models import bundle
from models.adjustment import Adjustment, Step
from models.bands import BandPolicy, Thresholds
from models.intervals import INTERVALS
from pipelines.adjusted import moved_policy
from pipelines.config import read_config
from pipelines.recalibrate import LEAST_MOVE, due
from serving.store import ModelAction, ModelChangeRepository, ScoreRepository, open_store

TRAINED, MAY = date(2026, 2, 28), date(2026, 5, 31)


def one_object(found):
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout)


@pytest.fixture
def place(trained_twice):
    company = trained_twice.company
    return ("-c", company.config, "--workspace", company.workspace)


@pytest.fixture
def recalibrated(trained_twice, forewarn, place, days, monkeypatch):
    """The first model, its level moved to what was certain two months later; taken back after.

    Its level was nearly right: such a difference is left alone but for this.
    """
    monkeypatch.setattr("pipelines.recalibrate.LEAST_MOVE", 0.001)
    body = one_object(forewarn("recalibrate", "--as-of", days.rescored, "--json", *place))
    yield body
    back = forewarn("rollback", "--reason", "end of test", *place[2:])
    assert back.exit_code == 0, back.stderr
    assert trained_twice.space.registry().champion().version == trained_twice.versions[0]


def test_a_recalibrated_model_is_a_version_of_its_own(
    trained_twice, recalibrated, forewarn, place, days
):
    first, second = trained_twice.versions
    now = f"{first}+{days.rescored}"
    assert (recalibrated["done"], recalibrated["before"], recalibrated["now"]) == (True, first, now)
    shift = recalibrated["found"]["shift"]
    assert shift["low"] < shift["value"] < shift["high"]
    assert recalibrated["found"]["events"] >= 10
    assert set(recalibrated["found"]["before"]) == {
        "expected_over_observed", "intercept", "log_loss", "slope"
    }  # fmt: skip

    registry = trained_twice.space.registry()
    champion, base = registry.champion(), registry.version(first)
    assert (champion.version, registry.challenger().version) == (now, second)
    model = bundle.load(champion.bundle, champion.digest)
    assert model.adjustment.base_digest == base.digest
    assert model.adjustment.shift == shift["value"]
    assert bundle.load(base.bundle, base.digest).version == first

    again = one_object(forewarn("recalibrate", "--as-of", days.rescored, "--json", *place))
    assert again["done"] is False
    assert "has learnt from data up to" in again["why_not"]

    compared = one_object(forewarn("compare", "champion", "challenger", "--json", *place[2:]))
    assert (compared["champion"], compared["challenger"]) == (now, second)

    engine = open_store(trained_twice.space.store_address)
    change = ModelChangeRepository(engine).all()[-1]
    engine.dispose()
    assert change.cause.action is ModelAction.RECALIBRATED
    assert (change.from_version, change.to_version, change.digest) == (first, now, champion.digest)
    assert "moved by" in change.cause.verdict[0]
    told = forewarn("history", *place[2:]).stdout
    assert f"recalibrated: {now}, in the place of {first}" in told


@pytest.mark.usefixtures("recalibrated")
def test_scores_say_which_level_they_have(trained_twice, forewarn, place, days):
    assert forewarn("score", "--as-of", days.rescored, *place).exit_code == 0
    engine = open_store(trained_twice.space.store_address)
    info = ScoreRepository(engine).info(days.rescored)
    engine.dispose()
    assert info.model_version == f"{trained_twice.versions[0]}+{days.rescored}"
    assert forewarn("bands", "simulate", *place).exit_code == 0


def test_a_level_that_is_nearly_right_is_left_alone(trained_twice, forewarn, place, days):
    told = one_object(forewarn("recalibrate", "--as-of", days.rescored, "--json", *place))
    assert (told["done"], told["now"]) == (False, trained_twice.versions[0])
    assert abs(told["found"]["shift"]["value"]) < LEAST_MOVE
    assert "is left alone" in told["why_not"]


def test_before_any_outcome_is_certain_nothing_moves(trained_twice, forewarn, place, days):
    soon = forewarn("recalibrate", "--as-of", date(2025, 3, 31), *place)
    assert soon.exit_code == 0, soon.stderr
    assert f"The level of {trained_twice.versions[0]} was left where it is" in soon.stdout
    assert "0 were lost within 30 days for certain, and 10 are needed" in soon.stdout
    past = forewarn("recalibrate", "--as-of", days.scored, *place)
    assert "it has learnt from data up to 2025-02-28" in past.stdout


def test_without_a_model_it_says_so(company, forewarn):
    place = ("-c", company.config, "--workspace", company.workspace)
    assert forewarn("load", *place).exit_code == 0
    found = forewarn("recalibrate", *place)
    assert found.exit_code == 3
    assert "no model was promoted yet: run `forewarn train`" in found.stderr


@pytest.mark.parametrize(
    ("versions", "day", "is_due"),
    [
        ([], MAY, True),
        (["v1+2026-04-30"], MAY, True),
        (["v1+2026-05-02"], MAY, False),  # this month already, though perhaps rolled back
        (["v2+2026-05-02"], MAY, True),
        ([], date(2026, 3, 15), False),  # no outcome can be certain yet
    ],
)
def test_once_a_month(versions, day, is_due):
    hazards = (SimpleNamespace(interval=INTERVALS[0]),)
    plain = SimpleNamespace(version="v1", adjustment=None, hazards=hazards, trained_on=TRAINED)
    steps = Adjustment("v1", "", TRAINED, (Step(date(2026, 4, 30), 0.1),))
    moved = SimpleNamespace(
        version=steps.version, adjustment=steps, hazards=hazards, trained_on=TRAINED
    )
    assert due(plain, versions, day) is is_due
    assert due(moved, versions, day) is is_due


CAPACITY = ""
FIXED = '[bands]\nred = "fixed"\nred_from = 0.2\n'
VALUE = '[bands]\nred = "value"\ncost_of_acting = 400\nshare_saved = 0.2\n'


@pytest.mark.parametrize(
    ("bands", "own", "red_from"),
    [
        (CAPACITY, Thresholds(0.2, 0.05, 0.1, 0.04), 0.25 * 2.0 / 1.5),
        (FIXED, Thresholds(0.2, 0.05, 0.1, 0.04), 0.2),
        (VALUE, Thresholds(0.2, 0.05, 0.1, 0.04, 2000.0), 0.25 * 2.0 / 1.5),
    ],
)
def test_only_thresholds_of_capacity_move(trained_twice, tmp_path, bands, own, red_from):
    text = trained_twice.company.config.read_text().replace('file = "signals.py"', "")
    for name in ("orders.csv",):
        (tmp_path / name).write_text((trained_twice.company.config.parent / name).read_text())
    file = tmp_path / "forewarn.toml"
    file.write_text(text + bands)
    found = moved_policy(BandPolicy(own), read_config(file, {}), lambda _: 0.6931471805599453)
    # odds of 1 to 4 doubled are 1 to 2
    assert found.default.red_from == pytest.approx(red_from, rel=1e-9)
    assert found.default.green_below == own.green_below
    assert found.default.worth_from == own.worth_from
