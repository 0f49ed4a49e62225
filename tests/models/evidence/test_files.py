"""Test rows come back as they were, or not at all."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from models.evidence import BrokenEvidence, Evidence, load, save

MakeEvidence = Callable[..., Evidence]


@pytest.fixture
def saved(make_evidence: MakeEvidence, tmp_path: Path) -> tuple[Evidence, Path, str]:
    evidence = make_evidence(accounts=30, embargo=14)
    return evidence, tmp_path / "evidence", save(evidence, tmp_path / "evidence")


def test_they_come_back_as_they_were(saved: tuple[Evidence, Path, str]) -> None:
    evidence, folder, digest = saved
    again = load(folder, digest, evidence.bundle)
    pd.testing.assert_frame_equal(again.rows, evidence.rows)
    for name in ("version", "outcome", "data_as_of", "capacity", "lead_days", "notes", "embargo"):
        assert getattr(again, name) == getattr(evidence, name)
    assert save(again, folder.parent / "again") == digest


@pytest.mark.parametrize("name", ["rows.parquet", "manifest.json"])
def test_changed_or_lost_rows_are_refused(saved: tuple[Evidence, Path, str], name: str) -> None:
    evidence, folder, digest = saved
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(bytes(content))
    with pytest.raises(BrokenEvidence, match=f"{name} was changed or lost"):
        load(folder, digest, evidence.bundle)
    (folder / name).unlink()
    with pytest.raises(BrokenEvidence, match=f"{name} was changed or lost"):
        load(folder, digest, evidence.bundle)


def test_rows_of_another_model_are_refused(saved: tuple[Evidence, Path, str]) -> None:
    _, folder, digest = saved
    with pytest.raises(BrokenEvidence, match="belong to another model's bundle"):
        load(folder, digest, "0" * 64)
