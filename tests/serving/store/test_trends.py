from datetime import date

from serving.store import ScoreRepository
from serving.store.trends import chances_at, health_trends

DAYS = [date(2025, 7, 31), date(2026, 5, 31), date(2026, 6, 30)]


def test_health_over_the_year_with_gaps_where_nobody_was_scored(store, make_run):
    repository = ScoreRepository(store)
    repository.publish(make_run({"a": 0.1, "old": 0.5}, as_of=DAYS[0]))
    repository.publish(make_run({"a": 0.25, "b": None}, as_of=DAYS[1]))
    repository.publish(make_run({"a": 0.5, "b": 0.75}, as_of=DAYS[2]))

    found = health_trends(store, ["a", "b", "nobody"], DAYS[2])

    assert found == {"a": [90.0, 75.0, 50.0], "b": [None, None, 25.0], "nobody": [None] * 3}
    assert health_trends(store, ["a"], DAYS[1]) == {"a": [90.0, 75.0]}
    assert health_trends(store, ["a"], DAYS[2], most=2) == {"a": [90.0, 50.0]}


def test_the_chances_of_an_earlier_day(store, make_run):
    repository = ScoreRepository(store)
    repository.publish(make_run({"a": 0.2}, as_of=DAYS[1]))
    repository.publish(make_run({"a": 0.4, "x": None}, as_of=DAYS[2]))
    assert chances_at(store, "a", DAYS[1]) == {30: 0.1, 90: 0.2, 180: 0.6}
    assert chances_at(store, "x", DAYS[2]) == {}
    assert chances_at(store, "nobody", DAYS[2]) == {}
