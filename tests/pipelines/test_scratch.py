"""Folders for work under way, of two processes at once and of one that is lost."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Barrier
from typing import Any

import pyarrow as pa
import pytest

from pipelines import score
from pipelines.config import read_config
from pipelines.exclusive import is_held
from pipelines.scratch import scratch
from pipelines.stored import StoredSnapshots
from pipelines.workspace import Workspace
from serving.store import ScoreRepository, open_store

KILLED = """
import os, sys
from pathlib import Path
from pipelines.scratch import scratch
with scratch(Path(sys.argv[1])) as folder:
    (folder / "left").touch()
    os._exit(9)
"""


def folders(place: Path) -> list[str]:
    return [each.name for each in place.iterdir() if each.is_dir()]


def test_each_has_its_own_and_it_is_gone_afterwards(tmp_path: Path) -> None:
    place = tmp_path / "new" / "work"
    with scratch(place) as mine, scratch(place) as yours:
        (mine / "a").touch()
        assert list(yours.iterdir()) == []
        assert mine.exists()
    assert list(place.parent.iterdir()) == []


def test_what_a_lost_process_left_is_cleared_away(tmp_path: Path) -> None:
    place = tmp_path / "work"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(place)], check=False)
    assert killed.returncode == 9
    assert len(folders(tmp_path)) == 1
    place.mkdir()  # as earlier releases left it
    with scratch(place) as mine:
        assert folders(tmp_path) == [mine.name]


def test_a_folder_of_a_person_stays(tmp_path: Path) -> None:
    (tmp_path / "work-2024").mkdir()
    (tmp_path / "work-2024" / "notes").touch()
    with scratch(tmp_path / "work"):
        pass
    assert (tmp_path / "work-2024" / "notes").exists()


def test_a_folder_that_its_owner_removes_meanwhile_is_let_be(tmp_path: Path) -> None:
    assert is_held(tmp_path / "gone")
    assert not is_held(tmp_path) or sys.platform == "win32"


@pytest.fixture
def copy(finished: Any, tmp_path: Path) -> Any:
    shutil.copytree(finished.company.config.parent, tmp_path / "copy")
    config = read_config(tmp_path / "copy" / "forewarn.toml")
    return Workspace(tmp_path / "copy" / "workspace"), config


def test_two_scorings_at_once_publish_all_accounts(
    copy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one begins and ends between the first one's computing and its reading."""
    compute, second = score.compute, []

    def interrupted(job: Any, say: Any) -> Any:
        found = compute(job, say)
        if not second:
            second.append(date(2025, 3, 20))
            second.extend(score.score_dates(*copy, second[:1], say))
        return found

    monkeypatch.setattr(score, "compute", interrupted)
    first = score.score_accounts(*copy, date(2025, 3, 10), lambda _: None)
    engine = open_store(copy[0].store_address)
    published = {day: len(ScoreRepository(engine).run(day)) for day in (first.as_of, second[0])}
    engine.dispose()
    assert published == {first.as_of: first.accounts, second[0]: second[1].accounts}
    assert min(published.values()) > 50


def test_two_that_store_one_date_at_once_store_what_they_said(copy: Any, tmp_path: Path) -> None:
    stored = StoredSnapshots(copy[0].snapshots).runs(date(2025, 4, 30))[-1]
    apart, places = StoredSnapshots(tmp_path / "apart"), Barrier(2)
    ids = [f"a{n:05}" for n in range(40_000)]

    def keep(value: float) -> Any:
        table = pa.table({"account_id": ids, "x": [value] * len(ids)})
        places.wait()
        recipe = replace(stored.recipe, population=str(value))
        return apart.keep(table, stored.as_of, recipe, stored.lake)

    with ThreadPoolExecutor(2) as both:
        for each in [*both.map(keep, (1.0, 2.0))]:
            each.check()
    assert [run.file.name for run in apart.runs(stored.as_of)] == [
        "run-0001.parquet",
        "run-0002.parquet",
    ]
