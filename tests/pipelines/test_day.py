"""`forewarn day`: a snapshot from what is kept, which a replay from the lake finds identical."""

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.config import read_config
from pipelines.exclusive import one_at_a_time
from pipelines.score import score_accounts
from pipelines.workspace import Workspace


@pytest.fixture
def do(finished: Any, tmp_path: Path, forewarn: Callable[..., Any]) -> Callable[..., Any]:
    """A command on a copy of the finished company; what it says as JSON."""
    folder = tmp_path / "copy"
    shutil.copytree(finished.company.config.parent, folder)
    place = ("-c", folder / "forewarn.toml", "--workspace", folder / "workspace", "--json")

    def run(*arguments: object) -> Any:
        done = forewarn(*arguments, *place)
        assert done.exit_code == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    return run


@pytest.mark.parametrize(("command", "folder"), [("day", "kept"), ("load", "loading")])
def test_one_process_at_a_time_changes_a_workspace(
    finished: Any, tmp_path: Path, forewarn: Callable[..., Any], command: str, folder: str
) -> None:
    shutil.copytree(finished.company.config.parent, tmp_path / "copy")
    workspace = tmp_path / "copy" / "workspace"
    place = ("-c", tmp_path / "copy" / "forewarn.toml", "--workspace", workspace)
    with one_at_a_time(workspace / folder, f"forewarn {command}"):
        refused = forewarn(command, *place)
    assert refused.exit_code == 2
    assert f"another `forewarn {command}` is at work" in refused.stderr
    assert forewarn(command, *place).exit_code == 0


def test_a_day_after_another_is_proved_by_a_replay(do: Callable[..., Any], days: Any) -> None:
    first, second = days.rescored, days.rescored + timedelta(days=1)
    assert do("day", "--as-of", first)["anew"] == "nothing is kept yet"
    assert do("day", "--as-of", second)["anew"] == ""
    assert do("replay", "--as-of", second)["identical"] is True
    assert "gone on beyond" in do("day", "--as-of", first)["anew"]
    assert do("day", "--as-of", first, "--anew")["anew"] == "this was asked for"


def test_what_was_kept_before_there_were_attributes_goes_on(
    do: Callable[..., Any], days: Any, tmp_path: Path
) -> None:
    do("day", "--as-of", days.rescored)
    file = tmp_path / "copy" / "workspace" / "kept" / "events.json"
    file.write_text(json.dumps(json.loads(file.read_text())["events"]))
    assert do("day", "--as-of", days.rescored + timedelta(days=1))["anew"] == ""


def test_it_gives_what_scoring_stored(do: Callable[..., Any], days: Any) -> None:
    mine = do("day", "--as-of", days.rescored)
    theirs = do("replay", "--as-of", days.rescored)
    assert mine["sha256"] == theirs["sha256"] == theirs["sha256_rebuilt"]


def test_a_load_hands_over_what_it_added(do: Callable[..., Any], days: Any, tmp_path: Path) -> None:
    first, second = days.rescored, days.rescored + timedelta(days=1)
    do("day", "--as-of", first)
    with (tmp_path / "copy" / "orders.csv").open("a", encoding="utf-8") as file:
        file.write(f"c000,{second}T07:11:00\n")
    done = do("day", "--load", "--as-of", second)
    added = {each["source"]: each["added"] for each in done["load"]["sources"]}
    assert (done["anew"], added["usage"]) == ("", 1)
    assert do("replay", "--as-of", second)["identical"] is True


def test_what_a_day_stored_is_scored_without_computing_it_again(
    do: Callable[..., Any], days: Any, tmp_path: Path
) -> None:
    day = days.rescored + timedelta(days=1)
    do("day", "--as-of", day)
    space = Workspace(tmp_path / "copy" / "workspace")
    config = read_config(tmp_path / "copy" / "forewarn.toml")
    said: list[str] = []
    read = score_accounts(space, config, day, said.append)
    assert said[0] == f"the snapshot of {day} is stored already: it is read, not computed"
    assert not any("buckets" in line for line in said)
    assert read.published == read.accounts > 0
    shutil.rmtree(space.snapshots / f"as_of={day}")
    computed = score_accounts(space, config, day, said.append)
    assert any("buckets" in line for line in said)
    assert computed.published == 0, "another run than the one that was read"


def test_a_snapshot_that_was_changed_is_computed(
    do: Callable[..., Any], days: Any, tmp_path: Path
) -> None:
    space = Workspace(tmp_path / "copy" / "workspace")
    config = read_config(tmp_path / "copy" / "forewarn.toml")
    do("score", "--as-of", days.rescored)
    (file,) = space.snapshots.glob(f"as_of={days.rescored}/*/run-0001.parquet")
    table = pq.read_table(file)
    pq.write_table(table.slice(1), file)
    said: list[str] = []
    assert score_accounts(space, config, days.rescored, said.append).published == 0
    assert any("buckets" in line for line in said)
