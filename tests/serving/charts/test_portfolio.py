import xml.etree.ElementTree as ET

import pytest

from models.score import Band
from serving.charts.portfolio import ORDER, Month, Part, months, strip
from serving.charts.scatter import Dot, Panel, scatter

HOSTILE = '<b>&"'


@pytest.mark.parametrize("width", [358, 1152])
def test_parts_are_as_wide_as_they_are_large(width):
    parts = [
        Part(band, size, HOSTILE, "words") for band, size in zip(ORDER, (1, 2, 6, 1), strict=True)
    ]
    root = ET.fromstring(strip(parts, width, "ARR by band"))
    wide = [float(r.get("width")) + 1.5 for r in root.iter("rect")]
    assert wide == pytest.approx([width * share / 10 for share in (1, 2, 6, 1)], abs=0.02)
    assert all(0 <= float(t.get("x")) <= width for t in root.iter("text"))


def test_a_portfolio_without_revenue_draws_nothing():
    assert strip([], 358, "x") == strip([Part(Band.RED, 0, "", "")], 358, "x") == ""
    assert months([], 358, 1, "x") == months([Month("Jan", "", 0.0, "")], 358, 1, "x") == ""
    assert scatter([], 358, "€", "x") == scatter([Panel("a", "", [])], 358, "€", "x") == ""


def test_months_are_as_high_as_they_are_large_and_show_it():
    found = [Month("Jan", "2026", 3000.0, HOSTILE), Month("Feb", "", 1500.0, "b")]
    root = ET.fromstring(months(found, 552, 1000, "loss"))
    high, low = (float(r.get("height")) for r in root.iter("rect"))
    assert high == pytest.approx(2 * low, abs=0.02)
    assert {"3.0", "1.5", "2026"} <= {text.text for text in root.iter("text")}
    assert [title.text for title in root.iter("title")] == [HOSTILE, "b"]


def test_a_month_is_made_of_its_bands_from_the_bottom():
    parts = [(Band.RED, 2000.0), (Band.YELLOW, 1000.0), (Band.GREEN, 0.0)]
    root = ET.fromstring(months([Month("Jan", "", 3000.0, "a", parts)], 552, 1000, "loss"))
    red, yellow = root.iter("rect")
    assert (red.get("class"), yellow.get("class")) == ("fR", "fY")
    assert float(red.get("height")) == pytest.approx(2 * float(yellow.get("height")), abs=0.02)
    foot = float(yellow.get("y")) + float(yellow.get("height"))
    assert foot == pytest.approx(float(red.get("y")), abs=0.02)


def test_more_risk_is_higher_and_more_revenue_is_further_right():
    dots = [Dot(10_000, 0.1, Band.RED, HOSTILE), Dot(90_000, 0.6, Band.RED, "big")]
    panel = Panel("Core", "2 accounts", dots, red_from=0.4, green_below=0.1)
    root = ET.fromstring(scatter([panel], 1152, "€", "map"))
    names = {text.text: text for text in root.iter("text")}
    assert HOSTILE in names
    assert float(names["big"].get("y")) < float(names[HOSTILE].get("y"))
    assert {"tR", "tY", "tG"} <= {r.get("class") for r in root.iter("rect")}
    assert "€50\u202fk" in names


@pytest.mark.parametrize("width", [358, 1152])
def test_odd_accounts_stay_in_their_panel(width):
    dots = [
        Dot(revenue, chance, band)
        for revenue, chance, band in (
            (0.0, 0.0, Band.GREEN), (-5.0, 1.0, Band.RED), (1e12, 0.5, Band.GREY)
        )
    ]  # fmt: skip
    root = ET.fromstring(scatter([Panel("a", "n", dots), Panel("b", "n", dots)], width, "", "map"))
    xs = [float(each.get("cx")) for each in root.iter("circle")]
    assert xs
    assert all(0 <= x <= width for x in xs)
