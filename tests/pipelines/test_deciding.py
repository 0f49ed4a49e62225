"""Compare, promote, roll back and bake off, on a small company trained twice."""

import json
from datetime import UTC, datetime

import pandas as pd
import pytest

from models.track_record import read_back
from pipelines.errors import InputError
from pipelines.promotion import put_in_service
from serving.store import (
    Cause,
    ModelAction,
    ModelChangeRepository,
    ModelVersionRepository,
    open_store,
)


def one_object(found):
    assert len(found.stdout.splitlines()) == 1, found.stdout
    return json.loads(found.stdout)


@pytest.fixture
def place(trained_twice):
    return ("--workspace", trained_twice.company.workspace)


@pytest.fixture
def second_serves(trained_twice, forewarn, place):
    """For one test the later model serves, by force."""
    done = forewarn("promote", trained_twice.versions[1], "--reason", "test", "--force", *place)
    assert done.exit_code == 0, done.stderr
    yield
    assert forewarn("rollback", "--reason", "end of test", *place).exit_code == 0


def test_training_tells_every_figure(trained_twice):
    train = trained_twice.first
    overall = train["scorecard"]["overall"]["figures"]
    assert overall["auc"]["value"] == pytest.approx(
        train["horizon_reports"]["30"]["metrics"]["auc"]["value"]
    )
    assert 0 < overall["recall_at_capacity"]["low"] < overall["recall_at_capacity"]["high"] < 1
    assert train["decision"] == ["the first model that is fit to use"]


def test_a_challenger_no_better_stays_challenger(trained_twice, forewarn, place):
    (first, second), later = trained_twice.versions, trained_twice.later
    assert later["fit_to_use"] is True
    assert later["promoted"] is False
    assert later["decision"][0].startswith("not better beyond doubt")
    assert later["comparison"]["champion"] == first

    found = one_object(forewarn("compare", "champion", "challenger", "--json", *place))
    assert found["challenger"] == second
    assert found["promotable"] is False
    assert found["rows"] > 500
    assert found["differences"]["log_loss"]["champion"] > 0
    told = forewarn("compare", "champion", second, *place)
    assert f"By the rule it may not take the place of {first}" in told.stdout


def test_the_store_knows_the_model_that_waits_and_how_both_kept_their_word(trained_twice):
    engine = open_store(trained_twice.space.store_address)
    kept = {each.version: each.metrics for each in ModelVersionRepository(engine).newest()}
    engine.dispose()
    first, second = trained_twice.versions
    assert set(kept) == {first, second}
    assert kept[second]["comparison"]["champion"] == first
    assert kept[second]["decision"][0].startswith("not better beyond doubt")
    for metrics in kept.values():
        track = read_back(metrics["track_record"])
        assert track.horizon == 30
        assert sum(group.rows for group in track.reliability) == track.rows
        assert track.lift[-1].found.value > track.lift[-1].called
        assert {month.band.value for month in track.months} >= {"red", "green"}


def test_promotion_needs_the_rule_or_force_and_can_be_taken_back(trained_twice, forewarn, place):
    first, second = trained_twice.versions
    refused = forewarn("promote", second, "--reason", "newer", *place)
    assert refused.exit_code == 3
    assert "not better beyond doubt" in refused.stderr
    assert serving(trained_twice) == (first, first)

    forced = one_object(
        forewarn("promote", second, "--reason", "newer data", "--force", "--json", *place)
    )
    assert (forced["before"], forced["now"]) == (first, second)
    assert serving(trained_twice) == (second, second)

    back = one_object(forewarn("rollback", "--reason", "too many reds", "--json", *place))
    assert (back["before"], back["now"]) == (second, first)
    assert serving(trained_twice) == (first, first)
    again = forewarn("rollback", "--reason", "once more", *place)
    assert again.exit_code == 2
    assert "no model is known to have served before" in again.stderr

    promoted, rolled_back = changes(trained_twice)[-2:]
    assert promoted.cause.action is ModelAction.PROMOTED
    assert rolled_back.cause.action is ModelAction.ROLLED_BACK
    assert promoted.cause.reason == "newer data"
    assert promoted.cause.verdict[-1] == "promoted by --force against the rule"
    assert promoted.cause.by
    assert promoted.digest == trained_twice.space.registry().version(second).digest


def test_a_tampered_bundle_is_not_promoted(trained_twice, forewarn, place):
    first, second = trained_twice.versions
    model = trained_twice.space.registry().version(second).bundle / "model.json"
    kept = model.read_bytes()
    model.write_bytes(kept.replace(b"logistic", b"LOGISTIC", 1))
    try:
        found = forewarn("promote", second, "--reason", "x", "--force", *place)
    finally:
        model.write_bytes(kept)
    assert found.exit_code == 3
    assert "model.json was changed or lost" in found.stderr
    assert serving(trained_twice) == (first, first)


def test_tampered_test_rows_are_not_compared(trained_twice, forewarn, place):
    registry = trained_twice.space.registry()
    rows = registry.evidence(registry.version(trained_twice.versions[1])) / "rows.parquet"
    kept = rows.read_bytes()
    rows.write_bytes(kept[:-1] + b"?")
    try:
        found = forewarn("compare", "champion", trained_twice.versions[1], *place)
    finally:
        rows.write_bytes(kept)
    assert found.exit_code == 3
    assert "rows.parquet was changed or lost" in found.stderr


def test_a_store_that_cannot_be_written_leaves_the_alias(
    trained_twice, forewarn, place, monkeypatch
):
    def broken(*_):
        raise OSError("disk full")

    first, second = trained_twice.versions
    monkeypatch.setattr(ModelVersionRepository, "promote", broken)
    found = forewarn("promote", second, "--reason", "x", "--force", *place)
    assert found.exit_code == 1
    assert serving(trained_twice) == (first, first)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("compare", "champion", "v9"), "there is no model v9: give champion, challenger, or one"),
        (("promote", "champion", "--reason", "x"), "serves already"),
        (("promote", "challenger", "--reason", "  "), "--reason is empty"),
        (("bakeoff", "--score", "nowhere.csv"), "nowhere.csv is not there"),
    ],
)
def test_what_a_user_gets_wrong(forewarn, place, arguments, why):
    found = forewarn(*arguments, *place)
    assert found.exit_code == 2
    assert why in found.stderr


def test_before_any_training(forewarn, tmp_path):
    found = forewarn("compare", "champion", "challenger", "--workspace", tmp_path / "w")
    assert found.exit_code == 2
    assert "no model was trained yet" in found.stderr


@pytest.mark.usefixtures("second_serves")
def test_a_past_day_is_not_foretold_by_a_model_that_saw_later_data(
    trained_twice, forewarn, place, days
):
    config = ("-c", trained_twice.company.config)
    found = forewarn("run", *config, "--as-of", days.scored, "--json", *place)
    assert found.exit_code == 3
    body = one_object(found)
    assert body["scores"] is None
    assert f"has learnt from data up to {days.rescored}" in body["unscored"]
    assert body["train"]["model_version"] == trained_twice.versions[0]


def test_a_bake_off(trained_twice, forewarn, place, tmp_path):
    orders = pd.read_csv(trained_twice.company.config.parent / "orders.csv")
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


def test_a_promotion_that_ended_halfway_is_made_whole(trained_twice, forewarn, place):
    """As where the process was ended between the registry and the store."""
    first, second = trained_twice.versions
    registry = trained_twice.space.registry()
    registry.promote(registry.version(second).run_id)
    assert serving(trained_twice) == (second, first)
    done = forewarn("promote", second, "--reason", "again", *place)
    assert done.exit_code == 0, done.stderr
    assert serving(trained_twice) == (second, second)
    again = forewarn("promote", second, "--reason", "again", *place)
    assert "serves already" in again.stderr
    assert forewarn("rollback", "--reason", "end of test", *place).exit_code == 0
    assert serving(trained_twice) == (first, first)


@pytest.mark.usefixtures("second_serves")
def test_what_was_decided_against_another_champion_moves_nothing(trained_twice):
    first, second = trained_twice.versions
    registry, kept = trained_twice.space.registry(), len(changes(trained_twice))
    cause = Cause(ModelAction.RECALIBRATED, datetime.now(UTC), "nightly", "matured", ())
    mine = registry.version(first)
    with pytest.raises(InputError, match=f"{second} serves by now, and not {first}"):
        put_in_service(trained_twice.space, mine, None, cause, mine)
    assert serving(trained_twice) == (second, second)
    assert len(changes(trained_twice)) == kept


def serving(trained_twice):
    """The champion's version in the registry, and in the store."""
    engine = open_store(trained_twice.space.store_address)
    kept = ModelVersionRepository(engine).champion()
    engine.dispose()
    return trained_twice.space.registry().champion().version, kept.version


def changes(trained_twice):
    engine = open_store(trained_twice.space.store_address)
    found = ModelChangeRepository(engine).all()
    engine.dispose()
    return found
