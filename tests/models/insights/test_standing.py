import numpy as np
import pytest

from models.insights.commonality import commonality
from models.insights.disagreements import disagreements
from models.insights.lookalikes import lookalikes
from models.insights.product import Topic, product_view
from models.insights.references import references
from models.insights.standing import NO_SCORES, changed, standing_of
from models.score import Band


def test_green_and_red_are_the_healthy_and_the_unhealthy(standing):
    found = standing({"profile__mrr": np.ones(30)}, [90] * 15 + [50] * 5 + [10] * 10)
    assert found.names == ("green", "red")
    assert found.healthy.sum() == 15
    assert found.unhealthy.sum() == 10


def test_with_too_few_of_them_thirds_take_their_place(standing):
    found = standing({"profile__mrr": np.ones(30)}, np.arange(31, 61))
    assert found.names == ("the healthiest third", "the least healthy third")
    assert found.healthy.sum() == found.unhealthy.sum() == 10
    assert found.scores[found.healthy].min() > found.scores[found.unhealthy].max()


def test_accounts_without_a_score_take_no_part(standing):
    whole = standing({"profile__mrr": [1.0, 2.0]}, [90, 10])
    some = standing_of(whole.frame, {"a001": (Band.RED, 10.0)}, whole.columns, "")
    assert some.now["account_id"].tolist() == ["a001"]


def test_without_scores_every_section_says_so(standing):
    whole = standing({"profile__mrr": [1.0, 2.0], "use": [1.0, 1.0]}, [90, 10])
    none = standing_of(whole.frame, {}, whole.columns, "")
    topics = [Topic("feature", "use", "use")]
    found = (commonality(none), disagreements(none), lookalikes(none), product_view(none, topics))
    assert [each.reason for each in found] == [NO_SCORES] * 4
    assert references(none, topics) == ()


def test_the_value_of_an_earlier_date(standing):
    found = standing({"profile__mrr": [5.0, 6.0]}, [90, 10], days_180={"profile__mrr": [4.0, 9.0]})
    assert found.before("profile__mrr", 175) == pytest.approx([4.0, 9.0])
    assert np.isnan(found.before("profile__mrr", 400)).all()


def test_a_change_must_be_worth_the_name():
    now = np.array([104.0, 106.0, 90.0, np.nan, 3.0, 0.0])
    before = np.array([100.0, 100.0, 100.0, 1.0, 0.0, 0.0])
    assert changed(now, before).tolist() == [0, 1, -1, 0, 1, 0]
