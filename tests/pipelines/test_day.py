"""`forewarn day`: a snapshot from what is kept, which a replay from the lake finds identical."""

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest


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


def test_a_day_after_another_is_proved_by_a_replay(do: Callable[..., Any], days: Any) -> None:
    first, second = days.rescored, days.rescored + timedelta(days=1)
    assert do("day", "--as-of", first)["anew"] == "nothing is kept yet"
    assert do("day", "--as-of", second)["anew"] == ""
    assert do("replay", "--as-of", second)["identical"] is True
    assert "gone on beyond" in do("day", "--as-of", first)["anew"]
    assert do("day", "--as-of", first, "--anew")["anew"] == "this was asked for"


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
