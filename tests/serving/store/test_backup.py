"""A backup of either database restores on either, exactly, and only into an empty one."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from serving.store import (
    BackupError,
    Cause,
    ModelAction,
    ModelChangeRepository,
    ModelVersionRepository,
    ScoreRepository,
    open_store,
)
from serving.store.audit import Deed, write_down
from serving.store.backup import MANIFEST, back_up, restore
from serving.store.engine import writing


@pytest.fixture
def saved(store, make_run, tmp_path):
    """A store with two runs and an audit log, and its backup."""
    scores = ScoreRepository(store)
    scores.publish(make_run({"a": 0.1, "b": None}, as_of=date(2026, 5, 31)))
    scores.publish(make_run({"a": 0.7, "b": 0.3, "ü\u2603": 1 / 3}))
    with writing(store) as connection:
        write_down(connection, Deed(scores.newest().published_at, "Lena", "key.created", "x"))
    folder = tmp_path / "saved"
    return store, folder, back_up(store, folder)


def told(engine):
    scores = ScoreRepository(engine)
    runs = {day: scores.run(day) for day in scores.dates()}
    return runs, scores.latest(), scores.transitions("a"), scores.newest()


def test_a_backup_restores_on_sqlite(saved, tmp_path):
    store, folder, done = saved
    address = f"sqlite:///{tmp_path / 'other.db'}"
    found = restore(folder, address)
    assert found == done
    assert (found.rows["score"], found.rows["audit"], found.audit.broken_at) == (5, 1, None)
    other = open_store(address)
    assert told(other) == told(store)
    with pytest.raises(Exception, match="audit only grows"), other.begin() as connection:
        connection.execute(text("DELETE FROM audit"))
    other.dispose()


def test_a_backup_of_sqlite_restores_on_postgresql(address, make_run, champion, tmp_path):
    if address.startswith("sqlite"):
        pytest.skip("the other way round")
    file = open_store(f"sqlite:///{tmp_path / 'file.db'}")
    ScoreRepository(file).publish(make_run({"a": 0.7, "b": 0.3, "c": None}))
    promoted = Cause(ModelAction.PROMOTED, datetime(2026, 7, 1, tzinfo=UTC), "Ada", "better")
    ModelVersionRepository(file).promote(champion, promoted)
    back_up(file, tmp_path / "saved")
    restore(tmp_path / "saved", address)
    other = open_store(address)
    assert told(other) == told(file)
    ScoreRepository(other).publish(make_run({"a": 0.1}))
    ModelVersionRepository(other).promote(replace(champion, version="v2"), promoted)
    assert [each.to_version for each in ModelChangeRepository(other).all()] == ["v1", "v2"]
    for engine in (file, other):
        engine.dispose()


def test_a_folder_that_cannot_be_made_is_the_users_mistake(sqlite_store, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BackupError, match="cannot be written: Not a directory"):
        back_up(sqlite_store, tmp_path / "file" / "backup")


def test_nothing_is_overwritten(saved):
    store, folder, _ = saved
    with pytest.raises(BackupError, match="is there already"):
        back_up(store, folder)
    with pytest.raises(BackupError, match=r"not empty \(there are rows in"):
        restore(folder, store.url.render_as_string(hide_password=False))


def test_a_damaged_backup_is_refused_and_nothing_is_left(saved, tmp_path):
    _, folder, _ = saved
    address = f"sqlite:///{tmp_path / 'other.db'}"
    file = folder / "score.jsonl.gz"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    with pytest.raises(BackupError, match="missing or was changed"):
        restore(folder, address)
    file.write_bytes(whole)
    body = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**body, "revision": "0001"}))
    with pytest.raises(BackupError, match="is of revision 0001"):
        restore(folder, address)
    (folder / MANIFEST).unlink()
    with pytest.raises(BackupError, match="no whole backup"):
        restore(folder, address)
    (folder / MANIFEST).write_text(json.dumps(body))
    restore(folder, address)
