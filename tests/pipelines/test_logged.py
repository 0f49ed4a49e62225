"""What a training run leaves in MLflow, seen through plain MLflow."""

import mlflow
import pytest
from mlflow import MlflowClient

from models.flavours import FLAVOURS
from models.metrics import Estimate
from models.scorecard import Scorecard, Slice
from pipelines.logged import by_month, first_month, settings_of
from pipelines.stored import StoredSnapshots
from pipelines.workspace import Workspace
from serving.store import ScoreRepository, open_store

pytestmark = pytest.mark.filterwarnings("ignore:.*Any type hint is inferred as AnyType")
ALLOWED = {".json", ".txt", ".parquet", ".png"}


@pytest.fixture
def space(finished):
    found = Workspace(finished.company.workspace)
    mlflow.set_tracking_uri(found.mlflow_address)
    yield found
    mlflow.set_tracking_uri(None)


@pytest.fixture
def run(space, finished):
    return MlflowClient(space.mlflow_address).get_run(finished.summary["train"]["run_id"])


def test_every_flavour_is_a_nested_run(run, finished):
    parent = f"tags.mlflow.parentRunId = '{run.info.run_id}'"
    nested = MlflowClient().search_runs([run.info.experiment_id], parent)
    found = {each.info.run_name: each.data for each in nested}
    losses = finished.summary["train"]["flavours_log_loss"]
    assert found.keys() == losses.keys()
    for name, loss in losses.items():
        assert found[name].metrics["log_loss_30"] == pytest.approx(loss)
        assert "strength" in found[name].params


def test_months_are_steps(run, finished):
    history = MlflowClient().get_metric_history(run.info.run_id, "month_auc_30")
    months = finished.summary["train"]["scorecard"]["slices"]["month"]
    known = {month: part["figures"]["auc"]["value"] for month, part in months.items()
             if part["figures"]}  # fmt: skip
    assert run.data.params["first_test_month"] == min(months)
    assert [each.value for each in history] == pytest.approx(list(known.values()))
    assert len({each.step for each in history}) == len(known)


def test_the_dataset_is_known(run, finished):
    (used,) = run.inputs.dataset_inputs
    version = finished.summary["train"]["model_version"]
    assert used.dataset.digest.startswith(version.rsplit("-", 1)[1])
    tags = {tag.key: tag.value for tag in used.tags}
    assert tags["forewarn.fingerprint"] == run.data.params["fingerprint"]


def test_figures_are_kept_and_nothing_is_pickled(space):
    files = [path for path in (space.root / "artifacts").rglob("*") if path.is_file()]
    assert {path.suffix or path.name for path in files} <= {*ALLOWED, "MLmodel"}
    names = {path.name for path in files}
    assert {"lead-time-30.png", "bands-30.png", "reliability-30.png", "lift-30.png"} <= names


def test_plain_mlflow_says_what_was_published(space, days):
    model = mlflow.pyfunc.load_model("models:/forewarn@champion")
    (stored,) = StoredSnapshots(space.snapshots).runs(days.scored)
    said = model.predict(stored.read().to_pandas(date_as_object=True)).set_index("account_id")
    engine = open_store(space.store_address)
    published = ScoreRepository(engine).run(days.scored)
    engine.dispose()
    assert len(said) == len(published) > 100
    for each in published:
        row = said.loc[each.score.account_id]
        assert row["p_loss_30"] == pytest.approx(each.score.p_loss[30], abs=1e-9)
        assert row["band"] == each.score.band.value


def test_a_month_without_evidence_leaves_a_gap():
    def part(auc):
        figures = {"auc": Estimate(auc, 0.5, 0.9)} if auc else {}
        return Slice(10, 10, 5, figures)

    months = {"2025-11": part(None), "2025-12": part(0.7), "2026-02": part(0.8)}
    card = Scorecard(90, part(0.75), {"month": months})
    assert by_month(card) == {"month_auc_90": {1: 0.7, 3: 0.8}}
    assert first_month(card) == {"first_test_month": "2025-11"}
    assert first_month(None) == {}


def test_settings_of_a_blend_name_its_parts():
    found = settings_of(FLAVOURS["blend"])
    assert found["lightgbm.objective"] == "binary"
    assert {"trees.rounds", "line.strength"} <= found.keys()
    assert settings_of(FLAVOURS["logistic"]).keys() == {"strength", "detail"}
