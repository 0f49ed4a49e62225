"""A bundle through plain MLflow: scores like the model, refuses what was changed."""

import shutil
from dataclasses import replace
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from models import bundle
from models.bundle import BrokenBundle
from models.causes.shares import Causes, Share
from models.flavours import FLAVOURS
from models.pyfunc import SnapshotScorer
from models.registry import Registry
from models.run_record import BUNDLE, RunRecord
from models.signature import DESCRIBING, Holds, signature_of

pytestmark = pytest.mark.filterwarnings("ignore:.*Any type hint is inferred as AnyType")
PLAIN = {".json", ".txt", ".parquet", ".png"}


@pytest.fixture(scope="module")
def model(make_model, schema, inputs, lost):
    """Any loss with its causes, and expansion."""
    plain = make_model("blend")
    share = FLAVOURS["constant"].fit(inputs, lost, schema, 1)
    shares = tuple(Share(hazard.interval, "constant", share) for hazard in plain.hazards)
    causes = Causes(shares, {"logo_churn": 1.0, "contraction": 0.4})
    growth = replace(make_model("logistic"), outcome="expansion")
    return replace(plain, outcome="any_loss", causes=causes, expansion=growth)


@pytest.fixture(scope="module")
def snapshot(model, inputs):
    frame = pd.DataFrame(inputs[:60], columns=list(model.schema.names)).astype({"plan": object})
    frame["plan"] = ["basic", "plus", None] * 20
    frame.insert(0, "as_of", pd.Series([model.data_as_of] * 60, dtype=object))
    frame.insert(0, "account_id", [f"a{n}" for n in range(60)])
    return frame


@pytest.fixture(scope="module")
def address(model, tmp_path_factory):
    """A registry in which the model is the challenger; its tracking address."""
    root = tmp_path_factory.mktemp("plain mlflow")
    folder = root / "run"
    digest = bundle.save(model, folder / BUNDLE)
    run = RunRecord("v1", digest, {}, {}, folder, signature=signature_of(model))
    Registry(f"sqlite:///{root / 'mlflow.db'}", root / "artifacts").record(run)
    return f"sqlite:///{root / 'mlflow.db'}"


@pytest.fixture
def loaded(address):
    mlflow.set_tracking_uri(address)
    yield mlflow.pyfunc.load_model("models:/forewarn@challenger")
    mlflow.set_tracking_uri(None)


@pytest.fixture
def copy(address, tmp_path):
    """The bundle as MLflow hands it out, to be changed."""
    mlflow.set_tracking_uri(address)
    found = mlflow.artifacts.download_artifacts("models:/forewarn@challenger")
    shutil.copytree(found, tmp_path / "copy")
    mlflow.set_tracking_uri(None)
    return tmp_path / "copy"


def test_plain_mlflow_scores_a_snapshot(loaded, model, snapshot):
    found = loaded.predict(snapshot)
    assert list(found.columns) == [
        "account_id", "as_of", "p_loss_30", "p_loss_90", "p_loss_180",
        "p_logo_churn_30", "p_logo_churn_90", "p_logo_churn_180",
        "p_contraction_30", "p_contraction_90", "p_contraction_180",
        "p_expansion_30", "p_expansion_90", "p_expansion_180",
        "revenue_lost", "health_score", "band",
    ]  # fmt: skip
    for row, score in zip(found.itertuples(), model.score(snapshot), strict=True):
        assert (row.account_id, row.as_of) == (score.account_id, score.as_of)
        chances = {30: row.p_loss_30, 90: row.p_loss_90, 180: row.p_loss_180}
        assert {h: score.p_loss[h] for h in chances} == chances
        causes = {"logo_churn": row.p_logo_churn_90, "contraction": row.p_contraction_90}
        assert {c: of[90] for c, of in score.outlook.p_by_cause.items()} == causes
        assert sum(causes.values()) == pytest.approx(row.p_loss_90, rel=1e-12)
        assert row.p_expansion_180 == score.outlook.p_expansion[180]
        assert row.revenue_lost == score.outlook.revenue_lost > 0
        assert (row.health_score, row.band) == (score.health_score, score.band.value)


def test_a_model_of_loss_alone_tells_of_nothing_else(make_model, snapshot):
    plain = replace(make_model("logistic"), outcome="lapse")
    found = SnapshotScorer(plain).predict(snapshot)
    assert list(found.columns) == [field.name for field in signature_of(plain).outputs]
    assert not any("churn" in name or "expansion" in name for name in found.columns)
    assert found["revenue_lost"].isna().all()


def test_further_columns_and_another_order_change_nothing(loaded, snapshot):
    other = snapshot[sorted(snapshot.columns)].assign(extra=1).set_index(np.arange(60) + 7)
    found = loaded.predict(other)
    assert list(found.index) == list(range(7, 67))
    pd.testing.assert_frame_equal(found.reset_index(drop=True), loaded.predict(snapshot))


def test_the_signature_names_inputs_and_outputs(loaded, model):
    given = {spec.name: spec for spec in loaded.metadata.signature.inputs.inputs}
    assert [n for n in given if given[n].required] == ["account_id", "as_of", *model.schema.names]
    assert {n for n in given if not given[n].required} == {f.name for f in DESCRIBING}
    kinds = {name: spec.type.name for name, spec in given.items()}
    assert (kinds["plan"], kinds["use"], kinds["as_of"]) == ("string", "double", "datetime")
    answered = [spec.name for spec in loaded.metadata.signature.outputs.inputs]
    assert answered == [field.name for field in signature_of(model).outputs]
    assert signature_of(model).outputs[-1].holds is Holds.WORD


def test_a_missing_column_is_refused(loaded, snapshot):
    with pytest.raises(mlflow.exceptions.MlflowException, match="use"):
        loaded.predict(snapshot.drop(columns="use"))


@pytest.mark.parametrize("name", ["model.json", "0-30.model.lgb.txt", "manifest.json"])
def test_a_tampered_bundle_is_refused_by_plain_mlflow_too(copy, name):
    with (copy / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(BrokenBundle):
        mlflow.pyfunc.load_model(str(copy))


def test_a_lost_file_is_refused(copy):
    (copy / "30-90.model.logistic.json").unlink()
    with pytest.raises(BrokenBundle, match="changed or lost"):
        mlflow.pyfunc.load_model(str(copy))


def test_nothing_is_pickled(copy):
    files = [path for path in copy.rglob("*") if path.is_file()]
    odd = {path.name for path in files if path.suffix not in PLAIN}
    assert odd <= {"MLmodel", "registered_model_meta"}
    assert "MLmodel" in odd
    for path in files:
        if path.suffix in (".json", ".txt") or path.name == "MLmodel":
            path.read_text(encoding="utf-8")
    text = (copy / "MLmodel").read_text(encoding="utf-8")
    assert "loader_module: models.pyfunc" in text
    assert "pkl" not in text
    assert "cloudpickle" not in text


def test_our_own_loader_reads_the_same_folder(copy, model):
    digest = bundle.save(model, copy.parent / "again")
    assert bundle.load(copy, digest).version == model.version
    assert isinstance(copy, Path)
