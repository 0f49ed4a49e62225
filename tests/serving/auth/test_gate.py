"""Every route has a rule; every role gets what the table of rules says, and no more."""

from datetime import UTC, datetime
from threading import Event, Thread

import anyio
import httpx
import pytest
from fastapi.routing import APIRoute

from models.score import AccountCard
from serving.app import create_app
from serving.auth.gate import COOKIE, Gate
from serving.auth.keys import new_key
from serving.auth.limits import Limit
from serving.auth.roles import ALLOWED, Action, Principal, Role
from serving.store import AccessRepository, KeyInfo, ModelVersionRepository, ScoreRepository
from serving.store.engine import writing

NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)
PUBLIC = {"/livez", "/readyz", "/docs", "/login", "/logout"}
"""What anybody may ask for: nothing in it tells of the company."""
WITHOUT_A_WORKSPACE = ("/v1/explanations", "/v1/insights")
OWN, FOREIGN = "mine/1", "theirs"


@pytest.fixture
def access(sqlite_store):
    return AccessRepository(sqlite_store)


@pytest.fixture
def app(sqlite_store, access, make_run, champion):
    run = make_run({OWN: 0.6, FOREIGN: 0.4})
    cards = [with_csm(card, "Lena" if card.account_id == OWN else "Omar") for card in run.cards]
    ScoreRepository(sqlite_store).publish(type(run)(run.as_of, "v1", 90, run.scores, cards))
    ModelVersionRepository(sqlite_store).promote(champion)
    return create_app(sqlite_store, str, access=access)


def with_csm(card, csm):
    return AccountCard(card.account_id, name=card.name, csm=csm, arr=card.arr, tier=card.tier)


@pytest.fixture
def headers(access):
    def bearer(role):
        key = new_key()
        csm = "Lena" if role is Role.CSM else ""
        access.create(key, KeyInfo(key.prefix, role.value, role, csm, NOW), "test")
        return {"authorization": f"Bearer {key.text}"}

    return bearer


def routes(app):
    """All routes, those of included routers too, wherever FastAPI keeps them."""
    parts = [getattr(part, "original_router", None) for part in app.routes]
    every = [*app.routes, *(route for part in parts if part for route in part.routes)]
    found = [route for route in every if isinstance(route, APIRoute)]
    assert {route.path_format for route in found} >= set(app.openapi()["paths"])
    return found


def actions(route):
    rules = [each.call for each in route.dependant.dependencies]
    return [rule.action for rule in rules if hasattr(rule, "action")]


def addresses(route):
    """A route's address for an account that is one's own, and for another."""
    if "{account_id:account}" not in route.path:
        nobodys = "0" * 32
        return {OWN: route.path.replace("{view_id}", nobodys).replace("{job_id}", nobodys)}
    start, _, rest = route.path.partition("{account_id:account}")
    return {key: f"{start}{key}{rest}" for key in (OWN, FOREIGN)}


def test_no_route_is_without_a_rule(app):
    for route in routes(app):
        if route.path in PUBLIC:
            assert not actions(route), route.path
        else:
            assert len(actions(route)) == 1, f"{route.path} has no authorisation rule"


def is_missing(address):
    return "0" * 32 in address


@pytest.mark.parametrize("role", list(Role))
def test_every_route_for_every_role_and_account(app, connect, headers, role):
    client, who = connect(app), headers(role)
    tried = 0
    for route in routes(app):
        if route.path in PUBLIC or route.methods != {"GET"}:
            continue
        (action,) = actions(route)
        for account, address in addresses(route).items():
            answer = client.get(address, headers=who)
            unseen = role is Role.CSM and account == FOREIGN
            wanted = 403 if role not in ALLOWED[action] else 404 if unseen else 200
            alone = route.path.startswith(WITHOUT_A_WORKSPACE) or route.path.endswith("/levers")
            if wanted == 200 and (alone or is_missing(address)):
                wanted = 404  # allowed, and there is nothing
            assert answer.status_code == wanted, (role, address, answer.text[:200])
            tried += 1
    assert tried >= 6


WRITES = {"POST", "PUT", "DELETE", "PATCH"}


@pytest.mark.parametrize("role", list(Role))
def test_every_write_for_every_role(app, connect, headers, role):
    client, who, tried = connect(app), headers(role), 0
    for route in routes(app):
        for method in route.methods & WRITES if route.path not in PUBLIC else ():
            (action,) = actions(route)
            address = addresses(route)[OWN]
            answer = client.request(method, address, json={}, headers=who)
            refused = role not in ALLOWED[action]
            assert (answer.status_code == 403) is refused, (role, method, address)
            done = (303, 403, 404, 409, 412, 422, 428)
            assert answer.status_code in done, (role, method, address)
            assert client.request(method, address, json={}).status_code == 401
            tried += 1
    assert tried >= 5


def test_nobody_gets_anything(app, connect, access):
    app.state.gate = Gate(access, failures=Limit(1e6, 1e6))
    client = connect(app)
    for route in routes(app):
        if route.path in PUBLIC or route.methods != {"GET"}:
            continue
        for address in addresses(route).values():
            answer = client.get(address)
            assert answer.status_code == 401, address
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert "Name of" not in answer.text


def test_a_list_holds_and_counts_only_ones_own(app, connect, headers):
    client = connect(app)
    mine = client.get("/v1/accounts", headers=headers(Role.CSM)).json()
    assert [item["account_id"] for item in mine["items"]] == [OWN]
    assert (mine["total"], sum(mine["counts"].values())) == (1, 1)
    every = client.get("/v1/accounts", headers=headers(Role.COLLEAGUE)).json()
    assert every["total"] == 2
    page = client.get("/accounts", headers={**headers(Role.LEADER), "accept": "text/html"}).text
    assert "Name of mine/1" in page


def test_a_csm_without_accounts_sees_none():
    assert Principal("x", Role.CSM).owner == ""
    assert Principal("x", Role.CSM, "Lena", sees_all=True).owner is None
    assert Principal("x").may(Action.READ_MODELS)


@pytest.mark.parametrize("given", ["Bearer nonsense", "Basic abc", "Bearer", "bearer fw_a_b"])
def test_what_is_no_key_is_refused(app, connect, given):
    answer = connect(app).get("/v1/accounts", headers={"authorization": given})
    assert answer.status_code == 401
    assert answer.json()["detail"] == "The key or session is not valid (any more)."


def test_a_revoked_key_is_refused_at_once(app, connect, headers, access):
    client, who = connect(app), headers(Role.BATCH)
    assert client.get("/v1/accounts", headers=who).status_code == 200
    access.revoke(access.all()[0].prefix, "test")
    assert client.get("/v1/accounts", headers=who).status_code == 401


def test_too_many_requests_wait(app, connect, headers, access):
    now = [0.0]  # a clock of its own: however slow the machine, no time passes between requests
    requests = Limit(rate=0.5, burst=2, clock=lambda: now[0])
    failures = Limit(rate=0.5, burst=1, clock=lambda: now[0])
    app.state.gate = Gate(access, requests=requests, failures=failures)
    client, who = connect(app), headers(Role.BATCH)
    found = [client.get("/v1/accounts", headers=who) for _ in range(3)]
    assert [answer.status_code for answer in found] == [200, 200, 429]
    assert found[2].headers["retry-after"] == "2"
    assert [client.get("/v1/accounts").status_code for _ in range(2)] == [401, 429]
    now[0] += 2
    assert client.get("/v1/accounts", headers=who).status_code == 200
    assert client.get("/v1/accounts").status_code == 401


def test_a_browser_is_sent_to_log_in(app, connect):
    answer = connect(app).get("/?band=red", headers={"accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2F%3Fband%3Dred"


def login(client, key, **more):
    form = {"key": key, **more}
    return client.request("POST", "/login", data=form, headers={"accept": "text/html"})


def test_a_browser_logs_in_and_out(app, connect, headers):
    client = connect(app)
    key = headers(Role.LEADER)["authorization"].removeprefix("Bearer ")
    assert 'name="key"' in client.get("/login?next=/docs").text
    answer = login(client, key, next="/accounts/theirs")
    assert (answer.status_code, answer.headers["location"]) == (303, "/accounts/theirs")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert key not in cookie
    session = {"cookie": cookie.partition(";")[0], "accept": "text/html"}
    page = client.get("/", headers=session)
    assert page.status_code == 200
    assert "Log out" in page.text
    assert client.request("POST", "/logout", headers=session).status_code == 303
    assert client.get("/v1/accounts", headers=session).status_code == 401


def test_a_login_that_waits_for_the_store_holds_up_nobody(app, headers, sqlite_store):
    key = headers(Role.LEADER)["authorization"].removeprefix("Bearer ")
    held, answered = Event(), Event()

    def hold():
        with writing(sqlite_store):
            held.set()
            answered.wait(3)

    async def ask():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:

            async def log_in():
                assert (await client.post("/login", data={"key": key})).status_code == 303

            async with anyio.create_task_group() as at_once:
                at_once.start_soon(log_in)
                await anyio.sleep(0.2)
                assert (await client.get("/livez")).status_code == 200
                seen.append(holder.is_alive())
                answered.set()

    holder, seen = Thread(target=hold), []
    holder.start()
    held.wait()
    anyio.run(ask)
    holder.join()
    assert seen == [True]


def test_a_wrong_key_is_told_without_more(app, connect):
    answer = login(connect(app), new_key().text)
    assert answer.status_code == 401
    assert "not known" in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/\\evil", "evil"])
def test_a_login_leads_nowhere_else(app, connect, headers, to):
    key = headers(Role.LEADER)["authorization"].removeprefix("Bearer ")
    assert login(connect(app), key, next=to).headers["location"] == "/"


def test_forms_of_other_sites_are_refused(app, connect):
    sent = {"origin": "https://evil.example", "cookie": f"{COOKIE}=x"}
    for address in ("/login", "/logout"):
        answer = connect(app).request("POST", address, data={"key": "x"}, headers=sent)
        assert answer.status_code == 403


def test_a_large_form_is_refused(app, connect):
    assert login(connect(app), "x" * 5000).status_code == 413


def test_here_nobody_logs_in(client):
    assert client.get("/v1/accounts").status_code == 200
    assert client.get("/login").status_code == 404
