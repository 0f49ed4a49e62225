"""Open silences: the known is learnt from, the open is drawn, and no later day is seen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from models.dataset import Dataset, join
from models.encoding import learn_schema
from models.intervals import INTERVALS
from models.known_accounts import known_account
from models.material import Material
from models.metrics import auc
from models.open_outcomes import drawn
from models.walkforward import WalkForward

SILENT, FIRST = 60, date(2024, 1, 1)
FIRST_30 = INTERVALS[0]


def fates_of(days: dict[str, list[int]], asked: int, ends: int) -> pd.DataFrame:
    """Fates of accounts active on given days, asked about every 30 days, as known at the end."""
    rows = []
    for at in range(0, asked + 1, 30):
        for account, active in days.items():
            before = [d for d in active if d <= at]
            if not before or at - before[-1] >= SILENT:
                continue
            following = [*active[len(before) - 1 :], ends]
            gaps = np.diff(following) >= SILENT
            event = float(following[int(np.argmax(gaps))] - at) if gaps.any() else np.inf
            day = FIRST + timedelta(days=at)
            rows.append((account, day, max(event, 0.0), np.inf, float(at - before[-1])))
    names = ["account_id", "as_of", "event_days", "followed_days", "quiet_days"]
    return pd.DataFrame(rows, columns=names)


def shop(seed: int, accounts: int = 400, days: int = 420) -> dict[str, list[int]]:
    """Accounts that buy at their own pace until, one day, they stop."""
    rng = np.random.default_rng(seed)
    out = {}
    for n in range(accounts):
        stops = rng.exponential(300)
        gaps = np.ceil(rng.exponential(rng.uniform(5, 25), 200)) + 1
        bought = np.cumsum(gaps) + rng.integers(0, 90)
        out[f"a{n:03d}"] = [int(d) for d in bought if d < min(stops + 30, days)] or [0]
    return out


def material(days: dict[str, list[int]], asked: int, ends: int) -> Material:
    """All of it, with one column that tells the silence so far."""
    fates = fates_of(days, asked, ends)
    frame = fates[["account_id", "as_of"]].assign(quiet=fates["quiet_days"])
    data = join(frame, fates, SILENT, FIRST + timedelta(days=ends))
    schema = learn_schema(data.frame, ["quiet"])
    return Material(data, schema.encode(data.frame), schema, WalkForward(INTERVALS[:1], 3))


def told(known: Dataset, end: int, at: int = 0) -> dict[str, bool]:
    """By account of the rows `at` that can be learnt from, whether it was lost within `end`."""
    day = FIRST + timedelta(days=at)
    rows = known.matured(end, known.data_as_of) & known.followed(end)
    rows &= known.ordinals == day.toordinal()
    lost = known.lost_within(end)[rows]
    return dict(zip(known.frame["account_id"][rows], lost, strict=True))


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Silences that last with a given chance, told by however few rows."""

    def set_to(chance: float) -> None:
        monkeypatch.setattr(
            "models.open_outcomes.Silences.lasting",
            lambda its, day: np.full(int((its.data.ordinals == day.toordinal()).sum()), chance),
        )

    return set_to


@pytest.mark.parametrize("lasts", [False, True])
def test_only_what_is_open_is_drawn(always: Callable[[float], None], lasts: bool) -> None:
    always(float(lasts))
    days = {
        "came back": [0, 40],  # active after 30 days: the silence of day 0 did not last
        "silent": [0],  # for 60 days on day 60: known to be lost
        "open": [0, 20],  # silent since day 20
        "quiet long": [-50],  # before the first date already
    }
    known = material(days, 60, 400).known(FIRST + timedelta(days=60))
    assert known.data_as_of == FIRST + timedelta(days=60)
    assert told(known, 30) == {
        "came back": False, "silent": True, "open": lasts, "quiet long": True,
    }  # fmt: skip
    assert told(known, 60) == {
        "came back": lasts, "silent": True, "open": lasts, "quiet long": True,
    }  # fmt: skip
    assert bool(told(known, 30, at=30)["came back"]) is lasts
    assert told(known, 30, at=60) == {}  # nothing of it has passed


def test_the_future_is_not_seen() -> None:
    """Whatever happens after a date, what can be learnt from on it is the same."""
    days, cut = shop(1), 240
    day = FIRST + timedelta(days=cut)
    ours = material(days, 330, 420).known(day)
    other = {a: [d for d in active if d <= cut] for a, active in days.items()}
    theirs = material(other, 330, 420).known(day)
    assert ours.lag_days == theirs.lag_days == 0
    for known in (ours, theirs):
        assert (known.followed_days[known.ordinals > day.toordinal()] < 0).all()
    past = [k.take(k.ordinals <= day.toordinal()) for k in (ours, theirs)]
    for name in ("event_days", "followed_days", "ordinals"):
        np.testing.assert_array_equal(*(getattr(k, name) for k in past))
    assert (past[0].lost_within(30) & past[0].matured(30, day)).sum() > 100


def test_rows_learnt_from_are_newer_and_right_on_the_whole() -> None:
    world = material(shop(2), 330, 420)
    day, data = FIRST + timedelta(days=240), world.dataset
    known = world.known(day)
    before, now = (d.at_risk(FIRST_30, day) for d in (data, known))
    assert data.ordinals[before].max() == day.toordinal() - 90
    assert data.ordinals[now].max() == day.toordinal() - 30
    added = now & ~before
    assert added.sum() > 200
    said, came = known.lost_within(30)[added], data.lost_within(30)[added]
    assert said.mean() == pytest.approx(came.mean(), abs=0.05)
    assert (said == came).mean() > 0.7  # the others are open
    assert (known.lost_within(30)[before] == data.lost_within(30)[before]).all()


def test_other_outcomes_are_left_as_they_are() -> None:
    world = material(shop(3, 100), 330, 420)
    day = FIRST + timedelta(days=240)
    for data in (replace(world.dataset, lag_days=0), replace(world.dataset, quiet_days=None)):
        assert replace(world, dataset=data).known(day) is data
    assert world.known(FIRST - timedelta(days=1)) is world.dataset  # no snapshot by then
    assert world.known(FIRST + timedelta(days=10)) is world.dataset  # nothing ended by then


def test_a_walk_learns_what_has_changed_since() -> None:
    """Half a year ago short silences were the rule; of late they last."""
    rng, days = np.random.default_rng(5), shop(5, 600)
    days = {a: [d for d in v if d < 200 or rng.random() < 0.4] for a, v in days.items()}
    world = material(days, 330, 420)
    plain = replace(world, dataset=replace(world.dataset, quiet_days=None))
    losses = []
    for one in (plain, world):
        odds = one.walk("lightgbm").log_odds[FIRST_30]
        rows = ~np.isnan(odds) & world.dataset.matured(30, world.dataset.data_as_of)
        rows &= world.dataset.ordinals >= FIRST.toordinal() + 240
        lost = world.dataset.lost_within(30)[rows].astype(float)
        losses.append(float(np.mean(np.logaddexp(0, odds[rows]) - lost * odds[rows])))
        assert auc(lost, odds[rows], np.ones(len(lost))) > 0.6
    assert losses[1] < losses[0] - 0.005


def test_accounts_of_drawn_rows_count_as_known() -> None:
    world = material(shop(6), 330, 420)
    walk = world.walk("constant", [])
    known = known_account(world.dataset, walk)
    accounts = world.dataset.frame["account_id"].to_numpy(object)
    for block in np.unique(walk.block_of[walk.block_of > 0]):
        used = world.known(date.fromordinal(int(block)))
        met = set(accounts[used.at_risk(FIRST_30, used.data_as_of)])
        mine = (walk.block_of == block) & np.isin(accounts, list(met))
        assert mine.any()
        assert known[mine].all()


def test_as_many_are_drawn_as_the_chances_say() -> None:
    chance = np.random.default_rng(0).beta(0.5, 0.8, 3_000)
    found = drawn(chance, 1)
    for low in np.arange(0, 1, 0.1):
        mine = (chance >= low) & (chance < low + 0.1)
        assert abs(found[mine].sum() - chance[mine].sum()) <= 1
    assert found.sum() == pytest.approx(chance.sum(), abs=1)
    np.testing.assert_array_equal(found, drawn(chance, 1))
    assert (found != drawn(chance, 2)).any()
    assert not drawn(np.zeros(50), 1).any()
    assert drawn(np.ones(50), 1).all()
