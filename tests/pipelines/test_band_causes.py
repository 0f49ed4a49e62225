"""Causes of band changes: published with the run, right for runs that come late."""

import shutil
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from models.bands.codes import GREEN, RED, YELLOW
from models.explain.transition import EDGES, BandCause
from pipelines.band_causes import Changed, Run
from pipelines.config import read_config
from pipelines.ordered import merged
from pipelines.score import score_dates
from pipelines.workspace import Workspace
from serving.store import ScoreRepository, open_store


@pytest.fixture
def copied(finished, tmp_path):
    """The finished company, to be scored again, with its store."""
    folder = tmp_path / "copy"
    shutil.copytree(finished.company.workspace, folder)
    space = Workspace(folder)
    engine = open_store(space.store_address)
    yield space, read_config(finished.company.config), ScoreRepository(engine)
    engine.dispose()


def adds_up(change):
    """Whether the terms of the chance add up to its change, and the cause is a known one."""
    assert BandCause(change.cause)
    moved = sum(share for term, share in change.terms.items() if term not in EDGES)
    assert moved == pytest.approx(change.to_risk - change.from_risk, abs=1e-9)


def test_changes_carry_their_cause_also_when_a_run_comes_between(copied, days):
    space, config, scores = copied
    published = scores.changes_of(days.rescored)
    assert published
    for change in published:
        adds_up(change)
    between = days.scored + timedelta(days=30)
    said = []
    score_dates(space, config, [between], said.append)
    into, out = (scores.changes_of(day) for day in (between, days.rescored))
    assert {change.previous_as_of for change in into} <= {days.scored}
    assert {change.previous_as_of for change in out} <= {between}
    assert into or out
    for change in [*into, *out]:
        adds_up(change)
    told = [line for line in said if "of the cause is known" in line or "changed band" in line]
    assert len(told) == bool(into) + bool(out)
    score_dates(space, config, [days.rescored], said.append)  # its bands now follow the new run
    again = scores.changes_of(days.rescored)
    assert {change.previous_as_of for change in again} <= {between}
    for change in again:
        adds_up(change)


def test_a_snapshot_that_is_lost_leaves_the_cause_untold(copied, days):
    space, config, scores = copied
    shutil.rmtree(space.snapshots / f"as_of={days.rescored}")
    between = days.scored + timedelta(days=30)
    score_dates(space, config, [between], lambda _: None)
    for change in scores.changes_of(days.rescored):
        assert (change.cause, change.terms) == ("", None)
    for change in scores.changes_of(between):
        adds_up(change)


def test_who_changed_is_found_whatever_the_order():
    codes = np.array([GREEN, RED, YELLOW], np.int8)
    old = Run(None, None, ["c", "a", "b"], codes / 10, codes, frozenset())
    new = replace(
        old, accounts=["b", "new", "c", "a"], bands=np.array([RED, RED, YELLOW, RED], np.int8)
    )
    found = Changed.between(old, new)
    assert found.accounts == ["b", "c"]
    assert (found.old.tolist(), found.new.tolist()) == ([2, 0], [0, 2])


@pytest.mark.parametrize("batch", [1, 3, 100])
def test_buckets_are_merged_into_one_order(batch):
    rng = np.random.default_rng(batch)
    ids = [f"a{n:03d}" for n in rng.permutation(200)]
    runs = []
    for part in (ids[:90], ids[90:95], ids[95:]):
        table = pa.table({"account_id": sorted(part)})
        runs.append([table.slice(i, batch) for i in range(0, len(table), batch)])
    found = pa.concat_tables(merged(runs))
    assert found["account_id"].to_pylist() == sorted(ids)
