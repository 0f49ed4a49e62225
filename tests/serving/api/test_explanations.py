"""Explanations through the real application, from an explainer given to it."""

from datetime import UTC, date, datetime

import pytest

from serving.app import create_app
from serving.at_hand import AtHand
from serving.auth.keys import new_key
from serving.auth.roles import Role
from serving.live import CloseUp, NotExplained
from serving.store import AccessRepository, KeyInfo, ScoreRepository

FOUND = {
    "account_id": "a/1",
    "as_of": "2026-06-30",
    "model_version": "v1",
    "band": "red",
    "p_loss": {"90": 0.6},
    "primary_horizon": 90,
    "chance": 0.6,
    "base_chance": 0.1,
    "reasons": [{"signal": "risk__overdue", "points": 50.0}],
    "reasons_with_unsteady_sign": 0,
    "peers": {"shared": {}, "accounts": 3},
    "groups": None,
    "since": None,
    "change": None,
    "band_change": None,
    "not_compared": "the account was not scored at an earlier date",
    "what_would_help": {"sentence": ""},
    "similar": [],
}


def near(explain):
    """What a service with a workspace has at hand, of which only this is asked for."""

    def nothing(*_):
        raise NotExplained("not asked for here")

    return AtHand(close_up=CloseUp(explain, *[nothing] * 5))


@pytest.fixture
def explained(sqlite_store, connect):
    asked = []

    def explain(account, as_of, since):
        asked.append((account, as_of, since))
        if account == "gone":
            raise NotExplained("'gone' is not among the 3 accounts")
        return FOUND

    return connect(create_app(sqlite_store, str, at_hand=near(explain))), asked


def test_an_account_of_any_id_is_explained(explained):
    client, asked = explained
    answer = client.get("/v1/explanations/a/1?as_of=2026-06-30&since=2026-05-31")
    assert answer.status_code == 200
    assert answer.json() == FOUND
    assert client.get("/v1/explanations/a%2F1").status_code == 200
    assert asked == [
        ("a/1", date(2026, 6, 30), date(2026, 5, 31)),
        ("a/1", None, None),
    ]


def test_what_cannot_be_explained_is_a_problem_that_says_why(explained):
    client, _ = explained
    answer = client.get("/v1/explanations/gone")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/docs#problem-not-explained"
    assert "not among the 3 accounts" in answer.json()["detail"]
    assert client.get("/v1/explanations/x?as_of=yesterday").status_code == 422
    assert client.get("/v1/explanations/x?colour=red").status_code == 422


def test_without_a_workspace_it_says_so(client):
    answer = client.get("/v1/explanations/x")
    assert answer.status_code == 404
    assert "no workspace" in answer.json()["detail"]


def asked_by_a_csm(store, run, alike):
    """An application that explains one account beside another, and a CSM's way into it."""
    access, key = AccessRepository(store), new_key()
    now = datetime(2026, 7, 1, tzinfo=UTC)
    access.create(key, KeyInfo(key.prefix, "lena", Role.CSM, "Lena Fischer", now), "test")
    ScoreRepository(store).publish(run)
    found = {**FOUND, "account_id": "mine", "similar": [alike]}
    app = create_app(store, str, access=access, at_hand=near(lambda *_: dict(found)))
    return app, {"authorization": f"Bearer {key.text}"}


def test_a_csm_learns_no_other_accounts(sqlite_store, connect, make_run):
    alike = {"account": "other-1", "sentence": "other-1 left within 90 days"}
    app, who = asked_by_a_csm(sqlite_store, make_run({"mine": 0.5}), alike)
    answer = connect(app).get("/v1/explanations/mine", headers=who)
    assert answer.status_code == 200
    assert "other-1" not in answer.text
    assert connect(app).get("/v1/explanations/theirs", headers=who).status_code == 404


def test_only_the_account_itself_is_taken_out_of_what_is_said_of_it(
    sqlite_store, connect, make_run
):
    alike = {"account": "3", "sentence": "3 at 2025-03-31 left within 30 days."}
    app, who = asked_by_a_csm(sqlite_store, make_run({"mine": 0.5}), alike)
    (told,) = connect(app).get("/v1/explanations/mine", headers=who).json()["similar"]
    assert told["sentence"] == "an account at 2025-03-31 left within 30 days."
