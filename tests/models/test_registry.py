"""The real MLflow on SQLite."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models import registry as subject
from models.registry import BUNDLE, CHALLENGER, NAME, Registry, RunRecord
from models.run_record import DatasetRecord, WalkRecord


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


@pytest.fixture(scope="module")
def full(registry: Registry, root: Path) -> str:
    """A run with months, two flavours walked, and its dataset; its id."""
    run = replace(
        run_of(root, "v3", auc_90=0.7),
        monthly={"month_auc_90": {0: 0.71, 2: 0.69}},
        walks=(
            WalkRecord("logistic", {"strength": "0.02"}, {"auc_90": 0.7, "log_loss_30": 0.2}),
            WalkRecord("lightgbm", {"rounds": "120"}, {"auc_90": 0.68}),
        ),
        data=DatasetRecord(
            "ab" * 32, 500, 40, "cd" * 32, (date(2024, 1, 31), date(2025, 1, 31)), "/where/lake"
        ),
    )
    return registry.record(run)


def test_months_are_the_steps_of_their_figures(registry: Registry, full: str) -> None:
    history = registry._client.get_metric_history(full, "month_auc_90")
    assert [(each.step, each.value) for each in history] == [(0, 0.71), (2, 0.69)]


def test_flavours_that_were_walked_are_nested_runs(registry: Registry, full: str) -> None:
    experiment = registry._client.get_run(full).info.experiment_id
    nested = registry._client.search_runs([experiment], f"tags.mlflow.parentRunId = '{full}'")
    found = {run.info.run_name: (run.data.params, run.data.metrics) for run in nested}
    assert found == {
        "logistic": ({"strength": "0.02"}, {"auc_90": 0.7, "log_loss_30": 0.2}),
        "lightgbm": ({"rounds": "120"}, {"auc_90": 0.68}),
    }
    assert {run.info.status for run in nested} == {"FINISHED"}


def test_the_dataset_is_named_by_its_digest(registry: Registry, full: str) -> None:
    (used,) = registry._client.get_run(full).inputs.dataset_inputs
    assert used.dataset.digest == "ab" * 16
    assert used.dataset.source_type == "local"
    assert json.loads(used.dataset.source) == {"uri": "/where/lake"}
    assert json.loads(used.dataset.profile) == {
        "num_rows": 500, "num_columns": 40, "first": "2024-01-31", "last": "2025-01-31"
    }  # fmt: skip
    tags = {tag.key: tag.value for tag in used.tags}
    assert tags["forewarn.fingerprint"] == "cd" * 32
    assert tags["forewarn.dataset_sha256"] == "ab" * 32


@pytest.fixture
def copied(registry: Registry, runs: dict[str, str], root: Path, tmp_path: Path) -> Path:
    """A copy of records and files, whose original stays where it is; v1 is champion in both."""
    registry.promote(runs["v1"])
    folder = tmp_path / "elsewhere #1"
    shutil.copytree(root, folder)
    return folder


def files(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*") if path.is_file()}


def test_a_copy_reads_and_writes_its_own_files(copied: Path, root: Path) -> None:
    before = files(root)
    own = Registry(f"sqlite:///{copied / 'mlflow.db'}", copied / "artifacts")
    champion = own.champion()
    assert champion.version == "v1"
    assert champion.bundle.is_relative_to(copied)
    assert (champion.bundle / "manifest.json").read_text() == '{"version": "v1"}'
    new = own.record(run_of(copied, "v9"))
    own.promote(new)
    assert own.champion().bundle.is_relative_to(copied)
    assert (own.champion().bundle / "manifest.json").exists()
    assert own.file(new, "evidence.json").is_relative_to(copied)
    assert files(root) == before


def test_a_moved_one_keeps_the_address_of_files_it_has_not(
    copied: Path, root: Path, runs: dict[str, str]
) -> None:
    shutil.rmtree(copied / "artifacts" / runs["v2"])
    own = Registry(f"sqlite:///{copied / 'mlflow.db'}", copied / "artifacts")
    assert own.version("v2").bundle.is_relative_to(root)
    assert own.version("v1").bundle.is_relative_to(copied)


def test_records_that_lie_elsewhere_are_left_alone(copied: Path, root: Path) -> None:
    own = Registry(f"sqlite:///{copied / 'mlflow.db'}", copied / "other" / "artifacts")
    assert own.champion().bundle.is_relative_to(root)
