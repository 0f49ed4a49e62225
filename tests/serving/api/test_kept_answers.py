"""Answers are kept as they were sent, until something is published."""

from datetime import UTC, date, datetime

import pytest

from serving.api.kept_answers import BESIDE, Answers, Kept
from serving.app import create_app
from serving.auth.keys import new_key
from serving.auth.roles import Role
from serving.store import AccessRepository, KeyInfo, ScoreRepository

MAY = date(2026, 5, 31)
MANY = {f"a{n:03}": 0.6 for n in range(40)}
WITHOUT_ITS_OWN = ("date", "x-request-id")


def told(answer):
    return {k: v for k, v in answer.headers.items() if k not in WITHOUT_ITS_OWN}


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
def test_the_same_answer_comes_again_without_being_made(
    client, sqlite_store, make_run, monkeypatch, accepted
):
    scores = ScoreRepository(sqlite_store)
    scores.publish(make_run(MANY))
    asked = {"accept-encoding": accepted}
    first = client.get("/v1/accounts?limit=40", headers=asked)
    with monkeypatch.context() as patch:
        patch.setattr(ScoreRepository, "latest", lambda *_, **__: pytest.fail("made again"))
        again = client.get("/v1/accounts?limit=40", headers=asked)
        assert (again.status_code, again.content) == (200, first.content)
        assert told(again) == told(first)
        assert (first.headers.get("content-encoding") == "gzip") is (accepted == "gzip")
        assert again.headers["x-request-id"] != first.headers["x-request-id"]

    scores.publish(make_run({**MANY, "b": 0.9}, as_of=MAY))
    scores.publish(make_run({"b": 0.9}))
    assert [each["account_id"] for each in client.get("/v1/accounts?limit=40").json()["items"]] == [
        "b"
    ]


def test_nobody_is_given_what_others_may_see(sqlite_store, make_run, connect):
    ScoreRepository(sqlite_store).publish(make_run({"a": 0.6}))
    access, headers = AccessRepository(sqlite_store), {}
    client = connect(create_app(sqlite_store, str, access=access))
    for name, role in (("Lena", Role.CSM), ("Ada", Role.LEADER), ("batch", Role.BATCH)):
        key = new_key()
        now = datetime(2026, 7, 1, tzinfo=UTC)
        access.create(key, KeyInfo(key.prefix, name, role, name, now), "test")
        headers[name] = {"authorization": f"Bearer {key.text}"}
    for _ in range(2):
        found = client.get("/v1/accounts", headers=headers["Ada"]).json()
        assert [each["account_id"] for each in found["items"]] == ["a"]
        assert client.get("/v1/accounts", headers=headers["Lena"]).json()["items"] == []
        assert client.get("/v1/accounts").status_code == 401
    assert client.get("/v1/accounts/a", headers=headers["Lena"]).status_code == 404
    assert client.get("/v1/accounts/a", headers=headers["Ada"]).status_code == 200
    assert client.get("/v1/accounts/a", headers=headers["Lena"]).status_code == 404


def test_only_so_many_bytes_are_kept():
    answers = Answers(most=100 + 3 * BESIDE)
    for n in range(5):
        answers.keep((f"tag {n}", False), Kept((), bytes(30)))
        answers.of(("tag 1", False))
    assert [n for n in range(5) if answers.of((f"tag {n}", False))] == [1, 3, 4]
    answers.keep(("tag 1", False), Kept((), bytes(40)))
    assert [n for n in range(5) if answers.of((f"tag {n}", False))] == [1, 3, 4]
    answers.keep(("tag 9", False), Kept((), bytes(101 + 3 * BESIDE)))
    assert answers.of(("tag 9", False)) is None
