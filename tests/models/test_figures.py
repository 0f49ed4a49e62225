"""Figures are drawn without a display, and leave nothing open."""

from io import BytesIO

import matplotlib.pyplot as plt
import numpy as np
import pytest

from models import figures
from models.bands import BandOutcome
from models.score import Band


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


def test_lead_time_falls_from_all_losses_to_none() -> None:
    lead = np.array([np.nan, 0.0, 40.0, np.nan, 40.0, 90.0])
    figure = figures.lead_time(lead, 90, 30)
    days, share = figure.axes[0].lines[1].get_data()
    assert dict(zip(days, share, strict=True)) == {0.0: 1.0, 40.0: 0.75, 90.0: 0.25}
    assert "4 losses" in figure.axes[0].get_title()
    _is_drawn(figure)
    _is_drawn(figures.lead_time(np.full(3, np.nan), 90, 30))


def test_bands_show_what_was_lost_with_its_interval() -> None:
    outcomes = [
        BandOutcome(Band.RED, 30, 10, 0.4, 0.3, 0.5),
        BandOutcome(Band.YELLOW, 0, 0, float("nan"), 0.0, 1.0),
        BandOutcome(Band.GREEN, 90, 40, 0.02, 0.01, 0.05),
    ]
    figure = figures.bands(outcomes, 90)
    names = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert names == ["red\n10 accounts", "green\n40 accounts"]
    assert [float(line.get_ydata()[0]) for line in figure.axes[0].lines[1::2]] == [0.4, 0.02]
    _is_drawn(figure)
    _is_drawn(figures.bands([], 90))
