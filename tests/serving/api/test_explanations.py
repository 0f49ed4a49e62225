"""Explanations through the real application, from an explainer given to it."""

from datetime import date

import pytest

from serving.api.explanations import NotExplained
from serving.app import create_app

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


@pytest.fixture
def explained(sqlite_store, connect):
    asked = []

    def explain(account, as_of, since):
        asked.append((account, as_of, since))
        if account == "gone":
            raise NotExplained("'gone' is not among the 3 accounts")
        return FOUND

    return connect(create_app(sqlite_store, str, explain=explain)), asked


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
