from dataclasses import replace
from datetime import UTC, datetime

import pytest

from serving.store import (
    Cause,
    ModelAction,
    ModelChange,
    ModelChangeRepository,
    ModelVersionRepository,
    served_before,
)

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)


def cause(action=ModelAction.PROMOTED, reason="a better one"):
    return Cause(action, NOON, "ada", reason, ("better beyond doubt",))


def test_a_change_is_written_down_with_the_promotion(store, champion):
    versions, changes = ModelVersionRepository(store), ModelChangeRepository(store)
    assert changes.all() == []
    first = cause(ModelAction.TRAINED)
    versions.promote(champion, first)
    versions.promote(replace(champion, version="v2", digest="cd" * 32), cause())
    assert changes.all() == [
        ModelChange(first, None, champion.version, champion.digest),
        ModelChange(cause(), champion.version, "v2", "cd" * 32),
    ]


def test_nothing_is_written_down_where_nothing_changed(store, champion):
    versions = ModelVersionRepository(store)
    with pytest.raises(ValueError, match="needs a time zone"):
        versions.promote(champion, replace(cause(), at=datetime(2026, 6, 30)))
    assert ModelChangeRepository(store).all() == []
    assert versions.champion() is None


def trail(*steps):
    """Changes from words such as `+v1` (promoted) and `-v1` (rolled back to)."""
    actions = {"+": ModelAction.PROMOTED, "-": ModelAction.ROLLED_BACK}
    before, found = None, []
    for step in steps:
        found.append(ModelChange(cause(actions[step[0]]), before, step[1:], ""))
        before = step[1:]
    return found


@pytest.mark.parametrize(
    ("steps", "earlier"),
    [
        ("", None),
        ("+v1", None),
        ("+v1 +v2", "v1"),
        ("+v1 +v2 +v3 -v2", "v1"),
        ("+v1 +v2 -v1", None),
        ("+v1 +v2 -v1 +v3", "v1"),
        ("+v1 +v2 +v1", "v2"),
    ],
)
def test_what_served_before(steps, earlier):
    assert served_before(trail(*steps.split())) == earlier


def test_a_champion_older_than_the_trail_can_be_gone_back_to():
    change = ModelChange(cause(), "v0", "v1", "")
    assert served_before([change]) == "v0"
