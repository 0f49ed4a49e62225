import re
import xml.etree.ElementTree as ET

import pytest

from serving.charts.horizons import Curve, Mark, curves

NOW = {30: 0.09, 90: 0.34, 180: 0.62, 365: 0.74}


def test_curves_only_rise_and_end_at_their_chance():
    root = ET.fromstring(curves([Curve(NOW, "today")], None, 368, 300, "chance"))
    way = root.find("path[@class='ln']").get("d")
    heights = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", way)]
    assert heights == sorted(heights, reverse=True)
    assert heights[-1] == pytest.approx(float(root.findall("circle")[-1].get("cy")), abs=0.11)
    words = [text.text for text in root.iter("text")]
    assert {"9", "34", "62", "74\u202f%", "today"} <= set(words)


def test_names_at_the_end_keep_apart():
    lines = [Curve({365: p}, str(p), "ln2") for p in (0.50, 0.501, 0.502)]
    root = ET.fromstring(curves(lines, None, 368, 300, "chance"))
    ys = sorted(float(t.get("y")) for t in root.iter("text") if t.text in {"0.5", "0.501", "0.502"})
    assert all(b - a >= 26 for a, b in zip(ys, ys[1:], strict=False))


@pytest.mark.parametrize("lines", [[], [Curve({}, "today")]])
def test_no_evidence_draws_nothing(lines):
    assert curves(lines, None, 368, 300, "chance") == ""


@pytest.mark.parametrize("chance", [0.0, 1.0, 0.0004])
def test_the_ends_of_chance_are_drawn(chance):
    ET.fromstring(curves([Curve({30: chance, 90: chance}, "<today>")], None, 368, 300, "chance"))


def test_a_day_beyond_the_horizons_is_not_marked():
    near, far = (
        curves([Curve(NOW, "today")], Mark(days, "renewal"), 368, 300, "chance")
        for days in (108, 500)
    )
    assert "renewal" in near
    assert "renewal" not in far
