"""Insights of a small company, as the command tells and writes them."""

import json
import shutil
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.contract import TABLES
from features.signal import GroupName, SnapshotColumn
from features.signals import CATALOGUE
from models.dataset import Dataset
from pipelines.config import parse_config
from pipelines.errors import ConfigError, InputError
from pipelines.insights.beliefs import beliefs_of, event_signals, with_first_days
from pipelines.insights.prospects import prospects_in
from pipelines.insights.topics import common_words
from serving.api.insights import InsightsOut

BELIEFS = """
[[insights.beliefs]]
claim = "five orders in the first month keep a customer"
event = "order"
at_least = 5

[[insights.beliefs]]
claim = "those who keep silent stay"
signal = "consumption__last_used"
at_least = 20
by_day = 60
"""


@pytest.fixture(scope="module")
def told(finished, tmp_path_factory):
    """A copy of the company, asked with two beliefs, as of a day on which it was scored."""
    folder = tmp_path_factory.mktemp("insights")
    shutil.copytree(finished.company.config.parent, folder, dirs_exist_ok=True)
    config = folder / "forewarn.toml"
    chosen = config.read_text().replace("[models]", '[models]\noutcome = "lapse"')
    config.write_text(chosen.replace('name = "lapse"\n', "") + BELIEFS)
    return folder


@pytest.fixture(scope="module")
def answer(told):
    from click.testing import CliRunner
    from typer.main import get_command

    from pipelines.cli.commands import app_of

    place = ("-c", told / "forewarn.toml", "--workspace", told / "workspace")
    asked = ("insights", "--as-of", "2025-04-30", "--json", "--out", told / "out", *place)
    done = CliRunner().invoke(get_command(app_of()), [str(each) for each in asked])
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_every_section_is_there(answer):
    assert InsightsOut.model_validate(answer)
    assert answer["as_of"] == answer["scored"] == "2025-04-30"
    assert answer["outcome"] == "lapse"  # as [models] says, and not [outcome]
    assert "not cause" in answer["method"]


def test_customers_who_slow_down_are_seen_to(answer):
    names = [each["column"]["name"] for each in answer["leading"]["told"]]
    assert len(names) == len(set(names)) > 0
    assert "consumption" in {name.split("__")[0] for name in names}
    assert not any("topic_" in name or "belief_" in name for name in names)
    assert answer["leading"]["told"][0]["q"] <= 0.05


def test_each_belief_has_its_verdict(answer):
    verdicts = {each["belief"]["claim"]: each["verdict"] for each in answer["beliefs"]}
    assert len(verdicts) == 2
    assert set(verdicts.values()) <= {"supported", "not supported", "not enough evidence"}


def test_features_are_the_companys_own_events(answer):
    topics = {share["topic"]["name"] for share in answer["product"]["shares"]}
    assert topics == {"order"}


def test_it_is_written_twice_and_the_page_needs_nothing_from_outside(answer, told):
    for folder in (told / "out", told / "workspace" / "insights"):
        assert json.loads((folder / "insights.json").read_text()) == answer
    page = (told / "out" / "insights.html").read_text()
    HTMLParser().feed(page)
    assert page.count("<svg") == min(len(answer["leading"]["told"]), 12)
    assert "http" not in page.replace("http-equiv", "")
    assert "five orders in the first month keep a customer" in page
    assert "Kiosk &amp; Sons" in page


def test_only_what_was_known_by_then_is_looked_at(finished):
    from pipelines.workspace import Workspace

    lake = Workspace(finished.company.workspace).lake()
    assert common_words(lake, "usage", "event", date(2025, 2, 28), 5) == ("order",)
    assert common_words(lake, "usage", "event", date(2020, 1, 1), 5) == ()
    assert "tickets" in TABLES
    assert common_words(lake, "tickets", "category", date(2025, 2, 28), 5) == ()


def config_with(**belief):
    stated = {"beliefs": [{"claim": "they stay", **belief}]}
    sources = {"accounts": {"files": "a.csv"}, "usage": {"files": "u.csv"}}
    outcome = {"name": "lapse"}
    return parse_config({"sources": sources, "outcome": outcome, "insights": stated}, Path())


@pytest.mark.parametrize(
    ("belief", "word"),
    [
        ({"at_least": 3}, "signal and event"),
        ({"signal": "a", "event": "b", "at_least": 3}, "signal and event"),
        ({"signal": "a"}, "at_least and at_most"),
        ({"signal": "a", "at_least": 1, "by_day": 0}, "by_day"),
    ],
)
def test_a_belief_that_cannot_be_read_is_told(belief, word):
    with pytest.raises(ConfigError) as error:
        config_with(**belief)
    assert word in str(error.value)


def test_the_widest_window_within_the_first_days_is_taken():
    stated = config_with(signal="adoption__users", at_least=3, by_day=75).insights.beliefs
    (belief,) = beliefs_of(stated, CATALOGUE)
    assert belief.deed.column.name == "adoption__users_60d"
    assert belief.deed.at_least


def test_an_event_is_counted_over_exactly_the_first_days():
    stated = config_with(event="Dashboard built", at_most=2, by_day=30).insights.beliefs
    (signal,) = event_signals(stated)
    names = [SnapshotColumn(GroupName.CONSUMPTION, signal, w).name for w in signal.windows]
    frame = pd.DataFrame(0.0, index=range(3), columns=names)
    frame[names[0]] = [9.0, 9.0, np.nan]  # of all of history
    frame[names[20]] = [4.0, 0.0, np.nan]  # of the last twenty days
    data = Dataset(frame, np.zeros(3), np.zeros(3), 0, date(2025, 1, 1))
    found = with_first_days(data, stated, np.array([50.0, 30.0, 40.0]))
    (belief,) = beliefs_of(stated, CATALOGUE)
    assert belief.deed.column.meaning == "records of “Dashboard built” in the first 30 days"
    assert found.frame[belief.deed.column.name].tolist()[:2] == [5.0, 9.0]
    assert np.isnan(found.frame[belief.deed.column.name].iloc[2])
    assert (belief.deed.threshold, belief.deed.at_least) == (2.0, False)


@pytest.mark.parametrize(
    ("signal", "word"),
    [
        ("adoption__user", "Did you mean adoption__users"),
        ("profile__industry", "holds words"),
        ("engagement__gatherings", "looks back further"),
    ],
)
def test_a_signal_that_cannot_be_measured_is_told(signal, word):
    stated = config_with(signal=signal, at_least=3).insights.beliefs
    with pytest.raises(InputError, match=word):
        beliefs_of(stated, CATALOGUE)


def test_prospects_need_a_name_and_a_profile(tmp_path):
    path = tmp_path / "prospects.csv"
    path.write_text("name,industry,employees,other\nN,care,many,1\nM,retail,20,2\n")
    frame = prospects_in(path)
    assert list(frame.columns) == ["name", "industry", "employees"]
    assert frame["employees"].isna().tolist() == [True, False]
    pd.DataFrame({"name": ["a"]}).to_csv(path)
    with pytest.raises(InputError, match="needs a column name"):
        prospects_in(path)
    with pytest.raises(InputError, match="cannot be read"):
        prospects_in(tmp_path / "none.csv")
