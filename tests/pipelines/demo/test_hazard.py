from datetime import date

import numpy as np
import pytest

from models.score import HORIZONS
from pipelines.demo import hazard
from pipelines.demo.dates import NEVER, WORK_SHARE, Array, calendar
from pipelines.demo.hazard import Fate, draw_fate, loss_probabilities, weekly_hazard
from pipelines.demo.world import World, draw_world

AS_OF = date(2025, 5, 31)  # a Saturday, 395 days before the end of the history


@pytest.fixture(scope="module")
def run() -> tuple[World, Fate]:
    rng = np.random.default_rng(20)
    world = draw_world(rng, calendar(2), 6000)
    return world, draw_fate(rng, world)


def at_risk(run: tuple[World, Fate]) -> tuple[Array, Array, Array]:
    """Who is at risk on AS_OF, their true chances, and days until they left."""
    world, fate = run
    today = world.calendar.index(AS_OF)
    table = weekly_hazard(world, world.calendar.weeks_ahead)
    here = (world.paid_from <= today) & (fate.loss_day > today)
    chances = loss_probabilities(world, fate, AS_OF, HORIZONS, table)
    return here, chances, fate.loss_day - today


@pytest.mark.parametrize("place", range(4))
def test_as_many_leave_as_the_truth_expects(run: tuple[World, Fate], place: int) -> None:
    here, chances, days = at_risk(run)
    chance = chances[here, place]
    lost = days[here] <= HORIZONS[place]
    spread = np.sqrt((chance * (1 - chance)).sum())
    assert abs(lost.sum() - chance.sum()) < 3 * spread


@pytest.mark.parametrize("state", range(6))
def test_as_many_leave_in_every_state(run: tuple[World, Fate], state: int) -> None:
    world, fate = run
    here, chances, days = at_risk(run)
    here = here & (fate.state[:, world.calendar.index(AS_OF) // 7] == state)
    chance, lost = chances[here, 1], days[here] <= 90
    assert here.sum() > 50
    assert abs(lost.sum() - chance.sum()) < 3.5 * np.sqrt((chance * (1 - chance)).sum())


def log_loss(lost: Array, chance: Array) -> float:
    return float(-np.where(lost, np.log(chance), np.log1p(-chance)).mean())


def test_the_truth_is_much_better_than_the_base_rate(run: tuple[World, Fate]) -> None:
    here, chances, days = at_risk(run)
    lost = days[here] <= 90
    constant = np.full(here.sum(), lost.mean())
    assert log_loss(lost, chances[here, 1]) < 0.92 * log_loss(lost, constant)


def test_chances_never_fall_with_the_horizon(run: tuple[World, Fate]) -> None:
    here, chances, _ = at_risk(run)
    assert (np.diff(chances[here], axis=1) > 0).all()
    assert chances[here].min() > 0
    assert chances[here].max() < 1


def test_without_changes_of_state_the_chance_is_the_sum_of_hazards(
    run: tuple[World, Fate], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, fate = run
    monkeypatch.setattr(hazard, "CHANGES", np.eye(6))
    monkeypatch.setattr(hazard, "YOUNG_CHANGES", np.eye(6))
    table = np.full((world.size, world.calendar.weeks_ahead, 6), 0.07)
    chance = loss_probabilities(world, fate, AS_OF, (1, 7, 30), table)[0]
    # Sunday alone; a whole week; Sunday, four whole weeks and the Monday after them
    weeks = np.array([WORK_SHARE[6], 1.0, WORK_SHARE[6] + 4 + WORK_SHARE[0]])
    assert chance == pytest.approx(1 - np.exp(-0.07 * weeks))


def test_losses_fall_on_weekdays_as_business_does(run: tuple[World, Fate]) -> None:
    days = run[1].loss_day
    share = np.bincount(days[days < NEVER] % 7, minlength=7) / (days < NEVER).sum()
    assert share == pytest.approx(WORK_SHARE, abs=0.035)


def test_monthly_churn_is_between_1_2_and_2_percent(run: tuple[World, Fate]) -> None:
    world, fate = run
    weeks = (fate.state >= 0) & (fate.state < hazard.GONE)
    months = weeks[:, 1:].sum() * 7 / 30.4
    assert 0.012 < (fate.loss_day < NEVER).sum() / months < 0.020


def test_annual_contracts_are_at_risk_near_their_renewal(run: tuple[World, Fate]) -> None:
    world, _ = run
    weeks = world.calendar.weeks
    table = weekly_hazard(world, weeks)[:, :, hazard.DYING]
    account = int(np.flatnonzero(world.annual & (world.paid_from < -200))[0])
    days_left = 365 - (np.arange(weeks) * 7 - world.paid_from[account]) % 365
    near, far = table[account, days_left <= 63], table[account, days_left > 63]
    assert near.min() > 2 * far[-1]


def test_nobody_is_lost_before_or_in_the_week_of_the_first_payment(
    run: tuple[World, Fate],
) -> None:
    world, fate = run
    lost = fate.loss_day < NEVER
    weeks = fate.loss_day[lost] // 7 - world.paid_from[lost] // 7
    assert weeks.min() > 0
