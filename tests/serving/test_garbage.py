"""What a request leaves behind goes with it, and does not wait for the collector of garbage."""

import gc

import pytest
from starlette.requests import Request

from serving.store import ScoreRepository

ASKED = [
    "/v1/accounts?limit=5",
    "/v1/accounts/a",
    "/v1/history/a",
    "/v1/portfolio",
    "/v1/accounts/nobody",
    "/livez",
    "/",
    "/accounts",
    "/accounts/a",
]


@pytest.fixture
def found_by_collector():
    """Objects that nothing but the collector would have freed, once the test asks for them."""
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)

    def found() -> list[object]:
        gc.collect()
        return list(gc.garbage)

    yield found
    gc.set_debug(0)
    gc.garbage.clear()
    gc.enable()


@pytest.mark.parametrize("path", ASKED)
def test_no_request_waits_to_be_found(client, sqlite_store, make_run, path, found_by_collector):
    ScoreRepository(sqlite_store).publish(make_run({"a": 0.6, "b": 0.1}))
    for _ in range(3):
        client.get(path)
    assert [each.url.path for each in found_by_collector() if isinstance(each, Request)] == []
