"""The gate blocks what leaks, names it, says what to do, and knows when it is blind."""

from collections.abc import Callable

import pytest

from models.honesty import guarded
from models.leaks import LeakReport, Probe, canary, look
from models.material import Material
from models.verdict import Verdict

FIT = Verdict(True, 90, ("out of time at 90 days: good",))


@pytest.fixture(scope="module")
def leaking(material: Material, add: Callable[..., Material]) -> Material:
    return add(material, material.dataset.lost_within(90).astype(float))


@pytest.fixture(scope="module")
def blocked(leaking: Material) -> LeakReport:
    return look(leaking, 90)


def test_honest_material_passes(material: Material) -> None:
    found = look(material, 90)
    assert not found.blocks
    assert found.blind == ()
    assert found.sentences() == ()
    assert found.columns == len(material.schema.names)
    assert guarded(FIT, found) is FIT
    assert guarded(FIT, None) is FIT


def test_a_leak_blocks_and_is_named(blocked: LeakReport) -> None:
    assert [each.column for each in blocked.findings if each.blocks] == ["planted"]
    assert blocked.findings[0].probe is Probe.ALONE
    verdict = guarded(FIT, blocked)
    assert not verdict.fit
    text = " ".join(verdict.sentences)
    assert "planted alone tells which accounts will be lost" in text
    assert "not promoted because of planted: look at the source" in text
    assert "[models] leave_out" in text
    assert blocked.summary()["blocks"] is True


def test_a_trusted_column_is_reported_and_does_not_block(leaking: Material) -> None:
    found = look(leaking, 90, trusted=("planted", "elsewhere"))
    assert [(each.column, each.blocks) for each in found.findings] == [("planted", False)]
    assert found.trusted == ("planted",)
    assert not found.blocks


def test_a_blind_gate_blocks(material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canary, "NOISE", 0.5)
    found = look(material, 90)
    assert set(found.blind) == {"noisy", "late"}
    assert found.blocks
    assert not guarded(FIT, found).fit
    assert "the leak gate is blind: planted leaks (noisy, late)" in found.sentences()[0]
