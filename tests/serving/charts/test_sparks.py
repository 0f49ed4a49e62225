import re
import xml.etree.ElementTree as ET

import pytest

from models.score import Band
from serving.charts.sparks import PeerStrip, peers, spark, trend


def heights(drawing):
    return [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", ET.tostring(drawing, "unicode"))]


def test_higher_values_lie_higher_and_the_last_has_a_dot():
    root = ET.fromstring(spark([1.0, 3.0, 2.0], None, "use"))
    first, second, third = heights(root)
    assert second < third < first
    assert float(root.find("circle").get("cy")) == third
    assert root.get("aria-label") == "use"


def test_the_usual_range_is_shaded_even_where_no_value_reached_it():
    root = ET.fromstring(spark([1.0, 2.0], (4.0, 6.0), "use"))
    shade = root.find("rect")
    assert float(shade.get("y")) < min(heights(root))


def test_what_is_missing_breaks_the_line():
    root = ET.fromstring(spark([1.0, 2.0, None, 4.0, 5.0], None, "use"))
    assert len(root.findall("path")) == 2
    alone = ET.fromstring(spark([1.0, None, 3.0], None, "use"))
    assert len(alone.findall("circle")) == 3  # two lonely points, and now


@pytest.mark.parametrize("values", [[], [None], [None, None]])
def test_nothing_known_draws_nothing(values):
    assert spark(values, None, "use") == ""


def test_one_value_throughout_is_a_line_in_the_middle():
    assert set(heights(ET.fromstring(spark([5.0, 5.0, 5.0], None, "use")))) == {14.0}


def test_trends_share_a_scale():
    high, low = (ET.fromstring(trend([value, value], Band.RED)) for value in (90.0, 40.0))
    assert max(heights(high)) < min(heights(low))
    assert trend([90.0, None], Band.RED) == '<span class="q">no trend</span>'
    assert "now unknown" in trend([90.0, 80.0, None], Band.GREY)
    beyond = ET.fromstring(trend([0.0, 10.0], Band.RED))
    assert max(heights(beyond)) <= 26


def test_a_place_among_peers_is_right_where_it_is_healthier():
    strip = PeerStrip(0.1, 0.3, 0.5, 0.7, 0.9, own=0.95)
    root = ET.fromstring(peers(strip, "place"))
    dot, box = root.find("circle"), root.find("rect")
    assert float(dot.get("cx")) > float(box.get("x")) + float(box.get("width"))
    outside = ET.fromstring(peers(PeerStrip(0, 0.2, 0.4, 0.6, 1, own=1.7), "place"))
    assert float(outside.find("circle").get("cx")) <= 112
