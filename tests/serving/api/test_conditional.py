"""Answers are asked for again without a body while nothing was published."""

from datetime import UTC, date, datetime

import pytest

from serving.api.conditional import matches
from serving.api.live import Live
from serving.app import create_app
from serving.at_hand import AtHand
from serving.auth.keys import new_key
from serving.auth.roles import Role
from serving.live.champion import Champion
from serving.store import AccessRepository, KeyInfo, ScoreRepository

MAY, JULY = date(2026, 5, 31), date(2026, 7, 31)
ADDRESSES = [
    "/v1/accounts?band=red",
    "/v1/accounts/facets",
    "/v1/accounts/a",
    "/v1/history/a",
    "/v1/portfolio",
    "/v1/segments",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_holds_until_something_is_published(client, sqlite_store, make_run, address):
    scores = ScoreRepository(sqlite_store)
    scores.publish(make_run({"a": 0.6}))
    first = client.get(address)
    assert first.status_code == 200
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "no-store"

    same = client.get(address, headers={"if-none-match": f'"other", {tag}'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert client.get(address, headers={"if-none-match": '"other"'}).status_code == 200

    scores.publish(make_run({"a": 0.5}, as_of=MAY))  # an older run, which changes the past
    assert client.get(address, headers={"if-none-match": tag}).status_code == 200


@pytest.mark.parametrize(("address", "status"), [("accounts/b", 404), ("accounts?limit=0", 422)])
def test_what_there_is_not_is_not_unchanged(client, sqlite_store, make_run, address, status):
    ScoreRepository(sqlite_store).publish(make_run({"a": 0.6}))
    answer = client.get(f"/v1/{address}", headers={"if-none-match": "*"})
    assert answer.status_code == status


def test_a_new_model_has_new_words(sqlite_store, make_run, connect):
    ScoreRepository(sqlite_store).publish(make_run({"a": 0.6}))
    words = ["of the first model"]
    live = Live(Champion(lambda: None, lambda _: None), None, vocabulary=lambda: words[-1])
    client = connect(create_app(sqlite_store, str, at_hand=AtHand(live=live)))
    before = {"if-none-match": client.get("/v1/accounts").headers["etag"]}
    assert client.get("/v1/accounts", headers=before).status_code == 304
    live.champion.swaps += 1  # another model of the same signals says the same
    assert client.get("/v1/accounts", headers=before).status_code == 304
    words.append("of the second")
    assert client.get("/v1/accounts", headers=before).status_code == 200


def test_a_tag_belongs_to_an_address_and_to_whose_accounts_are_seen(
    sqlite_store, make_run, connect
):
    ScoreRepository(sqlite_store).publish(make_run({"a": 0.6}))
    access, tags = AccessRepository(sqlite_store), []
    client = connect(create_app(sqlite_store, str, access=access))
    for name, role in (("Lena", Role.CSM), ("Omar", Role.CSM), ("Ada", Role.LEADER)):
        key = new_key()
        now = datetime(2026, 7, 1, tzinfo=UTC)
        access.create(key, KeyInfo(key.prefix, name, role, name, now), "test")
        headers = {"authorization": f"Bearer {key.text}"}
        for address in ("/v1/accounts", "/v1/accounts?limit=1"):
            tags.append(client.get(address, headers=headers).headers["etag"])
    assert len(set(tags)) == 6


@pytest.mark.parametrize(
    ("given", "held"),
    [
        ("", False),
        ("*", False),
        ('W/"a"', True),
        ('"a"', True),
        ('"b", W/"a"', True),
        ('"b"', False),
    ],
)
def test_tags_are_compared_weakly(given, held):
    assert matches(given, 'W/"a"') is held
