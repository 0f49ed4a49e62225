import xml.etree.ElementTree as ET

import pytest

from models.score import Band
from serving.charts.steps import scale_of, share, step, ticks, whole


def bar(drawing):
    found = ET.fromstring(drawing).find("rect")
    return found.get("class"), float(found.get("x")), float(found.get("width"))


def test_steps_follow_one_another_and_end_where_the_whole_does():
    scale = scale_of([12.0, 40.0, 30.0])
    up, down = bar(step(12, 28, scale)), bar(step(40, -10, scale))
    end = bar(whole(30, Band.RED, scale))
    assert (up[0], down[0], end[0]) == ("up", "down", "fR")
    assert up[1] + up[2] == pytest.approx(down[1] + down[2], abs=0.02)
    assert down[1] == pytest.approx(end[1] + end[2], abs=0.02)


def test_a_step_of_nothing_is_only_a_hairline():
    assert ET.fromstring(step(5, 0, scale_of([5.0]))).find("rect") is None


def test_a_start_without_a_band_has_no_bands_colour():
    assert bar(whole(5, None, scale_of([5.0])))[0] == "soft"


@pytest.mark.parametrize("values", [[], [0.0], [62.0, 12.0], [-8.0, 3.0], [0.3], [99.0]])
def test_the_scale_holds_zero_and_every_value_with_few_round_lines(values):
    scale = scale_of(values)
    for value in [0.0, *values]:
        assert 0 <= scale.x(value) <= 1000
    assert 1 <= len(scale.ticks) <= 7
    assert all(tick == int(tick) for tick in scale.ticks)
    assert ET.fromstring(ticks(scale)).find("text") is not None


def test_shares_go_both_ways_from_zero():
    scale = scale_of([10.0, -5.0])
    more, less = bar(share(10, scale)), bar(share(-5, scale))
    assert (more[0], less[0]) == ("up", "down")
    assert less[1] + less[2] == pytest.approx(more[1], abs=0.02)
    assert ET.fromstring(share(0, scale)).find("rect") is None
