"""The straight way gives what the usual way gives, and is taken where it can be."""

import json
import logging
from datetime import date

import anyio
import pytest
from prometheus_client.parser import text_string_to_metric_families

from models.score import Band, Score
from serving import straight
from serving.api.live import Live
from serving.app import create_app
from serving.at_hand import AtHand
from serving.live import CloseUp, NotAllowed, Refused
from serving.live.champion import Champion, Promoted
from serving.observing.log import JsonLines
from serving.store import ScoreRepository

JUNE = date(2026, 6, 30)
MANY = {f"a{n:03}": 0.6 for n in range(40)}
OWN = ("date", "x-request-id", "etag")
ROW = {"as_of": "2026-06-30", "accounts": [{"account_id": "a", "signals": {"users": 3}}]}
JSON = {"content-type": "application/json"}
GETS = [
    ("/v1/accounts?limit=40", {"accept-encoding": "gzip"}),
    ("/v1/accounts?limit=40", {"accept-encoding": "identity"}),
    ("/v1/accounts?limit=1", {"accept-encoding": "gzip", "x-request-id": "mine"}),
    ("/v1/accounts?limit=0", {}),
    ("/v1/accounts/a000", {"x-forwarded-for": "10.0.0.1"}),
    ("/v1/accounts/a%2F1", {}),
    ("/v1/accounts/nobody", {"accept": "text/html"}),
    ("/v1/accounts/facets", {}),
    ("/v1/accounts/", {}),
    ("/v1/accountsX", {}),
    ("/v1/portfolio", {"host": "elsewhere.example"}),
    ("/v1/portfolio", {"origin": "https://elsewhere.example"}),
    ("/v1/history/a000", {"if-none-match": "x" * 2000}),
    ("/v1/explanations/a000", {}),
    ("/v1/scores", {}),
]
POSTS = [
    (json.dumps(ROW), JSON),
    (json.dumps(ROW), {"content-type": "application/json; charset=utf-8"}),
    (json.dumps(ROW), {"content-type": "text/plain"}),
    (json.dumps(ROW), {**JSON, "origin": "https://elsewhere.example"}),
    (json.dumps(ROW), {**JSON, "host": "elsewhere.example"}),
    (json.dumps(ROW).replace("users", "nope"), JSON),
    (json.dumps({**ROW, "extra": 1}), JSON),
    ('{"accounts": [', JSON),
    ("[" * 100_000, JSON),
    ("", JSON),
    ("\ud800".encode("utf-16", "surrogatepass"), JSON),
    (" " * (8 * 2**20 + 1), JSON),
]


class Rows:
    def score(self, _model, rows, as_of):
        if "nope" in rows[0].signals:
            raise NotAllowed([Refused("nope", 1.0, "a signal that docs/signals.md lists")])
        return [
            Score(r.account_id, as_of, {90: 1 / 3}, 66.6, Band.RED, "v1", -2.9, ()) for r in rows
        ]


class Model:
    version, primary_horizon = "v1", 90


@pytest.fixture
def both(sqlite_store, make_run, connect, monkeypatch):
    """The application, and the same where nothing goes straight."""
    ScoreRepository(sqlite_store).publish(make_run({**MANY, "a/1": 0.1}))
    champion = Champion(lambda: Promoted("v1", "ab"), lambda _: Model(), warm=lambda _: None)
    champion.look()

    def made():
        near = CloseUp(*[None] * len(CloseUp.__dataclass_fields__))
        at_hand = AtHand(live=Live(champion, Rows(), lambda: JUNE), close_up=near)
        return connect(create_app(sqlite_store, str, at_hand=at_hand))

    mine, plain = made(), made()
    with monkeypatch.context() as patch:
        patch.setattr(straight, "ways_of", lambda _: [])
        plain.get("/livez")
    return mine, plain


def told(answer):
    headers = {k: v for k, v in answer.headers.items() if k not in OWN}
    assert answer.headers["x-request-id"]
    return answer.status_code, headers, answer.content


@pytest.mark.parametrize(("address", "headers"), GETS)
def test_both_ways_give_the_same_answer(both, address, headers):
    for _ in range(2):  # the second time it may be kept
        mine, plain = (client.get(address, headers=headers) for client in both)
        assert told(mine) == told(plain)
        if "x-request-id" in headers:
            assert mine.headers["x-request-id"] == headers["x-request-id"]


@pytest.mark.parametrize(("body", "headers"), POSTS)
def test_bodies_are_read_alike(both, body, headers):
    sent = {"content": body, "headers": headers}
    mine, plain = (told(client.request("POST", "/v1/scores", **sent)) for client in both)
    assert mine == plain


def test_a_body_without_a_length_is_read_alike(both):
    async def parts():
        yield json.dumps(ROW).encode()

    mine, plain = (
        told(client.request("POST", "/v1/scores", content=parts(), headers=JSON)) for client in both
    )
    assert mine == plain
    assert mine[0] == 200


@pytest.mark.parametrize("method", ["HEAD", "PUT", "OPTIONS", "BREW"])
def test_other_methods_go_the_usual_way(both, method):
    mine, plain = (told(client.request(method, "/v1/accounts/a000")) for client in both)
    assert mine == plain


def test_what_is_as_declared_goes_straight(both, monkeypatch):
    client = both[0]
    client.get("/livez")
    monkeypatch.setattr(straight.Straight, "_noted", lambda _, going, *_2: gone.append(going))
    gone = []
    for address in (
        "/v1/accounts?limit=2",
        "/v1/accounts/a/1",
        "/v1/history/a000",
        "/v1/portfolio",
    ):
        client.get(address)
    client.request("POST", "/v1/scores", json=ROW)
    assert [going.way.shown for going in gone] == [
        "/v1/accounts", "/v1/accounts/{account_id}", "/v1/history/{account_id}", "/v1/portfolio",
        "/v1/scores",
    ]  # fmt: skip
    client.get("/v1/accounts?limit=0")
    client.get("/v1/models")
    assert len(gone) == 5


def test_requests_are_counted_alike(both):
    for client in both:
        for address, headers in GETS:
            client.get(address, headers=headers)
        client.request("POST", "/v1/scores", json=ROW)
        client.request("POST", "/v1/scores", json={})
    mine, plain = (counted(client.get("/metrics").text) for client in both)
    assert mine == {key: value for key, value in plain.items() if "/livez" not in key}
    assert mine["http_requests_total", "/v1/accounts", "GET", "200"] == 3


def counted(text):
    """Requests and bytes, which are the same for both; not how long they took."""
    return {
        (sample.name, *(v for k, v in sorted(sample.labels.items()) if k != "le")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("http_re") and not sample.name.endswith("_created")
        if "duration" not in sample.name and "metrics" not in sample.labels.values()
    }


def test_requests_are_written_down_alike(both, caplog):
    caplog.set_level(logging.INFO, "forewarn.requests")
    lines = []
    for client in both:
        caplog.clear()
        for address in ("/v1/accounts/a000", "/v1/accounts/nobody", "/v1/accounts?limit=0"):
            client.get(address, headers={"x-request-id": "one"})
        found = [json.loads(JsonLines().format(record)) for record in caplog.records]
        lines.append([{**each, "at": 0, "ms": each["ms"] >= 0} for each in found])
    assert lines[0] == lines[1]
    assert [line["status"] for line in lines[0]] == [200, 404, 422]


def test_a_fault_of_ours_is_counted_and_told(both, monkeypatch):
    def fail(*_):
        raise RuntimeError("hunter2")

    client = both[0]
    monkeypatch.setattr(ScoreRepository, "account", fail)
    answer = client.get("/v1/accounts/a000")
    assert (answer.status_code, "hunter2" in answer.text) == (500, False)
    assert 'status="500"' in client.get("/metrics").text


def test_whoever_goes_away_in_the_middle_is_told_alike(both):
    async def ask(app):
        sent, parts = [], [{"type": "http.request", "body": b"{", "more_body": True}]
        headers = [(b"host", b"localhost"), (b"content-length", b"9")]
        headers.append((b"content-type", b"application/json"))

        async def receive():
            return parts.pop() if parts else {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/v1/scores", "raw_path": b"/v1/scores"}
        scope |= {"headers": headers, "query_string": b"", "root_path": "", "scheme": "http"}
        scope |= {"http_version": "1.1", "server": ("localhost", 80), "client": ("localhost", 1)}
        await app(scope, receive, send)
        return [(message.get("status"), message.get("body")) for message in sent]

    mine, plain = (anyio.run(ask, client.app) for client in both)
    assert mine == plain
    assert mine[0][0] == 422
