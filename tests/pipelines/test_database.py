"""Looking after the store from the command line."""

import json
from datetime import date

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from models.score import AccountCard, Band, Score
from pipelines.cli.commands import app_of
from pipelines.workspace import Workspace
from serving.store import ScoreRepository, ScoringRun, open_store
from serving.store.schema import HEAD

RUNNER, APP = CliRunner(), app_of()


@pytest.fixture
def workspace(tmp_path):
    space = Workspace(tmp_path / "ws")
    space.root.mkdir()
    return space


def fill(space):
    day = date(2026, 6, 30)
    scores = [Score("a", day, {90: 0.7}, 30.0, Band.RED, "v1", -2.0)]
    engine = open_store(space.store_address)
    ScoreRepository(engine).publish(ScoringRun(day, "v1", 90, scores, [AccountCard("a")]))
    return engine


def run(space, *words, code=0):
    answer = RUNNER.invoke(APP, ["db", *words, "--workspace", str(space.root), "--json"])
    assert answer.exit_code == code, answer.output
    return json.loads(answer.stdout) if answer.stdout.startswith("{") else answer


def test_down_up_and_check(workspace):
    fill(workspace).dispose()
    assert run(workspace, "check")["wrong"] == []
    down = run(workspace, "downgrade", "--to", "0001")
    assert (down["before"], down["after"]) == (HEAD, "0001")
    assert "forewarn db upgrade" in run(workspace, "check", code=1)["wrong"][0]
    up = run(workspace, "upgrade")
    assert (up["before"], up["after"]) == ("0001", HEAD)
    assert "revision-0001" in up["copy"]
    assert run(workspace, "upgrade")["copy"] is None
    assert run(workspace, "check")["runs"] == 1


def test_check_finds_a_run_that_is_not_whole(workspace):
    engine = fill(workspace)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM score_latest_0"))
    engine.dispose()
    assert "is of 1 accounts, and 0 are listed" in run(workspace, "check", code=1)["wrong"][0]


def test_a_backup_comes_back(workspace, tmp_path):
    fill(workspace).dispose()
    folder = tmp_path / "saved"
    assert run(workspace, "backup", "--to", str(folder))["rows"]["score"] == 1
    run(workspace, "backup", "--to", str(folder), code=2)
    run(workspace, "restore", "--from", str(folder), code=2)
    other = Workspace(tmp_path / "other")
    other.root.mkdir()
    assert run(other, "restore", "--from", str(folder))["audit_broken_at"] is None
    assert run(other, "check")["runs"] == 1
    run(other, "restore", "--from", str(tmp_path / "none"), code=2)
    run(workspace, "downgrade", "--to", "0000", code=2)
