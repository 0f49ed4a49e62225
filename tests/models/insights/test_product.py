import numpy as np
import pytest

from models.insights.product import Topic, product_view

TOPICS = (Topic("feature", "export", "export"), Topic("ticket", "bug", "bug"))
EXPORT, BUG = TOPICS


@pytest.fixture
def view(standing):
    healthy = np.arange(60) < 30
    tier = np.where(np.arange(60) % 2 == 0, "high", "low")
    now = {"profile__tier": tier, "export": healthy * 4.0, "bug": ~healthy * 2.0}
    past = {"export": np.ones(60), "bug": np.zeros(60)}
    given = standing(now, np.where(healthy, 90, 10), "profile__tier", days_90=past)
    return product_view(given, (*TOPICS, Topic("feature", "unknown", "not there")))


def test_every_topic_by_tier(view):
    assert [(s.topic, s.tier) for s in view.shares] == [
        (topic, tier) for topic in TOPICS for tier in ("all", "high", "low")
    ]
    first = view.shares[0]
    assert (first.healthy, first.unhealthy) == (1.0, 0.0)
    assert (first.stopped, first.stopped_healthy, first.stopped_accounts) == (1.0, 0.0, 30)


def test_what_red_accounts_lack_stopped_and_bring(view):
    assert {s.topic for s in view.lacking(0.05)} == {EXPORT}
    assert {s.topic for s in view.abandoned(0.05)} == {EXPORT}
    assert {s.topic for s in view.brought(0.05)} == {BUG}


def test_without_topics_the_reason_is_given(standing):
    assert product_view(standing({"a": np.ones(30)}, [90] * 15 + [10] * 15), TOPICS).reason
