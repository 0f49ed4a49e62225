"""A bundle through plain MLflow: scores like the model, refuses what was changed."""

import shutil
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from models import bundle
from models.bundle import BrokenBundle
from models.registry import Registry
from models.run_record import BUNDLE, RunRecord
from models.signature import DESCRIBING, Holds, signature_of

pytestmark = pytest.mark.filterwarnings("ignore:.*Any type hint is inferred as AnyType")
PLAIN = {".json", ".txt", ".parquet", ".png"}


@pytest.fixture(scope="module")
def model(make_model):
    return make_model("blend")


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
        "account_id", "as_of", "p_loss_30", "p_loss_90", "p_loss_180", "health_score", "band"
    ]  # fmt: skip
    for row, score in zip(found.itertuples(), model.score(snapshot), strict=True):
        assert (row.account_id, row.as_of) == (score.account_id, score.as_of)
        chances = {30: row.p_loss_30, 90: row.p_loss_90, 180: row.p_loss_180}
        assert {h: score.p_loss[h] for h in chances} == chances
        assert (row.health_score, row.band) == (score.health_score, score.band.value)


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
