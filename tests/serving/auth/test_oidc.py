"""Logging in through a provider that signs real tokens, served to the application over ASGI."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from serving.app import create_app
from serving.auth.gate import COOKIE, Gate
from serving.auth.limits import Limit
from serving.auth.oidc import Provider, SignIn
from serving.auth.person import Identity, prefix_of
from serving.auth.roles import Role
from serving.store import AccessRepository, AuditRepository, ScoreRepository

ISSUER = "https://id.example"
SECRET = "the client's secret"
REDIRECT = "http://localhost/login/oidc/callback"
IDENTITY = Identity({"data": Role.DATA_SCIENTIST, "success": Role.CSM})
NOW = 1_782_900_000
OWN = RSAKey.generate_key(2048, {"kid": "one"}, auto_kid=False)
FOREIGN = RSAKey.generate_key(2048, {"kid": "one"}, auto_kid=False)


@dataclass
class FakeProvider:
    """What a provider does: hands out codes, checks PKCE, signs tokens; and may misbehave."""

    claims: dict[str, Any] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    key: Any = field(default_factory=lambda: OWN)
    named: str = ISSUER
    asked: dict[str, str] = field(default_factory=dict)
    down: bool = False
    published: Any = field(default_factory=lambda: OWN)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def about():
            if self.down:
                return JSONResponse({}, 503)
            return {
                "issuer": self.named,
                "authorization_endpoint": f"{ISSUER}/authorize",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/keys",
            }

        @app.get("/keys")
        def keys():
            return {"keys": [self.published.as_dict(private=False)]}

        @app.post("/token")
        async def token(request: Request):
            form = {k: v[0] for k, v in parse_qs((await request.body()).decode()).items()}
            mine = base64.b64encode(f"forewarn:{SECRET}".encode()).decode()
            if request.headers["authorization"] != f"Basic {mine}":
                return JSONResponse({"error": "invalid_client"}, 401)
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            fits = (form["code"], challenge) == ("the-code", self.asked["code_challenge"])
            if not fits or form["redirect_uri"] != REDIRECT:
                return JSONResponse({"error": "invalid_grant"}, 400)
            return {"id_token": self.token(), "access_token": "x", "token_type": "Bearer"}

        return app

    def token(self) -> str:
        claims = {
            "iss": ISSUER,
            "sub": "lena-1",
            "aud": "forewarn",
            "iat": NOW,
            "exp": NOW + 300,
            "nonce": self.asked["nonce"],
            "email": "lena@example.com",
            "name": "Lena",
            "groups": ["everybody", "success"],
        } | self.claims
        kept = {name: value for name, value in claims.items() if name not in self.drop}
        return jwt.encode(self.header, kept, self.key, algorithms=[self.header["alg"]])


@pytest.fixture
def provider():
    return FakeProvider()


@pytest.fixture
def client(sqlite_store, connect, provider, make_run):
    ScoreRepository(sqlite_store).publish(make_run({"mine": 0.6}, csm="Lena"))
    found = Provider(ISSUER, "forewarn", SECRET, REDIRECT, IDENTITY)
    sign_in = SignIn(found, httpx.ASGITransport(provider.app()), clock=lambda: NOW)
    access = AccessRepository(sqlite_store)
    app = create_app(sqlite_store, str, access=access, sign_in=sign_in)
    app.state.gate = Gate(access, failures=Limit(1e6, 1e6))
    return connect(app)


def begin(client, provider, to="/accounts/mine"):
    """Go to the provider; gives what it is asked for and the browser's cookie."""
    answer = client.get("/login/oidc", params={"next": to})
    assert answer.status_code == 303, answer.text
    address = urlsplit(answer.headers["location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{ISSUER}/authorize"
    provider.asked = {k: v[0] for k, v in parse_qs(address.query).items()}
    return answer.headers["set-cookie"]


def finish(client, cookie, **query):
    headers = {"cookie": cookie.partition(";")[0], "accept": "text/html"}
    return client.get("/login/oidc/callback", params=query, headers=headers)


def log_in(client, provider):
    cookie = begin(client, provider)
    return finish(client, cookie, code="the-code", state=provider.asked["state"])


def test_a_person_logs_in_and_gets_their_role(client, provider, sqlite_store):
    cookie = begin(client, provider)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/login/oidc" in cookie
    asked = provider.asked
    assert asked["code_challenge_method"] == "S256"
    assert (asked["response_type"], asked["client_id"]) == ("code", "forewarn")
    assert asked["redirect_uri"] == REDIRECT
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3

    answer = finish(client, cookie, code="the-code", state=asked["state"])

    assert answer.status_code == 200
    assert answer.headers["refresh"] == "0; url=/accounts/mine"
    session = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(COOKIE))
    assert "SameSite=strict" in session
    mine = client.get("/v1/accounts", headers={"cookie": session.partition(";")[0]})
    assert [each["account_id"] for each in mine.json()["items"]] == ["mine"]
    (key,) = AccessRepository(sqlite_store).all()
    assert (key.name, key.role, key.csm) == ("lena@example.com", Role.CSM, "Lena")
    (entry,) = AuditRepository(sqlite_store).newest()
    assert (entry.deed.action, entry.deed.by) == ("login", "lena@example.com")
    assert AuditRepository(sqlite_store).verify().broken_at is None


def test_a_provider_may_sign_with_new_keys_at_any_time(client, provider):
    assert log_in(client, provider).status_code == 200
    provider.key = provider.published = RSAKey.generate_key(2048, {"kid": "two"}, auto_kid=False)
    provider.header = {"alg": "RS256", "kid": "two"}
    assert log_in(client, provider).status_code == 200


def test_a_role_is_that_of_the_last_login_and_the_strongest(client, provider, sqlite_store):
    assert log_in(client, provider).status_code == 200
    provider.claims = {"groups": ["success", "data"]}
    assert log_in(client, provider).status_code == 200
    (key,) = AccessRepository(sqlite_store).all()
    assert (key.role, key.csm) == (Role.DATA_SCIENTIST, "")


BAD = [
    ({"claims": {"iss": "https://other.example"}}, "iss"),
    ({"claims": {"aud": "another"}}, "aud"),
    ({"claims": {"aud": ["forewarn", "another"]}}, "azp"),
    ({"claims": {"nonce": "replayed"}}, "nonce"),
    ({"drop": ("nonce",)}, "nonce"),
    ({"claims": {"exp": NOW - 61}}, "expired"),
    ({"drop": ("exp",)}, "exp"),
    ({"claims": {"iat": NOW + 3600}}, "future"),
    ({"drop": ("sub",)}, "sub"),
    ({"key": FOREIGN}, "bad_signature"),
    ({"header": {"alg": "RS256", "kid": "two"}}, "token"),
    ({"header": {"alg": "HS256", "kid": "one"}, "key": OctKey.import_key(b"k" * 32)}, "token"),
]


@pytest.mark.parametrize(("wrong", "named"), BAD, ids=[str(each[0])[:50] for each in BAD])
def test_a_wrong_token_lets_nobody_in(client, provider, sqlite_store, wrong, named):
    for name, value in wrong.items():
        setattr(provider, name, value)
    answer = log_in(client, provider)
    assert answer.status_code == 400, answer.text
    assert named in answer.text
    assert COOKIE not in answer.headers.get("set-cookie", "")
    assert AccessRepository(sqlite_store).all() == []


def test_a_person_without_a_role_is_refused(client, provider, sqlite_store):
    provider.claims = {"groups": ["everybody"]}
    answer = log_in(client, provider)
    assert answer.status_code == 403
    assert "none of your groups has a role" in answer.text
    assert AccessRepository(sqlite_store).all() == []


def test_another_state_or_browser_is_refused(client, provider):
    cookie = begin(client, provider)
    state = provider.asked["state"]
    assert finish(client, cookie, code="the-code", state="another").status_code == 400
    assert finish(client, cookie, code="the-code").status_code == 400
    assert finish(client, "none=1", code="the-code", state=state).status_code == 400
    forged = cookie.partition(";")[0][:-3] + "abc"
    assert finish(client, forged, code="the-code", state=state).status_code == 400
    later = begin(client, provider)
    assert finish(client, later, code="the-code", state=state).status_code == 400
    refused = finish(client, later, error="access_denied", state=provider.asked["state"])
    assert "let nobody in" in refused.text


def test_a_code_of_another_login_is_refused_by_pkce(client, provider):
    cookie = begin(client, provider)
    state = provider.asked["state"]
    provider.asked["code_challenge"] = "that of somebody else"
    answer = finish(client, cookie, code="the-code", state=state)
    assert answer.status_code == 400
    assert "refuses the code" in answer.text


@pytest.mark.parametrize("wrong", [{"down": True}, {"named": "https://other.example"}])
def test_a_silent_provider_is_told(client, provider, wrong):
    for name, value in wrong.items():
        setattr(provider, name, value)
    answer = client.get("/login/oidc")
    assert answer.status_code == 503
    assert answer.json()["type"] == "/docs#problem-no-provider"


def test_an_operator_keeps_a_person_out(client, provider, sqlite_store):
    answer = log_in(client, provider)
    session = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(COOKIE))
    AccessRepository(sqlite_store).revoke(prefix_of(ISSUER, "lena-1"), "test")
    cookie = {"cookie": session.partition(";")[0]}
    assert client.get("/v1/accounts", headers=cookie).status_code == 401
    again = log_in(client, provider)
    assert (again.status_code, "ended by an operator" in again.text) == (403, True)


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "evil"])
def test_a_login_leads_nowhere_else(client, provider, to):
    cookie = begin(client, provider, to)
    answer = finish(client, cookie, code="the-code", state=provider.asked["state"])
    assert answer.headers["refresh"] == "0; url=/"


def test_the_login_page_offers_it_and_no_secret_is_sent(client, provider):
    page = client.get("/login?next=/docs", headers={"accept": "text/html"}).text
    assert 'href="/login/oidc?next=/docs"' in page
    cookie = begin(client, provider)
    assert SECRET not in cookie + json.dumps(provider.asked)
