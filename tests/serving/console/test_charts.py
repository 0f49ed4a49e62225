import re
import xml.etree.ElementTree as ET
from datetime import date

import pytest

from models.score import Band
from serving.console import charts
from serving.store import HistoryPoint


def rect(value, low, high):
    found = ET.fromstring(charts.bar(value, low, high)).find("rect")
    return found.get("class"), float(found.get("x")), float(found.get("width"))


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (1.0, -1.0, 1.0, ("up", 50.0, 50.0)),
        (-0.5, -1.0, 1.0, ("down", 25.0, 25.0)),
        (0.25, 0.0, 1.0, ("up", 0.0, 25.0)),
        (-1.0, -1.0, 0.0, ("down", 0.0, 100.0)),
        (0.0, 0.0, 0.0, ("up", 0.0, 0.3)),
    ],
)
def test_a_bar_runs_from_zero_to_its_value(value, low, high, expected):
    assert rect(value, low, high) == expected


def points(*healths):
    return [
        HistoryPoint(date(2026, n, 1), Band.GREY if h is None else Band.GREEN, h, None, 90, "v1")
        for n, h in enumerate(healths, 1)
    ]


def test_health_over_time_has_a_shape_for_each_point_and_gaps():
    drawing = charts.history(points(100.0, 50.0, None, 0.0), 750)
    root = ET.fromstring(drawing)
    assert root.get("aria-label") == "Health over time, now 0; 100 is healthy"
    path = root.find("path").get("d")
    assert re.findall("[ML]", path) == ["M", "L", "M"]
    heights = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", path)]
    assert heights == [12.0, 70.0, 128.0]
    assert len(root.findall("g")) == 4


@pytest.mark.parametrize("width", [358, 750])
@pytest.mark.parametrize("healths", [(80.0,), (None,), (80.0, 70.0)])
def test_a_short_past_stays_inside(width, healths):
    root = ET.fromstring(charts.history(points(*healths), width))
    xs = [float(x) for x in re.findall(r'(?:cx|x)="([\d.]+)"', ET.tostring(root, "unicode"))]
    assert all(0 <= x <= width for x in xs)
