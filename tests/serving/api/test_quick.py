"""Questions read in few steps are answered as FastAPI would have them answered."""

import threading
from dataclasses import replace

import anyio
import httpx
import pytest

from serving import problems
from serving.api import quick
from serving.app import create_app
from serving.at_hand import AtHand
from serving.live import CloseUp, NotExplained
from serving.store import ScoreRepository

NOTHING = CloseUp(*[None] * len(CloseUp.__dataclass_fields__))
NOT_OF_THE_ANSWER = ("date", "x-request-id", "etag")
ADDRESSES = [
    "accounts",
    "accounts?",
    "accounts?limit=1&sort=arr",
    "accounts?limit=1&limit=2",
    "accounts?band=red&band=green&tier=core&csm=Lena%20Fischer",
    "accounts?csm=&search=name%20of",
    "accounts?search=&renews_from=0&renews_to=400&users_min=-1e3",
    "accounts?changed_since=2026-06-01",
    "accounts?limit=0",
    "accounts?limit=",
    "accounts?limit=abc&band=blue",
    "accounts?band=",
    "accounts?search=%00",
    "accounts?users_min=nan",
    "accounts?cursor=abc",
    "accounts?unknown=1",
    "accounts?unknown=1&unknown=2&limit=1",
    "accounts/a",
    "accounts/a?ignored=1",
    "accounts/nobody",
    "history/a",
    "history/a?since=2026-01-01",
    "history/a?since=yesterday",
    "history/a?until=2026-06-30&until=2020-01-01",
    "portfolio",
    "portfolio?days=7&months=2&limit=0",
    "portfolio?days=367",
    "explanations/a",
    "explanations/a?as_of=tomorrow",
]


@pytest.fixture
def both(sqlite_store, make_run, connect, monkeypatch):
    """The application, and the same that leaves every question to FastAPI."""
    ScoreRepository(sqlite_store).publish(make_run({"a": 0.6, "b": 0.1, "c": None}))
    made = create_app(sqlite_store, str)
    with monkeypatch.context() as patch:
        patch.setattr(quick, "declared_by", lambda _: None)
        plain = create_app(sqlite_store, str)
    return connect(made), connect(plain)


def told(answer):
    headers = {k: v for k, v in answer.headers.items() if k not in NOT_OF_THE_ANSWER}
    return answer.status_code, headers, answer.content


@pytest.mark.parametrize("address", ADDRESSES)
def test_both_ways_give_the_same_answer(both, address):
    mine, plain = (told(client.get(f"/v1/{address}")) for client in both)
    assert mine == plain


def test_tags_are_compared_both_ways(both):
    for client in both:
        tag = client.get("/v1/accounts/a").headers["etag"]
        assert client.get("/v1/accounts/a", headers={"if-none-match": tag}).status_code == 304
        asked = {"if-none-match": f"{tag}, " + "x" * quick.LONGEST_TAGS}
        assert client.get("/v1/accounts/a", headers=asked).status_code == 422


def test_what_is_as_declared_does_not_go_the_usual_way(sqlite_store, connect, monkeypatch):
    usual = quick.APIRoute.get_route_handler

    def counted(route):
        handle = usual(route)

        async def counting(request):
            gone.append(request.url.path)
            return await handle(request)

        return counting

    gone = []
    monkeypatch.setattr(quick.APIRoute, "get_route_handler", counted)
    client = connect(create_app(sqlite_store, str))
    for address in ("accounts?limit=2", "accounts/a", "history/a", "portfolio", "explanations/a"):
        client.get(f"/v1/{address}")
    assert gone == []
    client.get("/v1/accounts?limit=0")
    assert gone == ["/v1/accounts"]


def test_many_explanations_leave_threads_for_what_is_quick(sqlite_store, make_run):
    """More explanations than there are threads stand still, and an account is answered."""
    ScoreRepository(sqlite_store).publish(make_run({"a": 0.6}))
    goes_on, under_way = threading.Event(), []

    def explain(*asked):
        under_way.append(asked)
        assert goes_on.wait(60)
        raise NotExplained("it took too long")

    near = replace(NOTHING, explain=explain)
    app = create_app(sqlite_store, str, at_hand=AtHand(close_up=near))

    async def ask():
        anyio.to_thread.current_default_thread_limiter().total_tokens = 6
        transport = httpx.ASGITransport(app)
        statuses = []
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
            anyio.create_task_group() as tasks,
        ):

            async def one():
                statuses.append((await client.get("/v1/explanations/a")).status_code)

            for _ in range(20):
                tasks.start_soon(one)
            with anyio.fail_after(60):
                while len(under_way) < quick.THREADS_OF_FEW:
                    await anyio.sleep(0.01)
                assert (await client.get("/v1/accounts/a")).status_code == 200
            assert len(under_way) == quick.THREADS_OF_FEW
            goes_on.set()
        return statuses

    assert anyio.run(ask) == [problems.NOT_EXPLAINED.status] * 20
