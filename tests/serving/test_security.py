import pytest

from serving.app import create_app
from serving.forgery import foreign_site
from serving.security import host_name


@pytest.mark.parametrize(
    "address",
    ["/", "/v1/accounts", "/static/console.css", "/nope", "/docs", "/v1/accounts?limit=0"],
)
def test_every_answer_is_strict(client, address):
    headers = client.get(address).headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "[::2]:8000"])
def test_a_foreign_host_name_is_refused(client, host):
    answer = client.get("/v1/accounts", headers={"host": host})
    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["allowed"] == ["127.0.0.1", "::1", "localhost"]


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:80", "LOCALHOST"])
def test_loopback_names_are_answered(client, host):
    assert client.get("/livez", headers={"host": host}).status_code == 200


def test_any_host_name_where_asked_for(sqlite_store, connect):
    app = create_app(sqlite_store, str, hosts=None)
    assert connect(app, "http://forewarn.example").get("/livez").status_code == 200


@pytest.mark.parametrize(
    ("header", "name"),
    [("A.example:80", "a.example"), ("[::1]:80", "::1"), ("[::1]", "::1"), (" b ", "b"), ("", "")],
)
def test_host_name(header, name):
    assert host_name(header) == name


OURS = "localhost"


@pytest.mark.parametrize(
    ("method", "headers", "refused"),
    [
        ("POST", {}, False),
        ("POST", {"origin": "http://localhost"}, False),
        ("POST", {"origin": "http://localhost:8001"}, True),
        ("POST", {"origin": "https://evil.example"}, True),
        ("POST", {"origin": "null"}, True),
        ("POST", {"sec-fetch-site": "cross-site"}, True),
        ("POST", {"sec-fetch-site": "same-site", "origin": "http://localhost:8001"}, True),
        ("POST", {"sec-fetch-site": "same-origin", "origin": "http://localhost"}, False),
        ("POST", {"sec-fetch-site": "same-origin", "origin": "https://behind.example"}, False),
        ("DELETE", {"sec-fetch-site": "cross-site"}, True),
        ("POST", {"sec-fetch-site": "cross-site", "authorization": "Bearer fw_x"}, False),
        # a browser that logged in to a proxy before us says this with every request
        ("POST", {"sec-fetch-site": "cross-site", "authorization": "Basic bGVuYTp4"}, True),
        ("POST", {"origin": "https://evil.example", "authorization": ""}, True),
        ("GET", {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, False),
    ],
)
def test_a_request_that_another_site_made_the_browser_send_is_refused(method, headers, refused):
    found = foreign_site(method, {"host": OURS, **headers})
    assert (found is not None) is refused


@pytest.mark.parametrize("address", ["/logout", "/v1/accounts", "/nope"])
def test_the_refusal_of_a_forged_request_is_a_problem(client, address):
    answer = client.request("POST", address, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert answer.json()["type"] == "/docs#problem-forged-request"
    assert "evil.example" in answer.json()["detail"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_only_what_tells_nothing_of_customers_is_kept_by_browsers(client):
    assert client.get("/").headers["cache-control"] == "no-store"
    assert client.get("/v1/accounts").headers["cache-control"] == "no-store"
    first = client.get("/static/console.css")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/static/console.css", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
