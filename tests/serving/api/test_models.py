from dataclasses import replace
from datetime import UTC, datetime

from serving.app import create_app
from serving.store import Cause, ModelAction, ModelVersionRepository


def test_no_champion_yet(client):
    answer = client.get("/v1/models/champion")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/docs#problem-no-champion"
    assert answer.json()["next"].startswith("forewarn run")


def test_the_champion(client, sqlite_store, champion):
    ModelVersionRepository(sqlite_store).promote(champion)
    assert client.get("/v1/models/champion").json() == {
        "version": "v1",
        "created_at": "2026-06-30T21:15:00Z",
        "flavour": "lightgbm",
        "outcome": "logo_churn",
        "horizons": [30, 90, 180],
        "primary_horizon": 90,
        "metrics": {"90": {"auc": 0.81, "log_loss": 0.19}, "lift": None},
        "bands": {"core": {"red": 0.5, "green": 0.2}},
        "data_as_of": "2026-06-30",
        "run_id": "6f1d",
        "digest": "ab" * 32,
    }


def test_every_version(store, champion, connect):
    client = connect(create_app(store, str))
    assert client.get("/v1/models").json() == {"items": []}
    versions = ModelVersionRepository(store)
    days = {name: datetime(2026, 6, day, tzinfo=UTC) for day, name in enumerate("abc", 1)}
    made = {name: replace(champion, version=name, created_at=at) for name, at in days.items()}
    first, then = days["a"], days["c"]
    versions.promote(made["a"], Cause(ModelAction.TRAINED, first, "ada", "the first"))
    versions.promote(made["b"], Cause(ModelAction.PROMOTED, then, "bob", "a better one"))
    versions.keep(made["c"])
    items = client.get("/v1/models").json()["items"]
    assert [(each["version"], each["alias"]) for each in items] == [
        ("c", None), ("b", "champion"), ("a", None),
    ]  # fmt: skip
    assert items[0]["promoted"] is None
    assert items[1]["promoted"] == {
        "at": "2026-06-03T00:00:00Z", "by": "bob", "action": "promoted", "reason": "a better one",
    }  # fmt: skip
    assert items[2]["promoted"]["by"] == "ada"
    assert items[2]["metrics"] == {"90": {"auc": 0.81, "log_loss": 0.19}, "lift": None}
    newest = client.get("/v1/models?limit=1").json()["items"]
    assert [each["version"] for each in newest] == ["c"]
    assert client.get("/v1/models?limit=0").status_code == 422
