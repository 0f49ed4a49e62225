"""Kept views through the real application: versions, repeated requests, and whose they are."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from serving.app import create_app
from serving.auth.keys import new_key
from serving.auth.roles import Role
from serving.store import AccessRepository, KeyInfo

VIEW = {"name": "At risk", "query": {"band": ["red"], "sort": "arr"}}


def create(client, view=VIEW, **headers):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.request("POST", "/v1/views", json=view, headers=sent)


def change(client, made, view, if_match):
    sent = {"if-match": if_match} if if_match else {}
    return client.request("PUT", f"/v1/views/{made['view_id']}", json=view, headers=sent)


def slug(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()["type"].removeprefix("/docs#problem-")


def test_a_view_is_kept_read_changed_and_dropped(store, connect):
    client = connect(create_app(store, str))
    answer = create(client)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["name"], made["query"], made["version"]) == ("At risk", VIEW["query"], 1)
    assert answer.headers["location"] == f"/v1/views/{made['view_id']}"
    assert answer.headers["etag"] == '"1"'

    read = client.get(answer.headers["location"])
    assert (read.json(), read.headers["etag"]) == (made, '"1"')
    assert client.get("/v1/views").json() == {"items": [made]}

    changed = change(client, made, {"name": "All", "query": {}}, '"1"')
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (changed.json()["name"], changed.json()["query"]) == ("All", {})

    address = f"/v1/views/{made['view_id']}"
    assert client.request("DELETE", address, headers={"if-match": '"1"'}).status_code == 412
    assert client.request("DELETE", address, headers={"if-match": '"2"'}).status_code == 204
    assert client.get(address).status_code == 404
    assert client.request("DELETE", address, headers={"if-match": "*"}).status_code == 404


def test_one_of_several_tags_has_to_hold(client):
    made = create(client).json()
    for wrong in ('"7", "8"', 'W/"1", "2"', '"1" "2"', '"1, 1"', '"01", "11"', '"2","'):
        assert change(client, made, VIEW, wrong).status_code == 412, wrong
    for version, right in enumerate(('"1"', '"9", "2", "1"', 'W/"3",,"3"', '"a,b" ,"4"'), 1):
        answer = change(client, made, {**VIEW, "name": f"{version}"}, right)
        assert (answer.status_code, answer.headers.get("etag")) == (200, f'"{version + 1}"'), right
    gone = {"if-match": '"1", "5"'}
    assert client.request("DELETE", f"/v1/views/{made['view_id']}", headers=gone).status_code == 204


def test_a_change_says_what_it_changes(client):
    made = create(client).json()
    assert slug(change(client, made, VIEW, None)) == "version-missing"
    for wrong in ('"2"', "1", '"x"', 'W/"1"', '"١"', ""):
        answer = change(client, made, VIEW, wrong.encode() if wrong == '"١"' else wrong)
        assert slug(answer) == ("version-changed" if wrong else "version-missing")
    assert change(client, made, VIEW, "*").json()["version"] == 2


def test_a_change_sent_again_finds_itself_done(client):
    made = create(client).json()
    wanted = {"name": "Renewing", "query": {"renews_to": 30}}
    first, again = (change(client, made, wanted, '"1"') for _ in range(2))
    assert (again.status_code, again.json(), again.headers["etag"]) == (200, first.json(), '"2"')
    assert slug(change(client, made, VIEW, '"1"')) == "version-changed"
    change(client, made, VIEW, '"2"')
    assert slug(change(client, made, wanted, '"1"')) == "version-changed"


def test_a_view_one_has_is_not_sent_again(client):
    made = create(client)
    address = made.headers["location"]
    held = {"if-none-match": made.headers["etag"]}
    same = client.get(address, headers=held)
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", '"1"')
    change(client, made.json(), {"name": "All", "query": {}}, '"1"')
    assert client.get(address, headers=held).json()["name"] == "All"


def test_two_people_changing_one_view_lose_nothing(client):
    made = create(client).json()
    first = change(client, made, {"name": "First", "query": {}}, '"1"')
    second = change(client, made, {"name": "Second", "query": {}}, '"1"')
    assert (first.status_code, second.status_code) == (200, 412)
    assert client.get(f"/v1/views/{made['view_id']}").json()["name"] == "First"


def test_names_differ(client):
    create(client)
    assert slug(create(client)) == "name-taken"
    other = create(client, {"name": "Other", "query": {}}).json()
    assert slug(change(client, other, VIEW, '"1"')) == "name-taken"


@pytest.mark.parametrize(
    ("view", "parameter"),
    [
        ({"name": "x"}, "query"),
        ({"name": "", "query": {}}, "name"),
        ({"name": "a\x00b", "query": {}}, "name"),
        ({"name": "x" * 81, "query": {}}, "name"),
        ({"name": "x", "query": {"band": ["purple"]}}, "query.band.0"),
        ({"name": "x", "query": {"colour": 1}}, "query.colour"),
        ({"name": "x", "query": {"cursor": "abc"}}, "query.cursor"),
        ({"name": "x", "query": {"users_max": False}}, "query"),
        ({"name": "x", "query": {"renews_to": "30"}}, "query"),
        ({"name": "x", "query": {}, "owner": "Lena"}, "owner"),
    ],
)
def test_a_wrong_body_says_where(client, view, parameter):
    answer = create(client, view)
    assert (answer.status_code, slug(answer)) == (422, "invalid-body")
    assert answer.json()["errors"][0]["parameter"] == parameter


def test_what_is_no_json_and_what_is_too_much(client):
    sent = {"content-type": "application/json"}
    answer = client.request("POST", "/v1/views", content=b"{", headers=sent)
    assert (answer.status_code, slug(answer)) == (422, "invalid-body")
    answer = client.request("POST", "/v1/views", content=b" " * 9_000_000, headers=sent)
    assert (answer.status_code, slug(answer)) == (413, "too-large")


def test_a_repeated_request_is_done_once(store, connect):
    client = connect(create_app(store, str))
    first = create(client, idempotency_key="k-1")
    again = create(client, idempotency_key="k-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert len(client.get("/v1/views").json()["items"]) == 1

    other = create(client, {"name": "Other", "query": {}}, idempotency_key="k-1")
    assert (other.status_code, slug(other)) == (422, "key-reused")
    assert slug(create(client, idempotency_key="k-2")) == "name-taken"
    made = create(client, {"name": "Other", "query": {}}, idempotency_key="k-2")
    assert made.status_code == 201  # what failed had no effect, and was not remembered


def test_requests_of_one_key_at_the_same_time_are_done_once(store, connect):
    client = connect(create_app(store, str))
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: create(client, idempotency_key="same"), range(6)))
    assert {answer.status_code for answer in found} == {201}
    assert len({answer.json()["view_id"] for answer in found}) == 1
    assert len(client.get("/v1/views").json()["items"]) == 1


def test_views_and_keys_are_ones_own(sqlite_store, connect):
    access = AccessRepository(sqlite_store)
    client = connect(create_app(sqlite_store, str, access=access))

    def bearer(name):
        key = new_key()
        now = datetime(2026, 7, 1, tzinfo=UTC)
        access.create(key, KeyInfo(key.prefix, name, Role.CSM, name, now), "test")
        return {"authorization": f"Bearer {key.text}"}

    lena, omar = bearer("Lena"), bearer("Omar")
    made = create(client, idempotency_key="k", **lena).json()
    theirs = create(client, {"name": "At risk", "query": {}}, idempotency_key="k", **omar)
    assert theirs.status_code == 201
    address = f"/v1/views/{made['view_id']}"
    assert client.get(address, headers=omar).status_code == 404
    for method in ("PUT", "DELETE"):
        sent = {**omar, "if-match": "*"}
        body = {"json": VIEW} if method == "PUT" else {}
        assert client.request(method, address, headers=sent, **body).status_code == 404
    assert client.get(address, headers=lena).json() == made


def test_nobody_keeps_views_without_end(client, monkeypatch):
    monkeypatch.setattr("serving.store.saved_views.MOST", 2)
    for number in range(2):
        assert create(client, {"name": f"v{number}", "query": {}}).status_code == 201
    assert slug(create(client)) == "too-many-views"
    on_the_page = {"name": "v3", "link": "/accounts"}
    assert client.request("POST", "/views", data=on_the_page).status_code == 422
    assert len(client.get("/v1/views").json()["items"]) == 2


def test_keeping_a_view_takes_one_connection(store, connect):
    """With two, as many writers at a time as there are connections wait for one another."""
    client, held, most = connect(create_app(store, str)), [], []
    event.listen(store, "checkout", lambda *_: (held.append(1), most.append(len(held))))
    event.listen(store, "checkin", lambda *_: held.pop())
    assert create(client).status_code == 201
    assert max(most) == 1
