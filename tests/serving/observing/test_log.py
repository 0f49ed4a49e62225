"""The log of requests says what is needed and nothing that is private."""

import json
import logging

import pytest

from serving.observing.log import JsonLines, request_id


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, "forewarn.requests")

    def written():
        return [json.loads(JsonLines().format(record)) for record in caplog.records]

    return written


def test_a_request_is_one_line(client, lines):
    answer = client.get("/v1/accounts/secret-account?x=1", headers={"x-request-id": "abc-1"})
    (line,) = [found for found in lines() if found["logger"] == "forewarn.requests"]
    assert answer.headers["x-request-id"] == line["request"] == "abc-1"
    assert (line["method"], line["status"]) == ("GET", 404)
    assert line["route"] == "/v1/accounts/{account_id}"
    assert line["ms"] >= 0
    assert "secret-account" not in json.dumps(line)


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, 'a"b', "a\nb", "ü"])
def test_an_id_that_cannot_be_logged_is_replaced(given):
    assert len(request_id(given)) == 32
    assert request_id(given) != request_id(given)


def test_an_error_is_told_without_its_values():
    try:
        raise ValueError("the secret")
    except ValueError as error:
        trace = (type(error), error, error.__traceback__)
        record = logging.LogRecord("serving", logging.ERROR, __file__, 1, "failed", (), trace)
    line = json.loads(JsonLines().format(record))
    assert line["error"] == "ValueError"
    assert line["where"][0].endswith("test_an_error_is_told_without_its_values")
    assert "secret" not in json.dumps(line)


def test_answers_are_packed_for_who_can_unpack(client):
    plain = client.get("/openapi.json", headers={"accept-encoding": "identity"})
    packed = client.get("/openapi.json", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()
