import xml.etree.ElementTree as ET

import pytest

from serving.charts.curves import CurvePoint, curve

POINTS = (CurvePoint(0, -1.0, -1.5, -0.5), CurvePoint(60, 0.2, -0.1, 0.5))


def drawn(*points):
    return ET.fromstring(curve(points, 300, 120, "Use <before> losses"))


def test_the_event_is_at_the_right_and_larger_is_higher():
    dots = [(float(c.get("cx")), float(c.get("cy"))) for c in drawn(*POINTS).findall("circle")]
    assert dots[0][0] < dots[1][0]
    assert dots[0][1] < dots[1][1]


def test_zero_lies_within_the_drawing():
    (zero,) = drawn(*POINTS).findall("line")
    assert 8 < float(zero.get("y1")) < 100


def test_the_range_lies_behind_the_line():
    paths = [each.get("class") for each in drawn(*POINTS) if each.tag == "path"]
    assert paths == ["rib", "ln"]


def test_words_are_text_whatever_they_hold():
    root = drawn(*POINTS)
    assert root.get("aria-label") == "Use <before> losses"
    assert "60 days before" in [each.text for each in root.findall("text")]


@pytest.mark.parametrize("points", [(), POINTS[:1]])
def test_little_to_draw(points):
    root = drawn(*points)
    assert len(root.findall("circle")) == len(points)
    assert [p for p in root.findall("path") if p.get("class") == "rib"] == []
