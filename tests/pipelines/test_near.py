"""Single accounts of a real workspace seen from near, and rows scored by the service."""

import math
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import anyio
import httpx
import pyarrow.parquet as pq
import pytest

from models.explain.wording import Wording
from pipelines.bundles import loaded
from pipelines.config import read_config
from pipelines.explain import Explaining
from pipelines.live import at_hand
from pipelines.serve import compose
from pipelines.stored import StoredSnapshots
from pipelines.words import words_of
from pipelines.workspace import Workspace
from serving.live import NotAllowed, NotExplained
from serving.settings import Settings
from serving.store import ModelVersionRepository, ScoreRepository, open_store
from serving.store.engine import AT_ONCE

BASKETS = "consumption__baskets_60d"


@pytest.fixture(scope="module")
def space(finished):
    return Workspace(finished.company.workspace)


@pytest.fixture(scope="module")
def engine(space):
    engine = open_store(space.store_address)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def hand(finished, space, engine):
    return at_hand(engine, space, read_config(finished.company.config), words_of(engine))


@pytest.fixture
def close_up(hand):
    return hand[0]


@pytest.fixture(scope="module")
def published(engine):
    scores = ScoreRepository(engine)
    return scores.run(scores.newest().as_of)


def test_nothing_changed_is_what_was_published(close_up, published):
    for each in published[:25]:
        found = close_up.what_if(each.card.account_id, {})
        assert found.now == found.then
        assert found.now.p_loss == each.score.p_loss
        assert found.now.band is each.score.band
        assert found.now.health_score == each.score.health_score
        assert found.moved == ()


def test_what_moved_adds_up(close_up, published):
    account = published[0].card.account_id
    found = close_up.what_if(account, {BASKETS: 0, "consumption__last_used": 25.0})
    days = found.primary_horizon
    change = found.then.p_loss[days] - found.now.p_loss[days]
    assert change > 0
    assert sum(m.points for m in found.moved) == pytest.approx(100 * change, abs=1e-9)
    points = sum(each["points"] for each in found.reasons)
    assert found.base_chance + points / 100 == pytest.approx(found.then.p_loss[days], abs=1e-9)
    assert {m.after for m in found.moved} == {0.0, 25.0}


@pytest.mark.parametrize("value", ["many", math.nan, math.inf, True])
def test_what_a_signal_cannot_be(close_up, published, value):
    account = published[0].card.account_id
    with pytest.raises(NotAllowed, match=BASKETS) as refused:
        close_up.what_if(account, {BASKETS: value, "no__such": 1})
    assert [each.signal for each in refused.value.refused] == [BASKETS, "no__such"]


def test_levers_are_what_people_can_act_on(close_up, published):
    found = close_up.levers(published[0].card.account_id)
    mine = {lever.signal: lever for lever in found.levers}
    assert BASKETS in mine
    lever = mine[BASKETS]
    assert lever.healthier == 1
    assert lever.unit == "baskets"
    assert lever.low <= lever.usual <= lever.high
    assert lever.low <= lever.value <= lever.high
    assert "profile__age" not in mine


def test_the_past_and_the_peers(close_up, published, days):
    account = published[0].card.account_id
    past = close_up.past(account, [BASKETS])
    assert past.dates[-1] == days.rescored
    assert past.values[BASKETS][-1] == close_up.peers(account, []).accounts or past.values[BASKETS]
    peers = close_up.peers(account, [BASKETS])
    assert peers.as_of == days.rescored
    assert peers.quantiles[BASKETS].p10 <= peers.quantiles[BASKETS].p90
    with pytest.raises(NotExplained, match="no such signal"):
        close_up.past(account, ["nope"])


def test_records_of_an_account(close_up, published, days):
    account = published[0].card.account_id
    found = close_up.records(account, None)
    assert (found.account_id, found.as_of) == (account, days.rescored)
    assert found.connected == frozenset()  # only orders were brought
    assert found.tickets == ()


def test_the_reasons_alone_are_those_of_the_explanation(close_up, published):
    account = published[0].card.account_id
    whole = close_up.explain(account, None, None)
    for _ in range(2):  # worked out, and from memory
        alone = close_up.why(account, None)
        assert alone.pop("what_would_help") == {"sentence": ""}
        assert alone == {name: of for name, of in whole.items() if name != "what_would_help"}
    assert close_up.why(account, date.fromisoformat(whole["since"]))["change"] == whole["change"]


def test_who_is_unknown(close_up):
    asks = [close_up.levers, lambda a: close_up.what_if(a, {}), lambda a: close_up.records(a, None),
            lambda a: close_up.past(a, []), lambda a: close_up.explain(a, None, None)]  # fmt: skip
    for ask in asks:
        with pytest.raises(NotExplained, match="'nobody' is not among"):
            ask("nobody")


def rows_of(space, day):
    stored = StoredSnapshots(space.snapshots).runs(day)[-1]
    rows = pq.read_table(stored.file).to_pylist()
    return [
        {
            "account_id": row["account_id"],
            "signals": {
                name: value
                for name, value in row.items()
                if name not in ("account_id", "as_of") and value is not None and value == value
            },
        }
        for row in rows
    ]


def test_the_service_scores_as_the_job_did(space, engine, published, days):
    """The same rows, through HTTP and JSON, in parts of several sizes and alone: the same bits."""
    app = compose(engine, space, Settings(), lambda _: None)
    rows = rows_of(space, days.rescored)
    wanted = {each.card.account_id: each.score for each in published}
    assert len(rows) == len(wanted)

    async def post(part):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            body = {"as_of": days.rescored.isoformat(), "accounts": part}
            return await client.post("/v1/scores", json=body)

    parts = [rows[i : i + 1] for i in range(5)] + [rows[5:12], rows[12:]]
    for part in parts:
        answer = anyio.run(post, part)
        assert answer.status_code == 200, answer.text[:300]
        for item in answer.json()["items"]:
            score = wanted[item["account_id"]]
            found = {each["days"]: each["p_loss"] for each in item["horizons"]}
            assert found == score.p_loss
            assert item["band"] == score.band.value
            assert (item["health_score"], item["base"]) == (score.health_score, score.base)
            told = [(r["signal"], r["value"], r["contribution"]) for r in item["reasons"]]
            assert told == [(r.signal, r.value, r.contribution) for r in score.reasons]


def test_a_model_that_comes_to_serve_brings_its_words(finished, space, engine):
    """As the service meets one that was promoted after it was started."""
    record = ModelVersionRepository(engine).champion()
    own = [each["name"] for each in record.metrics["own_signals"]]
    words = Wording()
    assert own
    assert [words.meaning(name) for name in own] == own
    at_hand(engine, space, read_config(finished.company.config), words)
    told = [each["meaning"] for each in record.metrics["own_signals"]]
    assert [words.meaning(name) for name in own] == told


def test_a_bundle_that_was_changed_is_refused(finished, space, engine, tmp_path):
    """The registry's files are no longer those that were promoted, and there is no copy yet."""
    mine = tmp_path / "workspace"
    shutil.copytree(space.root, mine, ignore=shutil.ignore_patterns("bundles", "raw", "lake"))
    copy = Workspace(mine)
    config, words = read_config(finished.company.config), words_of(engine)
    _, live = at_hand(engine, copy, config, words)
    whole = live.champion.serving
    assert whole is not None
    place = copy.bundles / whole.promoted.digest
    assert place.exists()
    (place / "model.json").write_text("{}")
    loaded.cache_clear()
    _, changed = at_hand(engine, copy, config, words)
    assert changed.champion.serving is None
    assert "was changed or lost" in changed.champion.refused.why


def test_accounts_are_worked_out_one_after_the_other(close_up, published, monkeypatch):
    """One that takes long does not make ten others take long with it."""
    now, most, inside = [0], [0], Explaining.case

    def watched(*asked):
        now[0] += 1
        most[0] = max(most[0], now[0])
        time.sleep(0.02)
        found = inside(*asked)
        now[0] -= 1
        return found

    monkeypatch.setattr(Explaining, "case", watched)
    accounts = [each.card.account_id for each in published[:4]]
    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(close_up.explain, each, None, None) for each in accounts]
        done += [pool.submit(close_up.what_if, each, {}) for each in accounts]
    assert [each.result() is not None for each in done] == [True] * 8
    assert most == [1]


def test_as_many_threads_as_connections(space, engine):
    app = compose(engine, space, Settings(), lambda _: None)

    async def told():
        async with app.router.lifespan_context(app):
            return anyio.to_thread.current_default_thread_limiter().total_tokens

    assert anyio.run(told) == AT_ONCE
