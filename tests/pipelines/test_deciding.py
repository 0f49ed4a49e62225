"""Compare, promote, roll back and bake off, on a small company trained twice."""

import json
from datetime import timedelta

import pandas as pd
import pytest

from pipelines.workspace import Workspace
from serving.store import ModelChangeRepository, ModelVersionRepository, open_store


def one_object(found):
    assert len(found.stdout.splitlines()) == 1, found.stdout
    return json.loads(found.stdout)


@pytest.fixture
def place(finished):
    return ("--workspace", finished.company.workspace)


@pytest.fixture(autouse=True)
def as_it_was(finished):
    """Every test finds the model serve that `finished` promoted."""
    space = Workspace(finished.company.workspace)
    kept = {path: path.read_bytes() for path in (space.root / "mlflow.db", space.root / "store.db")}
    yield
    for path, content in kept.items():
        path.write_bytes(content)
        for beside in ("-wal", "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)


@pytest.fixture(scope="module")
def later(finished, days):
    """A model trained two months later, which stays challenger."""
    return finished.again("train", "--as-of", days.rescored)


def test_training_tells_every_figure(finished):
    train = finished.summary["train"]
    overall = train["scorecard"]["overall"]["figures"]
    assert overall["auc"]["value"] == pytest.approx(
        train["horizon_reports"]["30"]["metrics"]["auc"]["value"]
    )
    assert 0 < overall["recall_at_capacity"]["low"] < overall["recall_at_capacity"]["high"] < 1
    assert train["decision"] == ["the first model that is fit to use"]


def test_a_challenger_no_better_stays_challenger(finished, later, forewarn, place):
    assert later["fit_to_use"] is True
    assert later["promoted"] is False
    assert later["decision"][0].startswith("not better beyond doubt")
    assert later["comparison"]["champion"] == finished.summary["train"]["model_version"]

    found = one_object(forewarn("compare", "champion", "challenger", "--json", *place))
    assert found["challenger"] == later["model_version"]
    assert found["promotable"] is False
    assert found["rows"] > 500
    assert found["differences"]["log_loss"]["champion"] > 0
    told = forewarn("compare", "champion", later["model_version"], *place)
    assert "By the rule it may not take the place of" in told.stdout


def test_promotion_needs_the_rule_or_force_and_can_be_taken_back(
    finished, later, forewarn, place
):
    first, second = finished.summary["train"]["model_version"], later["model_version"]
    refused = forewarn("promote", second, "--reason", "newer", *place)
    assert refused.exit_code == 3
    assert "not better beyond doubt" in refused.stderr
    assert serving(finished) == (first, first)

    forced = one_object(
        forewarn("promote", second, "--reason", "newer data", "--force", "--json", *place)
    )
    assert (forced["before"], forced["now"]) == (first, second)
    assert serving(finished) == (second, second)

    back = one_object(forewarn("rollback", "--reason", "too many reds", "--json", *place))
    assert (back["before"], back["now"]) == (second, first)
    assert serving(finished) == (first, first)
    again = forewarn("rollback", "--reason", "once more", *place)
    assert again.exit_code == 2
    assert "no model is known to have served before" in again.stderr

    trail = changes(finished)
    assert [change.cause.action.value for change in trail] == ["trained", "promoted", "rolled back"]
    assert trail[1].cause.reason == "newer data"
    assert trail[1].cause.verdict[-1] == "promoted by --force against the rule"
    assert {change.cause.by for change in trail} != {""}


def test_a_tampered_bundle_is_not_promoted(finished, later, forewarn, place):
    space = Workspace(finished.company.workspace)
    model = space.registry().version(later["model_version"]).bundle / "model.json"
    kept = model.read_bytes()
    model.write_bytes(kept.replace(b"logistic", b"LOGISTIC", 1))
    try:
        found = forewarn("promote", "challenger", "--reason", "x", "--force", *place)
    finally:
        model.write_bytes(kept)
    assert found.exit_code == 3
    assert "model.json was changed or lost" in found.stderr
    first = finished.summary["train"]["model_version"]
    assert serving(finished) == (first, first)


def test_a_store_that_cannot_be_written_leaves_the_alias(
    finished, later, forewarn, place, monkeypatch
):
    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr(ModelVersionRepository, "promote", broken)
    found = forewarn("promote", "challenger", "--reason", "x", "--force", *place)
    assert found.exit_code == 1
    first = finished.summary["train"]["model_version"]
    assert serving(finished) == (first, first)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("compare", "champion", "v9"), "there is no model v9: give champion, challenger, or one"),
        (("promote", "champion", "--reason", "x"), "serves already"),
        (("promote", "challenger", "--reason", "  "), "--reason is empty"),
        (("bakeoff", "--score", "nowhere.csv"), "nowhere.csv is not there"),
    ],
)
def test_what_a_user_gets_wrong(later, forewarn, place, arguments, why):
    assert later
    found = forewarn(*arguments, *place)
    assert found.exit_code == 2
    assert why in found.stderr


def test_before_any_training(forewarn, tmp_path):
    found = forewarn("compare", "champion", "challenger", "--workspace", tmp_path / "w")
    assert found.exit_code == 2
    assert "no model was trained yet" in found.stderr


def test_a_past_day_is_not_foretold_by_a_model_that_saw_later_data(finished, days, tmp_path):
    earlier = days.scored - timedelta(days=59)
    found = finished.again("run", "--as-of", earlier, fails=3)
    assert found["scores"] is None
    assert "has learnt from data up to 2025-02-28" in found["unscored"]


def test_a_bake_off(finished, forewarn, place, tmp_path):
    orders = pd.read_csv(finished.company.config.parent / "orders.csv")
    orders["day"] = pd.to_datetime(orders["day"])
    counts = [
        orders[(orders.day <= day) & (orders.day > day - pd.Timedelta(days=30))]
        .groupby("customer")
        .size()
        .rename("score")
        .reset_index()
        .assign(date=day.date().isoformat())
        for day in pd.date_range("2024-06-03", "2025-02-01", freq="7D")
    ]
    frame = pd.concat(counts).rename(columns={"customer": "account_id"})
    frame.to_csv(tmp_path / "hand.csv", index=False)
    options = ("--score", tmp_path / "hand.csv", "--higher-is-healthier")

    found = one_object(forewarn("bakeoff", *options, "--json", *place))
    assert found["covered"] > 0.95 * found["rows"]
    assert 0.7 < found["order"]["auc"]["champion"] < 0.9
    assert found["chances"]["log_loss"]["champion"] < 0.5
    assert found["score"]["overall"]["figures"].keys() < found["model"]["overall"]["figures"].keys()
    told = forewarn("bakeoff", *options, *place).stdout
    assert "precision at capacity" in told

    frame.assign(account_id="x" + frame["account_id"]).to_csv(tmp_path / "other.csv", index=False)
    other = forewarn("bakeoff", "--score", tmp_path / "other.csv", *place)
    assert other.exit_code == 2
    assert "no account_id of it is known; it holds xc" in other.stderr


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("account_id,score\na,1\n", "needed are account_id, date (or as_of) and score"),
        ("account_id,date,score\na,01/02/2025,1\n", "row 1: date is '01/02/2025', no ISO 8601"),
        ("account_id,date,score\na,2025-01-02,1\nb,2025-01-02,high\n", "row 2: score is 'high'"),
    ],
)
def test_a_score_file_that_cannot_be_read(forewarn, place, tmp_path, text, why):
    (tmp_path / "s.csv").write_text(text)
    found = forewarn("bakeoff", "--score", tmp_path / "s.csv", *place)
    assert found.exit_code == 2
    assert why in found.stderr


def serving(finished):
    """The champion's version in the registry, and in the store."""
    space = Workspace(finished.company.workspace)
    engine = open_store(space.store_address)
    kept = ModelVersionRepository(engine).champion()
    engine.dispose()
    return space.registry().champion().version, kept.version


def changes(finished):
    engine = open_store(Workspace(finished.company.workspace).store_address)
    found = ModelChangeRepository(engine).all()
    engine.dispose()
    return found
