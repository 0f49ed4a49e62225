"""The real MLflow on SQLite."""

from pathlib import Path

import pytest

from models import registry as subject
from models.registry import BUNDLE, CHALLENGER, NAME, Registry, RunRecord


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mlflow with a space")


@pytest.fixture(scope="module")
def registry(root: Path) -> Registry:
    """One for the module: creating MLflow's tables takes seconds."""
    return Registry(f"sqlite:///{root / 'mlflow.db'}", root / "artifacts")


def run_of(root: Path, version: str, **metrics: float) -> RunRecord:
    folder = root / version
    (folder / BUNDLE).mkdir(parents=True)
    (folder / BUNDLE / "manifest.json").write_text(f'{{"version": "{version}"}}')
    (folder / "evidence.json").write_text("{}")
    return RunRecord(version, f"digest of {version}", {"flavour": "blend"}, metrics, folder)


@pytest.fixture(scope="module")
def runs(registry: Registry, root: Path) -> dict[str, str]:
    """Two runs recorded in turn, neither promoted; their ids by version."""
    assert registry.champion() is None
    first = registry.record(run_of(root, "v1", auc_90=0.75))
    second = registry.record(run_of(root, "v2", auc_90=0.8, slope=float("nan")))
    assert registry.champion() is None
    return {"v1": first, "v2": second}


def test_a_run_keeps_parameters_metrics_and_files(registry: Registry, runs: dict[str, str]) -> None:
    run = registry._client.get_run(runs["v1"])
    assert run.info.status == "FINISHED"
    assert run.data.params == {"flavour": "blend"}
    assert run.data.metrics == {"auc_90": 0.75}
    assert run.data.tags["forewarn.bundle_sha256"] == "digest of v1"
    kept = {f.path for f in registry._client.list_artifacts(runs["v1"])}
    assert kept == {"bundle", "evidence.json"}


def test_the_newest_is_the_challenger(registry: Registry, runs: dict[str, str]) -> None:
    model = registry._client.get_model_version_by_alias(NAME, CHALLENGER)
    assert model.run_id == runs["v2"]
    assert model.tags["forewarn.version"] == "v2"


def test_the_champion_is_who_was_promoted_last(
    registry: Registry, runs: dict[str, str], root: Path
) -> None:
    for version in ("v2", "v1"):
        registry.promote(runs[version])
        champion = registry.champion()
        assert (champion.version, champion.run_id) == (version, runs[version])
        assert champion.digest == f"digest of {version}"
        assert (champion.bundle / "manifest.json").read_text() == f'{{"version": "{version}"}}'
        assert champion.bundle.is_relative_to(root)  # nothing is copied elsewhere


def test_another_process_sees_the_same(
    registry: Registry, runs: dict[str, str], root: Path
) -> None:
    registry.promote(runs["v1"])
    again = Registry(f"sqlite:///{root / 'mlflow.db'}", root / "artifacts")
    assert again.champion() == registry.champion()


def test_an_unknown_run_cannot_be_promoted(registry: Registry, runs: dict[str, str]) -> None:
    assert runs
    with pytest.raises(LookupError, match="run 0123 has no registered model"):
        registry.promote("0123")


def test_a_broken_registry_is_not_an_empty_one(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise subject.MlflowException("the database is locked")

    monkeypatch.setattr(registry._client, "get_model_version_by_alias", down)
    with pytest.raises(subject.MlflowException, match="locked"):
        registry.champion()
