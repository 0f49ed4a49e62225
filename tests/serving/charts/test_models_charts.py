"""Charts of the models' page: where marks lie, what is said, nothing that is not known."""

import re

import pytest

from models.metrics import Estimate
from models.score import Band
from models.track_record import Found, Group, Month
from serving.charts.gains import gain
from serving.charts.leads import LeadBar, leads
from serving.charts.lift import lift
from serving.charts.realised import realised
from serving.charts.reliability import reliability


def group(said: float, came: float, rows: int = 100) -> Group:
    return Group(said, Estimate(came, came * 0.8, came * 1.2), rows)


def circles(drawn: str, css: str) -> list[tuple[float, float]]:
    found = re.findall(rf'<circle class="{css}" cx="([\d.]+)" cy="([\d.]+)"', drawn)
    return [(float(x), float(y)) for x, y in found]


def test_what_came_true_lies_on_the_line_of_exactness():
    drawn = str(reliability([group(0.01, 0.01), group(0.3, 0.3)], 352, ("champion", "")))
    line = re.search(r'<line class="base dots" x1="(.+?)" y1="(.+?)" x2="(.+?)" y2="(.+?)"', drawn)
    x1, y1, x2, y2 = map(float, line.groups())
    for x, y in circles(drawn, "dot"):
        share = (x - x1) / (x2 - x1)
        assert y == pytest.approx(y1 + share * (y2 - y1), abs=0.2)
    assert "in 2 of 2 groups" in drawn


def test_too_many_losses_lie_above_the_line_and_another_model_is_hollow():
    drawn = str(reliability([group(0.1, 0.3)], 352, ("a", "b"), [group(0.1, 0.1)]))
    ((_, high),), ((_, low),) = circles(drawn, "dot"), circles(drawn, "dot-o")
    assert high < low
    assert "in 0 of 1 groups" in drawn
    assert "○ b" in drawn


def found(called: float, share: float, rival: float | None = None) -> Found:
    return Found(called, Estimate(share, share, share), rival)


def test_lift_says_what_the_first_tenth_holds():
    points = [found(0.1, 0.58, 0.31), found(0.5, 0.95, 0.7)]
    drawn = str(lift(points, 352, ("champion", "use down")))
    assert "The first 10\u202f% of the accounts hold 58\u202f% of all leavers" in drawn
    assert "use down would find 31\u202f%" in drawn
    assert 'class="ln3"' in drawn


def test_without_a_rule_none_is_drawn():
    drawn = str(lift([found(0.1, 0.58)], 352, ("champion", "")))
    assert 'class="ln3"' not in drawn
    assert "would find" not in drawn


def test_leads_are_dark_where_there_was_time():
    drawn = str(leads([LeadBar("early", 0.6, True), LeadBar("late", 0.3, False)], 352))
    bars = re.findall(r'<rect class="(\w+)" x="0.00" y="[\d.]+" width="([\d.]+)"', drawn)
    assert [css for css, _ in bars] == ["up", "soft"]
    assert float(bars[0][1]) == pytest.approx(2 * float(bars[1][1]))


def month(name: str, band: Band, came: float, said: float) -> Month:
    return Month(name, band, said, Estimate(came, came / 2, came * 1.5), 40)


def test_months_not_known_yet_stay_empty():
    months = ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04"]
    mine = [month("2025-11", Band.RED, 0.4, 0.5), month("2025-12", Band.RED, 0.5, 0.4)]
    other = [month("2025-11", Band.GREEN, 0.01, 0.01)]
    drawn = str(realised(Band.RED, [*mine, *other], months, 2, 352))
    assert len(re.findall(r'class="mR"', drawn)) == 3, "two months, and the mark at the title"
    assert "not known" in drawn
    assert ">2025<" in drawn
    assert ">2026<" in drawn
    assert "in 2 of 2 months as said" in drawn


def test_a_band_without_months_is_drawn_as_such():
    drawn = str(realised(Band.YELLOW, [], ["2025-11"], 1, 352))
    assert "no month with enough of them" in drawn


@pytest.mark.parametrize(
    ("low", "high", "css", "side"),
    [(0.1, 0.5, "dot", 1), (-0.5, -0.1, "dot", -1), (-0.1, 0.5, "dot-o", 1)],
)
def test_a_clear_difference_is_filled_and_better_lies_right(low, high, css, side):
    drawn = str(gain(Estimate((low + high) / 2, low, high), 1.0, "AUC"))
    ((x, _),) = circles(drawn, css)
    assert (x - 55) * side > 0
