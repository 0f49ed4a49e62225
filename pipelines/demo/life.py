"""The days between which an account leaves traces: sign-up, first payment, notice, end."""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.dates import NEVER, Array
from pipelines.demo.hazard import Fate
from pipelines.demo.world import TERM_DAYS, World

WAIT_FOR_RENEWAL = 60
"""Notice this many days or less before the renewal of a year's contract ends it there."""


@dataclass(frozen=True, slots=True)
class Life:
    """Day indices, one entry an account; NEVER where it has not happened.

    Attributes:
        created: day of sign-up.
        paid_from: first day of the paid subscription.
        notice: day the customer gave notice; none where the loss came without one.
        ended: first day without any subscription, possibly after the history.
        first, last: first and last day with facts inside the history; first > last where
            there is none.
    """

    created: Array
    paid_from: Array
    notice: Array
    ended: Array
    first: Array
    last: Array

    def on(self, account: Array, day: Array) -> Array:
        """True where `account` is a customer (or on trial) on `day` of the history."""
        inside: Array = (day >= self.first[account]) & (day <= self.last[account])
        return inside


def draw_life(rng: np.random.Generator, world: World, fate: Fate) -> Life:
    """The days of every account that follow from its losses and its contract."""
    loss = fate.loss_day
    notice = np.where(fate.bolt, NEVER, loss)
    ended = np.where(fate.bolt, loss, _end_after(rng, world, loss))
    ended = np.where(world.paid_from >= NEVER, np.maximum(world.trial_end, world.created), ended)
    cal = world.calendar
    return Life(
        created=world.created,
        paid_from=world.paid_from,
        notice=notice,
        ended=np.where((world.paid_from < NEVER) & (loss >= NEVER), NEVER, ended),
        first=np.maximum(world.created, cal.first_day),
        last=np.minimum(ended - 1, cal.last_day),
    )


def _end_after(rng: np.random.Generator, world: World, notice: Array) -> Array:
    """The first day without subscription after `notice`."""
    renewal = notice + TERM_DAYS - (notice - world.paid_from) % TERM_DAYS
    month = notice + 30 - (notice - world.paid_from) % 30
    early = notice + rng.integers(14, 61, world.size)
    annual = np.where(renewal - notice <= WAIT_FOR_RENEWAL, renewal, early)
    return np.where(notice >= NEVER, NEVER, np.where(world.annual, annual, month))
