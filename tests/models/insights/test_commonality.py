import numpy as np
import pytest

from features.signals import CATALOGUE
from models.insights.commonality import commonality, usual_window

USE, MEET = "consumption__active_days_90d", "engagement__meetings_90d"


@pytest.fixture
def found(standing):
    rng = np.random.default_rng(1)
    size = 240
    healthy = np.arange(size) % 2 == 0
    tier = np.where(np.arange(size) < 120, "high", "low")
    scale = np.where(tier == "high", 40.0, 4.0)  # large accounts use ten times as much
    use = scale * (1 + healthy + 0.3 * rng.random(size))
    meet = rng.random(size) + np.where(healthy & (tier == "high"), 1.0, 0.0)
    now = {"profile__tier": tier, USE: use, MEET: meet}
    return commonality(standing(now, np.where(healthy, 90, 10), "profile__tier"))


def test_what_healthy_accounts_do_in_every_segment(found):
    (common,) = found.everywhere
    assert common.column.name == USE
    assert [s.segment for s in common.segments] == ["high", "low"]
    assert common.segments[0].threshold > 5 * common.segments[1].threshold
    assert all(s.healthy > 0.9 and s.others < 0.1 for s in common.segments)


def test_what_only_those_of_one_segment_do(found):
    (differing,) = found.differing
    assert differing.column.name == MEET
    high, low = differing.segments
    assert high.healthy > low.healthy
    assert high.elsewhere == pytest.approx(low.healthy)


def test_segments_that_are_too_small_are_not_looked_at(standing):
    found = commonality(standing({USE: np.arange(12.0)}, [90] * 6 + [10] * 6))
    assert found.everywhere == ()
    assert "no segment" in found.reason


def test_one_window_of_each_signal_is_looked_at():
    names = [c.name for c in usual_window(CATALOGUE.columns)]
    assert USE in names
    assert "consumption__active_days_30d" not in names
    assert not any(name.startswith("profile__") for name in names)
