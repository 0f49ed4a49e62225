from serving.store import ModelVersionRepository


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
