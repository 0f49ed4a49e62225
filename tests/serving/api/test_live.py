"""What-ifs, levers and scored rows, as the API takes and gives them."""

from datetime import date

import pytest

from models.score import Band, Reason, Score
from serving.api.live import Live
from serving.app import create_app
from serving.at_hand import AtHand
from serving.live import (
    CloseUp,
    Foretold,
    Lever,
    Levers,
    Moved,
    NotAllowed,
    NotExplained,
    PeerRange,
    Quantiles,
    Refused,
    WhatIf,
)
from serving.live.batch import MOST_ROWS
from serving.live.champion import Champion, Promoted
from serving.store import ModelVersionRepository, ScoreRepository

JUNE = date(2026, 6, 30)
USERS = "adoption__users_30d"


def never(*_):
    raise AssertionError("not asked for")


@pytest.fixture
def peers():
    return PeerRange(JUNE, {"profile__tier": "core"}, 40, {USERS: Quantiles(1, 2, 3, 4, 5, 39)})


@pytest.fixture
def close_up(peers):
    def levers(account):
        lever = Lever(USERS, "people who used the product", "people", 1, 2.0, 1.0, 3.0, 5.0)
        return Levers(account, JUNE, peers, (lever,))

    def what_if(account, signals):
        if "nope" in signals:
            raise NotAllowed([Refused("nope", signals["nope"], "a signal that the model reads")])
        if not signals:
            raise NotExplained("its snapshot is lost")
        now = Foretold({30: 0.1, 90: 0.6, 180: None}, 40.0, Band.RED)
        then = Foretold({30: 0.05, 90: 0.3, 180: None}, 70.0, Band.YELLOW)
        moved = Moved(USERS, "people who used the product", 2.0, signals[USERS], -30.0, True)
        return WhatIf(account, JUNE, "v1", 90, now, then, (moved,), 0.05, ({"signal": USERS},))

    return CloseUp(never, never, never, levers, what_if, never)


class Model:
    version, primary_horizon = "v1", 90


class Echo:
    """Scores every row alike, and keeps what it was given."""

    def __init__(self):
        self.asked = []

    def score(self, model, rows, as_of):
        self.asked.append((model.version, list(rows), as_of))
        if any("nope" in row.signals for row in rows):
            raise NotAllowed([Refused("nope", 1.0, "a signal that docs/signals.md lists")] * 60)
        reason = Reason(USERS, 3.0, 0.1 + 0.2)
        return [
            Score(r.account_id, as_of, {30: 0.1, 90: 1 / 3}, 66.6, Band.RED, "v1", -2.9, (reason,))
            for r in rows
        ]


@pytest.fixture
def live():
    champion = Champion(lambda: Promoted("v1", "ab"), lambda _: Model(), warm=lambda _: None)
    champion.look()
    return Live(champion, Echo(), lambda: JUNE)


@pytest.fixture
def app(sqlite_store, make_run, champion, close_up, live):
    ScoreRepository(sqlite_store).publish(make_run({"a/1": 0.6}))
    ModelVersionRepository(sqlite_store).promote(champion)
    return create_app(sqlite_store, str, at_hand=AtHand(close_up=close_up, live=live))


@pytest.fixture
def ask(app, connect):
    return connect(app).request


def test_levers(ask):
    body = ask("GET", "/v1/accounts/a/1/levers").json()
    assert body["account_id"] == "a/1"
    assert body["levers"][0]["healthier"] == 1
    assert body["peers"]["quantiles"][USERS]["p90"] == 5
    assert ask("GET", "/v1/accounts/b/levers").status_code == 404


def test_what_if(ask):
    answer = ask("POST", "/v1/accounts/a/1/what-if", json={"signals": {USERS: 9}})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["now"]["band"], body["then"]["band"]) == ("red", "yellow")
    assert body["then"]["p_loss"] == {"30": 0.05, "90": 0.3, "180": None}
    assert body["moved"][0] == {
        "signal": USERS, "meaning": "people who used the product", "before": 2.0, "after": 9.0,
        "points": -30.0, "beyond_peers": True,
    }  # fmt: skip


def test_what_if_says_what_is_wrong(ask):
    refused = ask("POST", "/v1/accounts/a/1/what-if", json={"signals": {"nope": 9}})
    assert refused.status_code == 422
    assert refused.json()["type"] == "/docs#problem-invalid-signals"
    assert refused.json()["errors"][0]["parameter"] == "nope"
    lost = ask("POST", "/v1/accounts/a/1/what-if", json={"signals": {}})
    assert (lost.status_code, lost.json()["detail"]) == (404, "its snapshot is lost")
    for body in ({}, {"signals": {USERS: [1]}}, {"signals": {}, "more": 1}, [1]):
        assert ask("POST", "/v1/accounts/a/1/what-if", json=body).status_code == 422
    unknown = ask("POST", "/v1/accounts/x/what-if", json={"signals": {USERS: 1}})
    assert unknown.json()["type"] == "/docs#problem-unknown-account"


def test_truth_is_no_number(ask):
    answer = ask("POST", "/v1/accounts/a/what-if", json={"signals": {USERS: True}})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/docs#problem-invalid-body"


def test_rows_are_scored_to_the_last_bit(ask, live):
    rows = [
        {"account_id": "a", "signals": {USERS: 0.1 + 0.2, "profile__tier": "core"}},
        {"account_id": "b", "signals": {USERS: None}},
    ]
    answer = ask("POST", "/v1/scores", json={"as_of": "2026-05-31", "accounts": rows})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["model_version"], body["as_of"]) == ("v1", "2026-05-31")
    assert [item["account_id"] for item in body["items"]] == ["a", "b"]
    assert body["items"][0]["horizons"][1] == {"days": 90, "p_loss": 1 / 3}
    assert body["items"][0]["reasons"][0]["contribution"] == 0.1 + 0.2
    ((_, given, day),) = live.batch.asked
    assert day == date(2026, 5, 31)
    assert given[0].signals == {USERS: 0.1 + 0.2, "profile__tier": "core"}
    ask("POST", "/v1/scores", json={"accounts": rows[:1]})
    assert live.batch.asked[-1][2] == JUNE


def test_rows_that_cannot_be_scored(ask):
    refused = ask(
        "POST", "/v1/scores", json={"accounts": [{"account_id": "a", "signals": {"nope": 1}}]}
    )
    assert refused.status_code == 422
    assert refused.json()["detail"] == "60 values cannot be used; nothing was scored."
    assert len(refused.json()["errors"]) == 50
    row = {"account_id": "a", "signals": {}}
    assert ask("POST", "/v1/scores", json={"accounts": []}).status_code == 422
    twice = ask("POST", "/v1/scores", json={"accounts": [row, row]})
    assert "each account once" in twice.text
    many = [{**row, "account_id": str(i)} for i in range(MOST_ROWS + 1)]
    assert ask("POST", "/v1/scores", json={"accounts": many}).status_code == 422
    assert ask("POST", "/v1/scores", json={"accounts": many[:-1]}).status_code == 200


def test_without_a_workspace_there_is_no_model(sqlite_store, connect):
    bare = connect(create_app(sqlite_store, str))
    answer = bare.request(
        "POST", "/v1/scores", json={"accounts": [{"account_id": "a", "signals": {}}]}
    )
    assert (answer.status_code, answer.json()["title"]) == (404, "No model serves yet")


def test_a_refused_bundle_is_told_without_its_place(ask, live):
    def broken(_):
        raise OSError("/secret/place is gone")

    live.champion.fetch, live.champion.wanted = broken, lambda: Promoted("v2", "cd")
    live.champion.look()
    ready = ask("GET", "/readyz").json()
    assert (ready["loaded"], ready["status"]) == ("v1", "ready")
    assert ready["refused"].startswith("v2: ")
    assert "secret" not in ready["refused"]
    shown = ask("GET", "/metrics").text
    assert 'forewarn_model{version="v1"} 1.0' in shown
    assert "forewarn_model_refused 1.0" in shown


def test_a_process_without_its_model_is_not_ready(sqlite_store, make_run, champion, connect):
    def broken(_):
        raise OSError("/secret/place is gone")

    ScoreRepository(sqlite_store).publish(make_run({"a": 0.6}))
    ModelVersionRepository(sqlite_store).promote(champion)
    held = Champion(lambda: Promoted("v1", "ab"), broken)
    held.look()
    client = connect(create_app(sqlite_store, str, at_hand=AtHand(live=Live(held, Echo()))))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing"][0]["what"] == "model"
    assert "secret" not in answer.text
    scored = client.request(
        "POST", "/v1/scores", json={"accounts": [{"account_id": "a", "signals": {}}]}
    )
    assert scored.status_code == 404
    assert "v1" in scored.json()["detail"]
