import json

import pytest

from serving.app import create_app
from serving.at_hand import AtHand

BODY = {
    "as_of": "2026-06-30",
    "computed_at": "2026-07-01T05:00:00Z",
    "outcome": "logo_churn",
    "accounts": 3,
    "segment": "",
    "scored": None,
    "method": "Association.",
    "leading": {"told": [], "looked": 2},
    "moments": {"told": []},
    "beliefs": [],
    "commonality": {},
    "lookalikes": {},
    "references": [],
    "disagreements": {},
    "product": {},
}


@pytest.fixture
def figures(tmp_path):
    return tmp_path / "insights.json"


@pytest.fixture
def ours(sqlite_store, connect, figures):
    return connect(create_app(sqlite_store, str, at_hand=AtHand(figures=figures)))


def test_nothing_was_worked_out_yet(client, ours):
    for each in (client, ours):
        answer = each.get("/v1/insights")
        assert answer.status_code == 404
        assert answer.json()["type"] == "/docs#problem-no-insights"
        assert answer.json()["next"] == "forewarn insights"


def test_what_was_worked_out_last_is_served(ours, figures):
    figures.write_text(json.dumps({**BODY, "names": {"a1": "Alpha"}}))
    assert ours.get("/v1/insights").json() == BODY
    figures.write_text(json.dumps({**BODY, "accounts": 4}))
    assert ours.get("/v1/insights").json()["accounts"] == 4
