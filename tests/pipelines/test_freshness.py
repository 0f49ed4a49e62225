"""A source that falls silent makes grey, is named, and is shown; bands remember what was said."""

import json
import shutil
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from features import history
from features.history import Arrived, arrivals
from features.outcomes.just_ended import JustEnded
from features.silence import Hole, holes
from models.bands import Steps
from models.bands.codes import GREY, RED, YELLOW
from models.bands.silence import SilentSource
from pipelines import score
from pipelines.assemble import assemble
from pipelines.config import read_config
from pipelines.freshness import holes_in_usage, silent_sources, told, told_holes, unspoilt
from pipelines.publishing import seen_before
from pipelines.score import score_dates
from pipelines.workspace import Workspace
from serving.store import ScoreRepository

JUNE = date(2026, 6, 30)


@pytest.fixture
def silenced(finished, tmp_path, days):
    """The finished company, whose orders end 20 days before the day that is scored."""
    folder = tmp_path / "copy"
    shutil.copytree(finished.company.config.parent, folder)
    shutil.rmtree(folder / "workspace" / "lake")
    last = days.rescored - timedelta(days=20)
    head, *lines = (folder / "orders.csv").read_text().splitlines()
    kept = [line for line in lines if line.split(",")[1] <= last.isoformat()]
    (folder / "orders.csv").write_text("\n".join([head, *kept]) + "\n")
    config = folder / "forewarn.toml"
    sql = "from orders group by 1"
    late = f"{sql} union all select 'late', date '{days.rescored}'"
    assert sql in config.read_text()
    config.write_text(config.read_text().replace(sql, late))
    return SimpleNamespace(config=config, workspace=folder / "workspace", last=last)


def test_a_silent_source_makes_every_account_grey(forewarn, silenced, days):
    place = ("-c", silenced.config, "--workspace", silenced.workspace)
    assert forewarn("load", *place).exit_code == 0

    scored = forewarn("score", "--as-of", days.rescored, "--json", *place)

    assert scored.exit_code == 0, scored.stderr
    body = json.loads(scored.stdout)
    assert body["bands"]["grey"] == body["accounts"] > 50
    (found,) = body["silent_sources"]
    assert (found["table"], found["since"]) == ("usage", silenced.last.isoformat())
    assert found["share"] > 0.5
    again = forewarn("score", "--as-of", days.rescored, *place)
    assert f"Nothing has come from usage since {silenced.last}" in again.stdout
    assert "Every account is grey until these sources are loaded again." in again.stdout
    shown = json.loads(forewarn("status", "--json", "--workspace", silenced.workspace).stdout)
    assert shown["scores"]["silent_sources"] == body["silent_sources"]
    text = forewarn("status", "--workspace", silenced.workspace).stdout
    assert f"Nothing has come from usage since {silenced.last}" in text


@pytest.fixture
def torn(finished, tmp_path, days):
    """The finished company, of whose orders a month is missing, 100 days before the last."""
    folder = tmp_path / "torn"
    shutil.copytree(finished.company.config.parent, folder)
    shutil.rmtree(folder / "workspace")
    gone = [(days.scored - timedelta(days=n)).isoformat() for n in range(100, 130)]
    head, *lines = (folder / "orders.csv").read_text().splitlines()
    kept = [line for line in lines if line.split(",")[1] not in gone]
    (folder / "orders.csv").write_text("\n".join([head, *kept]) + "\n")
    config = folder / "forewarn.toml"
    return SimpleNamespace(
        config=config, workspace=folder / "workspace", first=gone[-1], last=gone[0]
    )


def test_dates_that_a_hole_in_usage_spoils_do_not_teach(forewarn, torn, days):
    place = ("-c", torn.config, "--workspace", torn.workspace)
    assert forewarn("load", *place).exit_code == 0
    given = (Workspace(torn.workspace), read_config(torn.config), days.scored)

    found = assemble(*given, lambda _: None)

    (hole,) = found.holes
    assert (hole.first.isoformat(), hole.last.isoformat()) == (torn.first, torn.last)
    dates = found.dataset.dates
    assert days.scored in dates
    assert len(dates) > 3
    assert not any(hole.first <= day <= hole.last + timedelta(days=60) for day in dates)


def test_where_others_come_afterwards_nothing_was_missed(forewarn, torn, days):
    orders = torn.config.parent / "orders.csv"
    head, *lines = orders.read_text().splitlines()
    moved = [f"new{line}" if line.split(",")[1] > torn.last else line for line in lines]
    orders.write_text("\n".join([head, *moved]) + "\n")
    assert forewarn("load", "-c", torn.config, "--workspace", torn.workspace).exit_code == 0
    arrived = Arrived(Workspace(torn.workspace).lake(), days.scored)
    assert len(holes(arrived.by("usage", days.scored), days.scored, 14)) == 1
    assert holes_in_usage(arrived, days.scored, 14) == ()


def test_training_tells_of_a_hole(forewarn, torn, days):
    place = ("-c", torn.config, "--workspace", torn.workspace)
    assert forewarn("load", *place).exit_code == 0
    asked = ("train", "--as-of", days.scored, *place)
    told = f"Nothing came from usage from {torn.first} to {torn.last}, though it did before"
    assert told in forewarn(*asked).stdout
    body = json.loads(forewarn(*asked, "--json").stdout)
    assert body["holes_in_usage"] == [{"first": torn.first, "last": torn.last}]


def test_scores_soon_after_a_hole_are_told_of_it(forewarn, finished, tmp_path, days):
    folder = tmp_path / "copy"
    shutil.copytree(finished.company.config.parent, folder)
    shutil.rmtree(folder / "workspace" / "lake")
    gone = [(days.rescored - timedelta(days=n)).isoformat() for n in range(20, 40)]
    head, *lines = (folder / "orders.csv").read_text().splitlines()
    kept = [line for line in lines if line.split(",")[1] not in gone]
    (folder / "orders.csv").write_text("\n".join([head, *kept]) + "\n")
    place = ("-c", folder / "forewarn.toml", "--workspace", folder / "workspace")
    assert forewarn("load", *place).exit_code == 0

    scored = forewarn("score", "--as-of", days.rescored, *place)

    told = f"Nothing came from usage from {gone[-1]} to {gone[0]}, though it did before and after"
    assert told in scored.stdout
    body = json.loads(forewarn("score", "--as-of", days.rescored, "--json", *place).stdout)
    assert body["holes_in_usage"] == [{"first": gone[-1], "last": gone[0]}]
    assert finished.summary["scores"]["holes_in_usage"] == []
    shown = json.loads(forewarn("status", "--json", *place[2:]).stdout)
    assert shown["scores"]["holes_in_usage"] == body["holes_in_usage"]
    assert told in forewarn("status", *place[2:]).stdout


def test_usage_is_read_once_for_the_holes_of_several_dates(finished, tmp_path, days, monkeypatch):
    folder = tmp_path / "copy"
    shutil.copytree(finished.company.config.parent, folder)
    read = []

    def counted(lake, name, as_of):
        read.append((name, as_of))
        return arrivals(lake, name, as_of)

    monkeypatch.setattr(history, "arrivals", counted)
    space, config = Workspace(folder / "workspace"), read_config(folder / "forewarn.toml")
    two = [days.scored, days.rescored]
    assert len(score_dates(space, config, two, lambda _: None)) == 2
    assert ("usage", days.rescored) in read
    assert len(read) == len({name for name, _ in read})


def test_holes_never_leave_less_than_half_of_the_dates():
    hole = Hole(JUNE - timedelta(days=60), JUNE - timedelta(days=45))
    months = [JUNE - timedelta(days=30 * n) for n in (4, 3, 2, 1, 0)]
    assert unspoilt(months, [hole]) == [months[n] for n in (0, 1, 4)]
    assert unspoilt(months[2:], [hole]) == months[2:]
    assert told_holes(()) == []


def test_patience_with_silence_is_configured(forewarn, silenced, days):
    place = ("-c", silenced.config, "--workspace", silenced.workspace)
    silenced.config.write_text(silenced.config.read_text() + "\n[bands]\nstale_days = 21\n")
    assert forewarn("load", *place).exit_code == 0
    body = json.loads(forewarn("score", "--as-of", days.rescored, "--json", *place).stdout)
    assert body["silent_sources"] == []
    assert body["bands"]["grey"] == 0


def test_nothing_is_silent_in_the_finished_company(finished, days):
    assert finished.summary["scores"]["silent_sources"] == []
    lake = Workspace(finished.company.workspace).lake()
    arrived = arrivals(lake, "usage", days.rescored)
    assert max(arrived) == days.rescored
    assert sum(arrived.values()) > 10_000


def test_a_table_that_has_grown_is_not_looked_at_further():
    before = JUNE - timedelta(days=14)
    tally = {JUNE: {"usage": 6, "risks": 0}, before: {"usage": 5, "risks": 0}}
    assert silent_sources(None, tally, JUNE, 14) == {}


def test_small_silence_is_told_but_changes_nothing():
    lines = told([SilentSource("surveys", JUNE, 0.04)])
    assert lines == ["Nothing has come from surveys since 2026-06-30; its signals carry 4 % of "
                     "the scores."]  # fmt: skip
    assert told([]) == []


def test_scoring_a_day_again_gives_the_same_bands(forewarn, finished, days):
    company = finished.company
    place = ("-c", company.config, "--workspace", company.workspace)
    body = json.loads(forewarn("score", "--as-of", days.rescored, "--json", *place).stdout)
    assert body["published"] == 0


def test_what_was_published_before_is_brought_into_order(store, publish):
    for day, chances in ((40, {"a": 0.1}), (9, {"a": 0.6, "b": 0.3}), (2, {"b": 0.4, "a": 0.7})):
        publish(chances, as_of=JUNE - timedelta(days=day))
    publish({"a": 0.1, "b": 0.1})
    model = SimpleNamespace(version="v1", policy=SimpleNamespace(steps=Steps()))
    accounts = ["b", "new", "a"]
    seen = seen_before(ScoreRepository(store), model, accounts, JUNE)
    assert seen.days.tolist() == [2, 9]
    assert seen.band.tolist() == [YELLOW, GREY, RED]
    np.testing.assert_array_equal(seen.chance, [[0.4, np.nan, 0.7], [0.3, np.nan, 0.6]])
    other = SimpleNamespace(version="v2", policy=model.policy)
    assert seen_before(ScoreRepository(store), other, accounts, JUNE).band.tolist() == [GREY] * 3


def test_accounts_that_paid_until_the_day_itself_are_told_of(
    forewarn, finished, tmp_path, days, monkeypatch
):
    folder = tmp_path / "copy"
    shutil.copytree(finished.company.config.parent, folder)
    place = ("-c", folder / "forewarn.toml", "--workspace", folder / "workspace")
    ended = {days.rescored: JustEnded(40, 100)}
    monkeypatch.setattr(score, "_ended", lambda *_: ended)

    scored = forewarn("score", "--as-of", days.rescored, *place)

    told = f"40 accounts are not scored: their paid subscription ended on {days.rescored}"
    assert told in scored.stdout
    shown = json.loads(forewarn("status", "--json", *place[2:]).stdout)
    assert shown["scores"]["ended_that_day"] == 40
    assert told in forewarn("status", *place[2:]).stdout
    ended[days.rescored] = JustEnded(2, 100)
    body = json.loads(forewarn("score", "--as-of", days.rescored, "--json", *place).stdout)
    assert body["ended_that_day"] == 0
