from datetime import UTC, date, datetime

from pipelines.history import history_of
from serving.store import Cause, ModelAction, ModelRecord, ModelVersionRepository

REPORT = {
    "metrics": {
        "auc": {"value": 0.81, "low": 0.78, "high": 0.84},
        "log_loss": {"value": 0.21, "low": 0.2, "high": None},
    },
    "slope": 1.02,
}


def record(version: str, **metrics: object) -> ModelRecord:
    made = datetime(2026, 6, 30, 21, 15, tzinfo=UTC)
    return ModelRecord(
        version, made, "blend", "logo_churn", (30, 90), 90, metrics, {}, date(2026, 6, 30), "r",
        "ab" * 32,
    )  # fmt: skip


def cause(action: ModelAction, reason: str, *verdict: str) -> Cause:
    return Cause(action, datetime(2026, 7, 1, 8, 30, tzinfo=UTC), "maria", reason, verdict)


def test_every_change_is_told_with_who_why_digest_and_figures(workspace, store):
    versions = ModelVersionRepository(store)
    first = record("v1", horizons={"90": REPORT})
    versions.promote(first, cause(ModelAction.TRAINED, "the first", "the first"))
    versions.promote(record("v2"), cause(ModelAction.PROMOTED, "newer", "worse on tier low"))
    versions.promote(first, cause(ModelAction.ROLLED_BACK, "too many reds"))

    found = history_of(workspace)
    actions = [(c["action"], c["from"], c["to"]) for c in found.summary()["changes"]]
    assert actions == [
        ("trained", None, "v1"), ("promoted", "v1", "v2"), ("rolled back", "v2", "v1"),
    ]  # fmt: skip
    one, two, _ = found.summary()["changes"]
    assert one["figures"]["auc"] == REPORT["metrics"]["auc"]
    assert (one["digest"], one["by"], one["at"]) == (
        "ab" * 32,
        "maria",
        "2026-07-01T08:30:00+00:00",
    )
    assert (two["reason"], two["verdict"]) == ("newer", ["worse on tier low"])

    text = found.text()
    assert "2026-07-01 08:30 UTC  promoted: v2, in the place of v1" in text
    assert "auc 0.810 (0.780 to 0.840), log loss unknown" in text
    assert text.count("the first") == 1  # a verdict that is the reason is not said twice


def test_before_any_model_served(workspace):
    found = history_of(workspace)
    assert found.summary() == {"changes": []}
    assert found.text().startswith("No model has served yet")
    assert not workspace.root.exists()
