"""Why and when customers leave: a hidden weekly Markov chain, and its exact probabilities.

Each paying account is in one hidden state a week, from thriving down to dying. In a week it may
be lost (notice, or an end without notice) with cumulative hazard

    A_BOLT + STATE_HAZARD[state] * SEGMENT_FACTOR * onboarding(age) * contract(days to renewal)

spread over the week's days by WORK_SHARE; if it survives, the state may change at the week's
end, for the worse more easily in an account's first half year. A_BOLT strikes every state alike:
acquisitions and insolvencies that nothing foretells. Contract timing and age are known in
advance, so the probability of loss by a day is exact: multiply the weeks' matrices forward from
the state at `as_of`, with the fractions of the first and the last week taken from WORK_SHARE.
Because state and hazard are constant within a week, that is no approximation.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from pipelines.demo.dates import NEVER, WORK_SHARE, Array
from pipelines.demo.world import TERM_DAYS, World

STATES = ("thriving", "steady", "cooling", "drifting", "sinking", "dying")
THRIVING, STEADY, COOLING, DRIFTING, SINKING, DYING = range(6)
NOT_YET, GONE = -1, 6

A_BOLT = 0.0006
STATE_HAZARD = np.array([0.0000, 0.0003, 0.0036, 0.0100, 0.0180, 0.0290])
SEGMENT_FACTOR = np.array([1.25, 0.90, 0.60])
RENEWAL_NEAR, RENEWAL_FAR = 1.9, 0.6
NEAR_DAYS = 63
MANUAL_RENEWAL = 1.25
ONBOARDING_WEEKS, ONBOARDING_FACTOR = 13, 1.3

YOUNG_WEEKS = 26
FIRST_STATE = np.array([0.12, 0.63, 0.20, 0.05, 0.0, 0.0])
LATER_STATE = np.array([0.22, 0.42, 0.175, 0.10, 0.057, 0.028])
CHANGES = np.array(
    [
        [0.978, 0.022, 0.000, 0.000, 0.000, 0.000],
        [0.012, 0.972, 0.016, 0.000, 0.000, 0.000],
        [0.000, 0.025, 0.945, 0.030, 0.000, 0.000],
        [0.000, 0.000, 0.026, 0.943, 0.031, 0.000],
        [0.000, 0.000, 0.000, 0.024, 0.938, 0.038],
        [0.000, 0.000, 0.000, 0.000, 0.050, 0.950],
    ]
)
YOUNG_CHANGES = np.array(
    [
        [0.974, 0.026, 0.000, 0.000, 0.000, 0.000],
        [0.013, 0.964, 0.023, 0.000, 0.000, 0.000],
        [0.000, 0.030, 0.928, 0.042, 0.000, 0.000],
        [0.000, 0.000, 0.026, 0.938, 0.036, 0.000],
        [0.000, 0.000, 0.000, 0.024, 0.933, 0.043],
        [0.000, 0.000, 0.000, 0.000, 0.050, 0.950],
    ]
)


@dataclass(frozen=True, slots=True)
class Fate:
    """What the hidden process did.

    Attributes:
        state: int array [accounts, weeks]: the state in each week; NOT_YET before the first
            payment, GONE from the week after the loss.
        loss_day: day of the loss (notice, or end where there was none), NEVER if none.
        bolt: True where the loss came out of the blue, without notice.
    """

    state: Array
    loss_day: Array
    bolt: Array


def weekly_hazard(world: World, weeks: int) -> Array:
    """Cumulative hazard of each week by state: float array [accounts, weeks, states].

    Zero up to and with the week of the first payment.
    """
    start = np.arange(weeks)[None, :] * 7
    age = start - world.paid_from[:, None]
    factor = SEGMENT_FACTOR[world.segment][:, None] * _contract(world, age)
    factor = factor * np.where(age < ONBOARDING_WEEKS * 7, ONBOARDING_FACTOR, 1.0)
    hazard = A_BOLT + factor[:, :, None] * STATE_HAZARD
    return np.where((age > 0)[:, :, None], hazard, 0.0)


def _contract(world: World, age: Array) -> Array:
    """The factor of contract timing, from the days to the renewal at each week's start."""
    left = TERM_DAYS - age % TERM_DAYS
    manual = np.where(world.auto_renew, 1.0, MANUAL_RENEWAL)[:, None]
    annual = np.where(left <= NEAR_DAYS, RENEWAL_NEAR * manual, RENEWAL_FAR)
    return np.where(world.annual[:, None], annual, 1.0)


def changes(world: World, week: int) -> Array:
    """Probabilities of the state after `week` given that in it: [accounts, states, states]."""
    young = week * 7 - world.paid_from < YOUNG_WEEKS * 7
    return np.where(young[:, None, None], YOUNG_CHANGES, CHANGES)


def draw_fate(rng: np.random.Generator, world: World) -> Fate:
    """Let the hidden process run over the history, losses to the day."""
    weeks = world.calendar.weeks
    hazard = weekly_hazard(world, weeks)
    everyone = np.arange(world.size)
    state = np.full((world.size, weeks), NOT_YET, np.int8)
    loss_day = np.full(world.size, NEVER)
    bolt = np.zeros(world.size, bool)
    now = _first_states(rng, world)
    entry = np.maximum(world.paid_from // 7, 0)
    for week in range(weeks):
        here = (entry <= week) & (loss_day >= NEVER)
        state[here, week] = now[here]
        risk = hazard[everyone, week, now]
        threshold = rng.exponential(size=world.size)
        lost = here & (threshold < risk)
        loss_day[lost] = week * 7 + _weekday(threshold[lost] / risk[lost])
        bolt |= lost & (rng.random(world.size) * risk < A_BOLT)
        state[lost, week + 1 :] = GONE
        moved = _draw(rng, changes(world, week)[everyone, now])
        now = np.where(here, moved, now)
    after = loss_day > world.calendar.last_day
    return Fate(state, np.where(after, NEVER, loss_day), bolt & ~after)


def _first_states(rng: np.random.Generator, world: World) -> Array:
    old = world.paid_from < world.calendar.first_day - YOUNG_WEEKS * 7
    return _draw(rng, np.where(old[:, None], LATER_STATE, FIRST_STATE))


def _draw(rng: np.random.Generator, chances: Array) -> Array:
    """One column index per row, drawn with the row's chances."""
    beyond = rng.random(len(chances))[:, None] > np.cumsum(chances, axis=1)[:, :-1]
    place: Array = beyond.sum(axis=1)
    return place


def _weekday(share: Array) -> Array:
    """The weekday on which the share of a week's hazard is used up, 0 Monday to 6 Sunday."""
    return np.minimum(np.searchsorted(np.cumsum(WORK_SHARE), share), 6)


def loss_probabilities(
    world: World, fate: Fate, as_of: date, horizons: tuple[int, ...], hazard: Array
) -> Array:
    """Exact probabilities of loss after `as_of`, given each account's state on that day.

    Args:
        world: the customers.
        fate: the run whose states on `as_of` are the starting points.
        as_of: the day at whose end the account stands; losses count from the day after.
        horizons: days, ascending.
        hazard: `weekly_hazard(world, world.calendar.weeks_ahead)`.

    Returns:
        Float array [accounts, horizons]. Rows of accounts not paying on `as_of` mean nothing.
    """
    today = world.calendar.index(as_of)
    this_week, from_share = today // 7, _used(today)
    alive = np.eye(len(STATES))[np.clip(fate.state[:, this_week], THRIVING, DYING)]
    chances = np.zeros((world.size, len(horizons)))
    for week in range(this_week, (today + horizons[-1]) // 7 + 1):
        for place, horizon in enumerate(horizons):
            if (today + horizon) // 7 == week:
                share = _used(today + horizon) - from_share
                chances[:, place] = 1 - _survive(alive, hazard[:, week], share).sum(axis=1)
        alive = _survive(alive, hazard[:, week], 1 - from_share)
        alive = np.einsum("as,ast->at", alive, changes(world, week))
        from_share = 0.0
    return chances


def _used(day: int) -> float:
    """The share of its week's hazard that is used up at the end of `day`."""
    return float(WORK_SHARE[: day % 7 + 1].sum())


def _survive(alive: Array, hazard: Array, share: float) -> Array:
    survived: Array = alive * np.exp(-hazard * share)
    return survived
