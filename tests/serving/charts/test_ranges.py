import xml.etree.ElementTree as ET

import pytest

from models.score import Band
from serving.charts.ranges import Axis, Range, ranges

AXIS = Axis(0.0, 1.0, ((0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")), reference=0.5)


def drawn(*rows):
    return ET.fromstring(ranges(rows, AXIS, 216, "Shares"))


def line(root, css):
    found = [each for each in root.findall("line") if each.get("class") == css]
    return [(float(each.get("x1")), float(each.get("x2"))) for each in found]


def test_marks_and_ranges_lie_on_the_axis():
    root = drawn(Range("a", 0.25, 0.0, 0.5, "25 %"), Range("b", 0.75, 0.75, 0.75, "", hollow=True))
    assert line(root, "rg") == [(8.0, 108.0), (158.0, 158.0)]
    dots = [(each.get("class"), float(each.get("cx"))) for each in root.findall("circle")]
    assert dots == [("dot", 58.0), ("hol", 158.0)]
    assert line(root, "ref") == [(108.0, 108.0)]


@pytest.mark.parametrize(("value", "x"), [(-1.0, 8.0), (3.0, 208.0)])
def test_what_lies_outside_is_drawn_at_the_end(value, x):
    root = drawn(Range("a", value, value, value, ""))
    assert float(root.find("circle").get("cx")) == x


def test_a_band_has_its_shape_and_the_axis_its_words():
    root = drawn(Range("Red", 0.5, 0.4, 0.6, "50 %", Band.RED))
    assert root.find("path").get("class") == "mR"
    assert [each.text for each in root.findall("text")] == ["0 %", "50 %", "100 %", "Red", "50 %"]
