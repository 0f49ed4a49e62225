"""Every error is a problem: JSON for programs, a page for people, never a trace."""

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from serving.problems import KINDS
from serving.store import ScoreRepository

TYPES = {kind.type for kind in KINDS}

SORTS = ["risk", "expected_loss", "change", "arr", "name", "renewal"]


def problem(answer, status):
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] in TYPES
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


@pytest.mark.parametrize("address", ["/nope", "/v1", "/v1/nope", "/static/nope.css", "/docs/"])
def test_an_unknown_address(client, address):
    body = problem(client.get(address), 404)
    assert body["given"] == f"GET {address}"
    assert body["allowed"] == "the addresses under /docs"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("address", ["/v1/accounts", "/v1/accounts/a", "/livez", "/"])
def test_a_wrong_method_is_told_the_right_one(client, method, address):
    answer = client.request(method, address)
    body = problem(answer, 405)
    assert answer.headers["allow"] == "GET"
    assert (body["given"], body["allowed"]) == (f"{method} {address}", "GET")


@pytest.mark.parametrize(
    ("query", "parameter", "given", "allowed"),
    [
        ("band=purple", "band", "purple", ["red", "yellow", "green", "grey"]),
        ("band=red&band=RED", "band", "RED", ["red", "yellow", "green", "grey"]),
        ("sort=size", "sort", "size", SORTS),
        ("limit=0", "limit", "0", "at least 1"),
        ("limit=201", "limit", "201", "at most 200"),
        ("limit=ten", "limit", "ten", "a whole number"),
        ("bnad=red", "bnad", "red", "no parameter of this name"),
    ],
)
def test_a_wrong_query(client, query, parameter, given, allowed):
    body = problem(client.get(f"/v1/accounts?{query}"), 422)
    assert body["type"] == "/docs#problem-invalid-query"
    [fault] = body["errors"]
    assert (fault["parameter"], fault["given"], fault["allowed"]) == (parameter, given, allowed)
    assert parameter in body["detail"]
    assert given in body["detail"]


def test_all_wrong_parameters_are_told_at_once(client):
    body = problem(client.get("/v1/accounts?band=purple&limit=0&x=1"), 422)
    assert [fault["parameter"] for fault in body["errors"]] == ["band", "limit", "x"]


def test_a_long_value_is_not_repeated_in_full(client):
    body = problem(client.get(f"/v1/accounts?cursor={'x' * 5000}"), 422)
    assert len(body["errors"][0]["given"]) == 201


@pytest.mark.parametrize("cursor", ["x", "%00", "%ED%A0%80", "é", "W10"])
def test_a_damaged_cursor(client, make_run, sqlite_store, cursor):
    ScoreRepository(sqlite_store).publish(make_run({"a": 0.5}))
    body = problem(client.get(f"/v1/accounts?cursor={cursor}"), 422)
    assert body["type"] == "/docs#problem-invalid-cursor"
    assert "next_cursor" in body["allowed"]


@pytest.fixture
def broken(sqlite_store):
    """Makes every statement fail with the error set on it."""
    errors = {}

    def fail(*_):
        raise errors["now"]

    event.listen(sqlite_store, "before_cursor_execute", fail)
    return errors


@pytest.mark.parametrize("address", ["/v1/accounts", "/v1/accounts/a", "/v1/models/champion", "/"])
def test_a_store_that_does_not_answer(client, broken, address, caplog):
    broken["now"] = OperationalError("select 'hunter2'", {"name": "Ann"}, Exception("hunter2"))
    answer = client.get(address)
    assert problem(answer, 503)["type"] == "/docs#problem-store-unreachable"
    assert "hunter2" not in answer.text + caplog.text
    assert "Ann" not in caplog.text


@pytest.mark.parametrize("address", ["/v1/accounts", "/"])
def test_a_fault_of_ours_shows_nothing_of_the_inside(client, broken, address):
    broken["now"] = RuntimeError("hunter2")
    answer = client.get(address)
    assert problem(answer, 500)["type"] == "/docs#problem-internal"
    assert "hunter2" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" in answer.headers


def test_browsers_get_a_page(page_of, broken):
    broken["now"] = RuntimeError("hunter2")
    page = page_of("/", status=500)
    assert "<h1>Our fault</h1>" in page
    assert "hunter2" not in page


@pytest.mark.parametrize(
    ("address", "status", "title"),
    [
        ("/nope%3Cscript%3E", 404, "Nothing here"),
        ("/accounts/%3Cscript%3E", 404, "No such account"),
        ("/accounts?band=%3Cscript%3E", 422, "The query is not valid"),
    ],
)
def test_a_page_of_a_problem_escapes_what_was_given(page_of, address, status, title):
    page = page_of(address, status)
    assert f"<h1>{title}</h1>" in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_the_api_answers_json_even_to_browsers(client):
    problem(client.get("/v1/accounts?limit=0", headers={"accept": "text/html"}), 422)
    problem(client.get("/readyz", headers={"accept": "text/html"}), 503)


def test_every_kind_of_problem_is_described_where_its_type_leads(page_of):
    page = page_of("/docs")
    for kind in KINDS:
        page_part, _, anchor = kind.type.partition("#")
        assert page_part == "/docs"
        assert f'id="{anchor}"' in page


HALF = r"\ud800"


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/v1/views", f'{{"name": "{HALF}", "query": {{}}}}'),
        ("/v1/views", f'{{"name": "a", "query": {{"search": "{HALF}"}}}}'),
        ("/v1/views", f'{{"name": "a", "query": {{}}, "{HALF}": 1}}'),
        ("/v1/jobs", f'{{"kind": "{HALF}"}}'),
        ("/v1/scores", f'{{"accounts": [{{"account_id": "a", "signals": {{"{HALF}": []}}}}]}}'),
    ],
)
def test_half_of_a_character_is_the_senders_mistake(client, address, body):
    sent = {"content-type": "application/json"}
    answer = client.request("POST", address, content=body, headers=sent)
    assert answer.status_code == 422
    assert answer.json()["type"] == "/docs#problem-invalid-body"
