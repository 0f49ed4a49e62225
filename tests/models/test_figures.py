"""Figures are drawn without a display, and leave nothing open."""

from io import BytesIO

import matplotlib.pyplot as plt
import numpy as np
import pytest

from models import figures


@pytest.fixture
def outcome() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    chance = rng.beta(1, 9, 800)
    return (rng.random(800) < chance).astype(float), chance


def test_reliability_shows_what_was_foretold_and_what_happened(
    outcome: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    lost, chance = outcome
    figure = figures.reliability(lost, chance, 90)
    foretold, realised = figure.axes[0].lines[1].get_data()
    assert len(foretold) == 10
    assert (np.diff(foretold) > 0).all()
    assert np.mean(foretold) == pytest.approx(chance.mean())
    assert np.mean(realised) == pytest.approx(lost.mean())
    assert "90 days" in figure.axes[0].get_title()
    _is_drawn(figure)


def test_lift_ends_with_all_losses_found(outcome: tuple[np.ndarray, np.ndarray]) -> None:
    figure = figures.lift(*outcome, 30)
    asked, found = figure.axes[0].lines[1].get_data()
    assert (asked[-1], found[-1]) == (1.0, 1.0)
    assert found[len(found) // 4] > 0.4
    _is_drawn(figure)


def test_few_rows_are_drawn_too() -> None:
    lost, chance = np.array([1.0, 0.0, 0.0]), np.array([0.2, 0.0, 0.0])
    _is_drawn(figures.reliability(lost, chance, 30))
    _is_drawn(figures.lift(np.zeros(3), chance, 30))


def _is_drawn(figure: object) -> None:
    file = BytesIO()
    figure.savefig(file)
    assert file.getvalue().startswith(b"\x89PNG")
    assert plt.get_fignums() == []
