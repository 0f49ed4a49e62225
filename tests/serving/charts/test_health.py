import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest

from models.score import Band
from serving.charts.health import Likely, Point, Story, Thresholds, history, lowest
from serving.charts.lanes import Event, Kind, Lane

START = date(2026, 1, 31)
HOSTILE = '<b>&"'


def points(*healths):
    return [
        Point(START + timedelta(days=30 * n), Band.GREY if h is None else Band.RED, h)
        for n, h in enumerate(healths)
    ]


def story(*healths, **more):
    return Story(points(*healths), START - timedelta(days=100), **more)


def test_a_gap_where_health_is_unknown():
    root = ET.fromstring(history(story(90.0, 80.0, None, 70.0, 60.0), 744, "health"))
    lines = [path for path in root.findall("path") if path.get("class") == "ln"]
    assert len(lines) == 2
    assert [g.find("title").text for g in root.findall("g")][0] == "31 January: red, health 90"


def test_healthier_is_higher():
    root = ET.fromstring(history(story(50.0, 90.0), 744, "health"))
    first, second = (float(c.get("cy")) for c in root.iter("circle"))
    assert second < first


@pytest.mark.parametrize("width", [358, 744])
@pytest.mark.parametrize("healths", [(80.0,), (None,), (80.0, 0.0), (100.0, 100.0)])
def test_everything_stays_inside(width, healths):
    found = story(*healths, renewal=START + timedelta(days=90))
    root = ET.fromstring(history(found, width, "health"))
    xs = [float(x) for x in re.findall(r'(?:cx|x|x1|x2)="([-\d.]+)"', ET.tostring(root, "unicode"))]
    assert all(0 <= x <= width for x in xs)


def test_no_point_draws_nothing():
    assert history(Story([], START), 744, "health") == ""


def test_new_thresholds_are_a_step():
    later = START + timedelta(days=30)
    found = story(90.0, 90.0, 90.0, thresholds=[
        Thresholds(START, 60, 80), Thresholds(later, 70, 85)
    ])  # fmt: skip
    root = ET.fromstring(history(found, 744, "health"))
    green = [float(r.get("height")) for r in root.iter("rect") if r.get("class") == "tG"]
    assert len(green) == 2
    assert green[1] < green[0]
    assert "85 and up" in ET.tostring(root, "unicode")


def test_the_scale_begins_below_all_that_is_drawn():
    assert lowest(story(95.0)) == 60
    assert lowest(story(41.0)) == 20
    assert lowest(story(95.0, thresholds=[Thresholds(START, 60, 80)])) == 40
    assert lowest(story(None)) == 60


def test_lanes_say_what_happened_and_escape_it():
    lane = Lane("Tickets", tuple(Event(START, kind, HOSTILE, label=HOSTILE) for kind in Kind))
    past = Event(START - timedelta(days=900), Kind.DOT, "too old")
    begun = Event(START - timedelta(days=900), Kind.TRIANGLE, "still open", until=START)
    root = ET.fromstring(
        history(story(90.0, 80.0, lanes=[lane, Lane("Risks", (past, begun))]), 744, "health")
    )
    titles = [title.text for title in root.iter("title")]
    assert titles.count(HOSTILE) == len(Kind)
    assert "still open" in titles
    assert "too old" not in titles


def test_a_model_change_is_marked():
    drawn = history(story(90.0, 80.0, models=[(START, HOSTILE)]), 744, "health")
    assert f"scored by model {HOSTILE} from here on" in [
        title.text for title in ET.fromstring(drawn).iter("title")
    ]


@pytest.mark.parametrize("width", [358, 744])
def test_the_likely_range_lies_about_the_line_and_notice_before_the_renewal(width):
    later = START + timedelta(days=30)
    found = story(
        90.0,
        80.0,
        likely=[Likely(START, 85.0, 95.0), Likely(later, 70.0, 88.0)],
        notice=later + timedelta(days=40),
        renewal=later + timedelta(days=100),
    )
    root = ET.fromstring(history(found, width, "health"))
    (ribbon,) = (p for p in root.iter("path") if p.get("class") == "range")
    ys = [float(y) for y in re.findall(r"[ML][-\d.]+ ([-\d.]+)", ribbon.get("d"))]
    first, second = (float(c.get("cy")) for c in root.iter("circle"))
    assert ys[0] < first < ys[3]
    assert ys[1] < second < ys[2]
    assert "notice by 11 Apr" in [title.text for title in root.iter("title")]
    xs = {line.get("class"): float(line.get("x1")) for line in root.iter("line")}
    assert xs["base dots"] < xs["base"]


def test_a_day_of_notice_that_has_passed_is_not_drawn():
    found = story(90.0, notice=START, renewal=START + timedelta(days=60))
    assert "notice" not in history(found, 744, "health")
