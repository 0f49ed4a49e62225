import csv
import json
import os

import pandas as pd
import pytest

from pipelines.cli.commands import COMMANDS

WITHOUT_JSON, WITHOUT_WORKSPACE = {"serve"}, {"init"}


def snapshot(folder):
    """Every file below a folder, with when it was last written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def one_object(text):
    assert len(text.splitlines()) == 1
    return json.loads(text)


def test_the_main_job_prints_one_object_and_its_progress_elsewhere(finished, days):
    body = one_object(finished.answer.stdout)
    assert body["as_of"] == days.scored.isoformat()
    assert body["train"]["promoted"] is True
    assert body["train"]["flavour"] == "logistic"
    assert body["scores"]["accounts"] == sum(body["scores"]["bands"].values()) > 100
    assert body["load"]["sources"][0]["read"] > 10_000
    assert "accounts scored at 2025-02-28" in finished.answer.stderr


def test_nothing_is_written_outside_the_workspace(finished):
    company = finished.company
    beside = {path.name for path in company.config.parent.iterdir()}
    assert beside == {"orders.csv", "signals.py", "forewarn.toml", "workspace"}


def test_help_names_every_command(forewarn):
    shown = forewarn("--help")
    assert shown.exit_code == 0
    for name in COMMANDS:
        assert f" {name} " in shown.stdout


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(forewarn, name):
    shown = forewarn(name, "--help")
    assert shown.exit_code == 0
    assert ("FOREWARN_WORKSPACE" in shown.stdout) == (name not in WITHOUT_WORKSPACE)
    assert ("--json" in shown.stdout) == (name not in WITHOUT_JSON)


@pytest.mark.parametrize("name", ["check", "load", "train", "score", "run", "report"])
def test_without_a_configuration_it_says_how_to_give_one(forewarn, tmp_path, name):
    options = ["--to", tmp_path / "out"] if name == "report" else []
    found = forewarn(name, "--json", *options, FOREWARN_WORKSPACE=str(tmp_path / "w"))
    assert found.exit_code == 2
    body = one_object(found.stdout)
    assert body["exit_code"] == 2
    assert "give one with -c FILE" in body["error"]
    assert "give one with -c FILE" in found.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_configuration_is_the_users(forewarn, tmp_path):
    (tmp_path / "forewarn.toml").write_text('[outcome]\nname = "boredom"\n')
    found = forewarn("check")
    assert found.exit_code == 2
    assert found.stdout == ""
    assert "boredom" in found.stderr
    assert "logo_churn" in found.stderr


def test_a_check_writes_no_data(forewarn, company):
    found = forewarn("check", "-c", company.config, "--workspace", company.workspace, "--json")
    assert found.exit_code == 0
    assert one_object(found.stdout)["ok"] is True
    assert [path.name for path in company.workspace.iterdir()] == ["configuration.txt"]


def test_the_workspace_may_come_from_the_environment(forewarn, company):
    place = {"FOREWARN_WORKSPACE": str(company.workspace)}
    assert forewarn("load", "-c", company.config, **place).exit_code == 0

    found = forewarn("status", "--json", **place)

    body = one_object(found.stdout)
    assert body["workspace"] == str(company.workspace)
    assert body["tables"]["accounts"]["rows"] == 40


def test_scoring_before_any_model_is_code_three(forewarn, company):
    place = ("--workspace", company.workspace)
    forewarn("load", "-c", company.config, *place)
    found = forewarn("score", "--json", *place)
    assert found.exit_code == 3
    assert one_object(found.stdout)["exit_code"] == 3
    assert "no model was promoted yet" in found.stderr


def test_a_day_after_the_data_is_the_users(forewarn, finished):
    place = ("-c", finished.company.config, "--workspace", finished.company.workspace)
    found = forewarn("score", "--as-of", "2031-01-01", *place)
    assert found.exit_code == 2
    assert "lies after the last record" in found.stderr


def test_a_date_that_is_none(forewarn):
    assert forewarn("deliver", "--to", "x.csv", "--as-of", "yesterday").exit_code == 2


def test_a_fault_of_ours_is_code_one(forewarn, monkeypatch):
    def broken(_):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("pipelines.cli.readers.status_of", broken)
    found = forewarn("status", "--json")
    assert found.exit_code == 1
    assert one_object(found.stdout)["error"] == "this is a fault of ours: ZeroDivisionError: oops"


def test_status_and_export(forewarn, finished, days, tmp_path):
    place = ("--workspace", finished.company.workspace)
    body = one_object(forewarn("status", "--json", *place).stdout)
    assert body["scores"]["dates"] == [days.scored.isoformat(), days.rescored.isoformat()]

    file = tmp_path / "scores.parquet"
    told = forewarn("export", "scores", "--as-of", days.scored, "--to", file, *place)
    frame = pd.read_parquet(file)

    assert told.exit_code == 0
    assert len(frame) == finished.summary["scores"]["accounts"]
    assert (frame["p_loss_30"] <= frame["p_loss_90"]).all()
    assert frame["p_loss_365"].isna().all()
    assert json.loads(frame["reasons"][0])[0]["sentence"].endswith("risk.")


def test_export_of_an_unknown_day(forewarn, finished, tmp_path):
    place = ("--workspace", finished.company.workspace)
    told = forewarn("export", "scores", "--as-of", "2020-01-01", "--to", tmp_path / "s.csv", *place)
    assert told.exit_code == 2
    assert "the latest are 2025-02-28, 2025-04-30" in told.stderr


def test_delivery_from_the_command_line(forewarn, finished, days, tmp_path):
    place, box = ("--workspace", finished.company.workspace), tmp_path / "crm.csv"

    first = one_object(
        forewarn("deliver", "--to", box, "--as-of", days.scored, "--json", *place).stdout
    )
    assert first["changed"] == finished.summary["scores"]["accounts"]
    box.unlink()

    dry = forewarn("deliver", "--to", box, "--dry-run", *place)
    assert "would be written" in dry.stdout
    assert not box.exists()

    second = one_object(forewarn("deliver", "--to", box, "--json", *place).stdout)
    assert second["no_longer_scored"] > 0
    with box.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == second["changed"]
    assert {row["as_of"] for row in rows} == {days.rescored.isoformat()}
    assert sum(row["band"] == "none" for row in rows) == second["no_longer_scored"]
    assert not any("other signals together" in row["reason_3"] for row in rows)

    older = forewarn("deliver", "--to", box, "--as-of", days.scored, *place)
    assert older.exit_code == 2
    assert "already given the scores of 2025-04-30" in older.stderr


def test_the_report_from_the_command_line(forewarn, finished, days, tmp_path):
    place = ("--workspace", finished.company.workspace)
    told = forewarn("report", "--to", tmp_path / "r", "--as-of", days.scored, "--json", *place)
    body = one_object(told.stdout)
    assert told.exit_code == 0
    assert body["realised"]["source"] == "published scores"
    assert body["realised"]["dates"] == [days.scored.isoformat()]
    assert [path.name for path in (tmp_path / "r").iterdir()] == ["report.html"]


def test_reading_changes_no_data(forewarn, finished, tmp_path):
    company = finished.company
    before = snapshot(company.workspace / "lake"), snapshot(company.workspace / "artifacts")
    for arguments in (("status",), ("report", "--to", tmp_path)):
        assert forewarn(*arguments, "--workspace", company.workspace).exit_code == 0
    after = snapshot(company.workspace / "lake"), snapshot(company.workspace / "artifacts")
    assert after == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to(forewarn, finished, tmp_path):
    tmp_path.chmod(0o500)
    told = forewarn("report", "--to", tmp_path / "r", "--workspace", finished.company.workspace)
    assert told.exit_code == 2


def test_too_little_to_learn_from_is_code_three_and_nothing_is_published(forewarn, tiny):
    found = forewarn("run", "-c", tiny.config, "--workspace", tiny.workspace, "--json")
    assert found.exit_code == 3
    assert "bring a longer history" in one_object(found.stdout)["error"]
    assert not (tiny.workspace / "store.db").exists()
