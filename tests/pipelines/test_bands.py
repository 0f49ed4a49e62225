"""`forewarn bands simulate`: other policies on what the champion foretold out of time."""

import json
import shutil

import pytest

from pipelines.bands import Asked, Simulation, simulate_bands, text
from pipelines.config import read_config
from pipelines.errors import InputError, NoModel
from pipelines.workspace import Workspace


@pytest.fixture(scope="module")
def place(finished):
    company = finished.company
    return Workspace(company.workspace), read_config(company.config, {})


@pytest.fixture(scope="module")
def found(place) -> Simulation:
    asked = Asked((0.05, 0.1, 0.2), (300.0,), 0.2, (0.5,))
    return simulate_bands(*place, asked)


def test_every_policy_stands_beside_todays(found):
    names = [each.name for each in found.tried]
    assert names == [
        "today", "capacity 5 %", "capacity 10 %", "capacity 20 %", "cost 300, 20 % saved",
        "red from 50 %",
    ]  # fmt: skip


def test_todays_policy_is_the_models_own(found, finished):
    today, same = found.tried[0], found.tried[2]
    assert today.policy.as_dict() == finished.summary["train"]["policy"]
    assert same.policy == today.policy
    assert repr(same.meaning) == repr(today.meaning)
    body = found.summary()
    assert body["now"] == finished.summary["as_of"]
    assert body["accounts_now"] == finished.summary["scores"]["accounts"]
    assert today.meaning.red_now == finished.summary["scores"]["bands"]["red"]


def test_more_capacity_alerts_more_and_catches_more(found):
    five, ten, twenty = (each.meaning for each in found.tried[1:4])
    assert five.red_now < ten.red_now < twenty.red_now <= 0.2 * found.summary()["accounts_now"] + 1
    assert five.alerts_a_week < twenty.alerts_a_week
    assert 0 < five.lost_captured <= ten.lost_captured <= twenty.lost_captured <= 1
    assert ten.precision_low < ten.precision < ten.precision_high


def test_without_revenue_a_rule_of_value_is_the_capacitys(found):
    """The shop knows no subscriptions, so nobody's revenue."""
    assert found.tried[4].meaning.red_now == found.tried[2].meaning.red_now
    assert found.tried[4].meaning.revenue_captured != found.tried[4].meaning.revenue_captured


def test_a_changed_configuration_is_shown_beside_today(place):
    workspace, config = place
    bands = config.bands.model_copy(update={"red_capacity": 0.2, "dwell_days": 0})
    changed = config.model_copy(update={"bands": bands})
    names = [each.name for each in simulate_bands(workspace, changed, Asked()).tried]
    assert names == ["today", "as configured", "capacity 5 %", "capacity 10 %", "capacity 20 %"]


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        (Asked(capacities=(1.0,)), r"--capacity 1 cannot be tried: allowed is above 0 and below 1"),
        (Asked(costs=(0.0,), share_saved=0.2), r"--cost 0 cannot be tried"),
        (Asked(costs=(5.0,)), r"give --share-saved, or set share_saved under \[bands\]"),
        (Asked(costs=(5.0,), share_saved=2.0), r"--share-saved 2 cannot be tried"),
        (Asked(red_from=(1.5,)), r"--red-from 1\.5 cannot be tried"),
    ],
)
def test_what_cannot_be_tried_is_the_users(place, asked, complaint):
    with pytest.raises(InputError, match=complaint):
        simulate_bands(*place, asked)


def test_a_model_that_kept_no_rows(place, monkeypatch):
    monkeypatch.setattr("models.registry.Registry.file", lambda *_: None)
    with pytest.raises(NoModel, match=r"kept no band_rows\.parquet: run `forewarn train` again"):
        simulate_bands(*place, Asked())


def test_the_table_for_people(found):
    lines = text(found).splitlines()
    head = next(line for line in lines if line.startswith("policy"))
    for title in ("red from", "alerts a week", "precision", "lost caught", "ARR caught", "flaps"):
        assert title in head
    rows = [line for line in lines if line.startswith(("today", "capacity", "cost", "red from"))]
    assert len(rows) == 6
    assert "by ARR" in rows[4]
    assert "unknown" in rows[0]  # nobody's revenue is known here


def test_the_command(forewarn, finished):
    place = ("-c", finished.company.config, "--workspace", finished.company.workspace)
    told = forewarn("bands", "simulate", "--capacity", "0.05, 0.3", "--json", *place)
    assert told.exit_code == 0, told.stderr
    body = json.loads(told.stdout)
    assert [each["name"] for each in body["policies"]] == ["today", "capacity 5 %", "capacity 30 %"]
    assert body["policies"][0]["policy"]["steps"]["dwell_days"] == 7
    assert body["policies"][0]["revenue_captured"] is None
    shown = forewarn("bands", "simulate", *place)
    assert "capacity 20 %" in shown.stdout


def test_a_list_that_is_none(forewarn, finished):
    place = ("-c", finished.company.config, "--workspace", finished.company.workspace)
    told = forewarn("bands", "simulate", "--red-from", "0.2;0.3", *place)
    assert told.exit_code == 2
    assert "--red-from '0.2;0.3' is no list of numbers" in told.stderr


def test_before_any_model_it_says_so(forewarn, company):
    place = ("-c", company.config, "--workspace", company.workspace)
    shutil.rmtree(company.workspace, ignore_errors=True)
    told = forewarn("bands", "simulate", *place)
    assert told.exit_code == 3
    assert "no model was promoted yet" in told.stderr
