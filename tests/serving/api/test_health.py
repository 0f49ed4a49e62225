from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from serving.api.health import ready
from serving.store import ModelVersionRepository, ScoreRepository
from serving.store.schema import HEAD


@pytest.fixture
def has_champion(sqlite_store, champion):
    ModelVersionRepository(sqlite_store).promote(champion)


@pytest.fixture
def has_scores(sqlite_store, make_run):
    ScoreRepository(sqlite_store).publish(make_run({"a": 0.5, "b": 0.1}))


def missing(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["next"] == body["missing"][0]["next"]
    return {each["what"]: each["next"] for each in body["missing"]}


def test_nothing_is_there(client):
    found = missing(client)
    assert list(found) == ["champion", "scores"]
    assert "forewarn run" in found["champion"]
    assert "forewarn demo" in found["scores"]


@pytest.mark.usefixtures("has_champion")
def test_scores_are_missing(client):
    assert missing(client) == {"scores": "forewarn score --as-of DATE"}


@pytest.mark.usefixtures("has_scores")
def test_the_champion_is_missing(client):
    assert list(missing(client)) == ["champion"]


@pytest.mark.usefixtures("has_champion")
def test_a_run_without_accounts_is_not_enough(client, sqlite_store, make_run):
    ScoreRepository(sqlite_store).publish(make_run({}))
    assert list(missing(client)) == ["scores"]


@pytest.mark.usefixtures("has_champion", "has_scores")
def test_ready(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    age = (datetime.now(UTC).date() - date(2026, 6, 30)).days
    assert answer.json() == {
        "status": "ready",
        "champion": "v1",
        "as_of": "2026-06-30",
        "accounts": 2,
        "database": {"kind": "sqlite", "revision": HEAD},
        "freshness": {"as_of": "2026-06-30", "age_days": age, "fresh": age <= 7},
        "loaded": None,
        "refused": None,
    }


@pytest.mark.usefixtures("has_champion", "has_scores")
def test_old_scores_are_told_and_served(sqlite_store):
    assert ready(sqlite_store, today=date(2026, 7, 7)).freshness.fresh
    assert not ready(sqlite_store, today=date(2026, 7, 8)).freshness.fresh


@pytest.mark.usefixtures("has_champion", "has_scores")
def test_tables_of_another_revision(client, sqlite_store):
    with sqlite_store.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert missing(client) == {"migration": "forewarn db upgrade"}


@pytest.mark.usefixtures("has_champion", "has_scores")
def test_the_store_does_not_answer(client, sqlite_store):
    def fail(*_):
        raise OperationalError("select 1", {}, Exception("gone"))

    event.listen(sqlite_store, "before_cursor_execute", fail)
    assert list(missing(client)) == ["store"]
    assert client.get("/livez").json() == {"status": "alive"}
