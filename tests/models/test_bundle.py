"""A bundle comes back bit for bit or not at all, and never runs anything."""

import json
import pickle
import pickletools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models import bundle
from models.bands import BandPolicy, Steps, Thresholds
from models.bundle import BrokenBundle
from models.churn_model import ChurnModel
from models.encoding import Matrix
from models.explain.reference import Reference
from models.flavours import FLAVOURS

MakeModel = Callable[..., ChurnModel]


@pytest.fixture(params=sorted(FLAVOURS))
def model(request: pytest.FixtureRequest, make_model: MakeModel) -> ChurnModel:
    return make_model(request.param)


@pytest.fixture
def saved(make_model: MakeModel, tmp_path: Path) -> tuple[Path, str]:
    return tmp_path, bundle.save(make_model("blend"), tmp_path)


def test_comes_back_bit_for_bit(model: ChurnModel, inputs: Matrix, tmp_path: Path) -> None:
    digest = bundle.save(model, tmp_path / "deep" / "bundle")
    again = bundle.load(tmp_path / "deep" / "bundle", digest)
    for field in ("version", "flavour", "outcome", "schema", "primary_horizon", "policy"):
        assert getattr(again, field) == getattr(model, field)
    assert again.fingerprint == model.fingerprint
    assert again.followed == model.followed
    assert again.data_as_of == model.data_as_of
    for horizon, chance in model.chances(inputs).items():
        np.testing.assert_array_equal(again.chances(inputs)[horizon], chance)
    for mine, theirs in zip(model.explain(inputs), again.explain(inputs), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert bundle.save(again, tmp_path / "again") == digest


def test_scores_come_back_bit_for_bit(
    make_model: MakeModel, inputs: Matrix, tmp_path: Path
) -> None:
    model = make_model("lightgbm")
    frame = pd.DataFrame(inputs[:30], columns=list(model.schema.names)).astype({"plan": object})
    frame["plan"] = ["basic", "plus", "unheard of"] * 10
    frame.insert(0, "as_of", [model.data_as_of] * 30)
    frame.insert(0, "account_id", [f"a{i}" for i in range(30)])
    bundle.save(model, tmp_path)
    assert bundle.load(tmp_path).score(frame) == model.score(frame)


@pytest.mark.parametrize("name", ["model.json", "0-30.model.lgb.txt", "30-90.model.logistic.json"])
def test_a_changed_file_is_refused(saved: tuple[Path, str], name: str) -> None:
    folder, digest = saved
    changed = bytearray((folder / name).read_bytes())
    changed[len(changed) // 2] ^= 1
    (folder / name).write_bytes(bytes(changed))
    with pytest.raises(BrokenBundle, match=f"{name} was changed or lost"):
        bundle.load(folder, digest)


@pytest.mark.parametrize("name", ["model.json", "90-180.model.lgb.txt"])
def test_a_lost_file_is_refused(saved: tuple[Path, str], name: str) -> None:
    folder, digest = saved
    (folder / name).unlink()
    with pytest.raises(BrokenBundle, match="was changed or lost"):
        bundle.load(folder, digest)


def test_another_manifest_is_refused(saved: tuple[Path, str]) -> None:
    """Sums that fit the files do not help: the manifest's own sum was kept elsewhere."""
    folder, digest = saved
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert bundle.load(folder).version == "v1"
    with pytest.raises(BrokenBundle, match="is not the manifest that was promoted"):
        bundle.load(folder, digest)


@pytest.mark.parametrize(
    ("manifest", "complaint"),
    [
        ('{"format": 9, "version": "v1", "sha256": {}}', "is of format 9, this reads 3"),
        ('{"format": 2, "version": "v1", "sha256": {}}', "run `forewarn train` again"),
        ("not JSON", "is no manifest of a model bundle"),
        ("[]", "is no manifest of a model bundle"),
        ('{"format": 3}', "is no manifest of a model bundle"),
        ('{"format": 3, "version": "v1", "sha256": {}}', "holds no model this version can read"),
    ],
)
def test_what_is_no_bundle_is_refused(tmp_path: Path, manifest: str, complaint: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(BrokenBundle, match=complaint):
        bundle.load(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenBundle, match=r"holds no manifest.json: it is not a model bundle"):
        bundle.load(tmp_path)


def _is_pickle(content: bytes) -> bool:
    try:
        list(pickletools.genops(content))
    except Exception:  # noqa: BLE001  whatever it is, it is no pickle
        return content[:1] == b"\x80"
    return True


def test_nothing_is_pickled(model: ChurnModel, tmp_path: Path) -> None:
    assert _is_pickle(pickle.dumps({"a": [1, 2]}))
    assert _is_pickle(pickle.dumps({"a": [1, 2]}, protocol=0))
    bundle.save(model, tmp_path)
    files = sorted(tmp_path.iterdir())
    assert len(files) >= 5
    for file in files:
        content = file.read_bytes()
        assert not _is_pickle(content)
        assert b"\x00" not in content
        content.decode()
        if file.suffix == ".json":
            json.loads(content)


def test_what_explanations_are_held_against_comes_back(
    make_model: MakeModel, inputs: Matrix, tmp_path: Path
) -> None:
    plain = make_model("blend")
    families = (("use", "csat"), ("noise",), ("plan",), ("fixed",))
    kept = Reference(inputs[:70], families, np.array([0.1, 0.0, np.inf, 1 / 3]))
    digest = bundle.save(replace(plain, reference=kept), tmp_path / "a")
    again = bundle.load(tmp_path / "a", digest)
    assert again.reference is not None
    np.testing.assert_array_equal(again.reference.background, kept.background)
    np.testing.assert_array_equal(again.reference.steady_from, kept.steady_from)
    assert again.reference.families == families
    assert bundle.save(again, tmp_path / "b") == digest
    assert not _is_pickle((tmp_path / "a" / "background.parquet").read_bytes())
    (tmp_path / "a" / "background.parquet").unlink()
    with pytest.raises(BrokenBundle, match=r"background.parquet was changed or lost"):
        bundle.load(tmp_path / "a")


def test_thresholds_by_tier_come_back(make_model: MakeModel, tmp_path: Path) -> None:
    tiers = {"high": Thresholds(0.1, 0.02, 0.05, 0.025, worth_from=1500.0)}
    policy = BandPolicy(Thresholds(0.3, 0.05, 0.1, 0.05), tiers, Steps(0.7, 3, 1.5))
    model = replace(make_model("logistic"), policy=policy)
    bundle.save(model, tmp_path)
    assert bundle.load(tmp_path).policy == policy
