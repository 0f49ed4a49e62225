import xml.etree.ElementTree as ET

import pytest

from serving.charts import svg

HOSTILE = "<img src=x onerror=alert(1)>\"'&"


def test_text_is_escaped_wherever_it_stands():
    drawn = svg.drawing(10, 10, HOSTILE, [svg.titled(HOSTILE, svg.text(0, 0, HOSTILE, "ax"))])
    root = ET.fromstring(drawn)
    assert root.get("aria-label") == HOSTILE
    assert [root.find("g/title").text, root.find("g/text").text] == [HOSTILE, HOSTILE]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_coordinate_is_refused(value):
    with pytest.raises(ValueError, match="is no coordinate"):
        svg.circle(value, 0, 1)


def test_a_line_needs_two_points():
    assert svg.path([]) == svg.path([(1, 1)]) == ""
    assert 'd="M0.0 1.0L2.0 3.0z"' in svg.path([(0, 1), (2, 3)], closed=True)


def test_sizes_below_zero_are_none():
    assert 'width="0.00"' in svg.rect(0, 0, -1, 2, "up")
