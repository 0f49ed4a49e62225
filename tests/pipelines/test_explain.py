"""`forewarn explain` on a company that was trained and scored twice."""

import json

import anyio
import httpx
import pytest

from models.bundle import BrokenBundle
from models.score import OTHERS
from pipelines.config import read_config
from pipelines.errors import InputError
from pipelines.explain import Asked, explaining
from pipelines.explain_text import text
from pipelines.past import Archive
from pipelines.serve import compose
from pipelines.shelf import PEERS, ROWS
from pipelines.words import words_of
from pipelines.workspace import Workspace
from serving.settings import Settings
from serving.store import ScoreRepository, open_store


@pytest.fixture
def opened(finished):
    engine = open_store(Workspace(finished.company.workspace).store_address)
    yield engine
    engine.dispose()


@pytest.fixture
def changed(opened, days):
    """An account of both days whose band is another one at the second, if any; else any."""
    scores = ScoreRepository(opened)
    then = {each.card.account_id: each.score.band for each in scores.run(days.scored)}
    now = {each.card.account_id: each.score.band for each in scores.run(days.rescored)}
    both = [account for account in now if account in then]
    return max(both, key=lambda account: now[account] is not then[account])


def test_everything_adds_up(forewarn, finished, opened, changed, days):
    place = ("-c", finished.company.config, "--workspace", finished.company.workspace)
    answer = forewarn("explain", changed, "--json", *place)
    assert answer.exit_code == 0, answer.stderr
    body = json.loads(answer.stdout)
    assert body["as_of"] == days.rescored.isoformat()
    assert body["since"] == days.scored.isoformat()
    shown = ScoreRepository(opened).account(changed)
    assert body["chance"] == pytest.approx(shown.risk, abs=1e-12)
    assert body["band"] == shown.score.band.value
    points = sum(each["points"] for each in body["reasons"]) / 100
    assert body["base_chance"] + points == pytest.approx(body["chance"], abs=1e-9)
    groups = body["groups"]
    total = groups["base_chance"] + sum(groups["points"].values()) / 100
    assert total == pytest.approx(body["chance"], abs=1e-9)
    change = body["change"]
    before = ScoreRepository(opened).history(changed)[0]
    assert change["before"] == pytest.approx(before.risk, abs=1e-12)
    moved = sum(change["points"].values()) / 100
    assert moved == pytest.approx(change["after"] - change["before"], abs=1e-9)
    bands = body["band_change"]
    assert (bands["cause"] is None) == (bands["before"] == bands["after"])
    kept = [each.signal for each in shown.score.reasons if each.signal != OTHERS]
    assert [each["signal"] for each in body["reasons"]][: len(kept)] == kept


def test_a_day_that_was_not_scored_is_computed(forewarn, finished, changed):
    place = ("-c", finished.company.config, "--workspace", finished.company.workspace)
    told = forewarn("explain", changed, "--as-of", "2025-04-15", *place)
    assert told.exit_code == 0, told.stderr
    assert told.stdout.startswith(f"{changed} at 2025-04-15: ")
    assert "By group" in told.stdout
    assert "Since 2025-02-28" in told.stdout


def test_single_rows_are_at_hand_as_soon_as_a_day_is_scored(finished, days):
    folder = Workspace(finished.company.workspace).snapshots / f"as_of={days.rescored}"
    for file in folder.glob("*/run-*.json"):
        assert file.with_suffix(ROWS).exists()
        assert file.with_suffix(PEERS).exists()


def test_what_cannot_be_explained_is_the_users(forewarn, finished, days):
    place = ("-c", finished.company.config, "--workspace", finished.company.workspace)
    unknown = forewarn("explain", "nobody", *place)
    assert unknown.exit_code == 2
    assert "'nobody' is not among" in unknown.stderr
    backwards = forewarn("explain", "c001", "--since", days.rescored, *place)
    assert backwards.exit_code == 2


def test_the_api_gives_the_same(forewarn, finished, opened, changed):
    space = Workspace(finished.company.workspace)
    place = ("-c", finished.company.config, "--workspace", finished.company.workspace)
    wanted = json.loads(forewarn("explain", changed, "--json", *place).stdout)
    transport = httpx.ASGITransport(compose(opened, space, Settings(), lambda _: None))

    async def get(path):
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get(f"/v1/explanations/{path}")

    answer = anyio.run(get, changed)
    assert answer.status_code == 200
    assert answer.json() == wanted
    assert anyio.run(get, "nobody").status_code == 404


def test_nothing_scored_yet(tmp_path):
    space = Workspace(tmp_path)
    engine = open_store(space.store_address)
    job = explaining(space, None, engine, words_of(engine), print)
    with pytest.raises(InputError, match="nothing was scored yet"):
        job.explain(Asked("x"))
    engine.dispose()


def test_the_text_of_a_first_score(finished, opened, changed, days):
    space, words = Workspace(finished.company.workspace), words_of(opened)

    config = read_config(finished.company.config)
    job = explaining(space, config, opened, words, lambda _: None)
    found = job.explain(Asked(changed, days.scored))
    assert found.change is None
    said = text(found, words).splitlines()
    assert "What changed is not known: the account was not scored at an earlier date." in said
    assert "Accounts of the past that were explained alike:" in said


def test_an_earlier_model_that_cannot_be_read_does_not_stand_in_the_way(
    finished, opened, changed, days, monkeypatch
):
    config, words = read_config(finished.company.config), words_of(opened)
    space = Workspace(finished.company.workspace)
    job = explaining(space, config, opened, words, lambda _: None)
    whole = Archive.model_at

    def model_at(archive, day):
        if day == days.scored:
            raise BrokenBundle("the manifest is of format 2: run `forewarn train` again.")
        return whole(archive, day)

    monkeypatch.setattr(Archive, "model_at", model_at)
    found = job.explain(Asked(changed))
    assert found.change is None
    assert "is of format 2" in found.not_compared
    with pytest.raises(BrokenBundle):
        job.explain(Asked(changed, since=days.scored))
