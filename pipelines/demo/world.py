"""Who the simulated company's customers are: everything about them that time does not change.

The numbers here are the company; `hazard` holds the numbers of its losses.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.dates import NEVER, Array, Calendar

SEGMENTS = ("smb", "mid", "enterprise")
SEGMENT_SHARE = (0.58, 0.30, 0.12)
ARR_RANGE = ((1_200.0, 9_500.0), (11_000.0, 46_000.0), (56_000.0, 260_000.0))
ANNUAL_SHARE = (0.35, 0.70, 0.92)
USERS = ((5, 6), (6, 7), (8, 9))
CURRENCIES = ("EUR", "USD", "GBP")
CURRENCY_SHARE = (0.72, 0.18, 0.10)
IN_EUR = (1.0, 0.92, 1.17)

EXISTING_SHARE = 0.5
DAYS_BEFORE = 730
TRIAL_SHARE = 0.3
NEVER_PAID_SHARE = 0.04
TERM_DAYS = 365


@dataclass(frozen=True, slots=True)
class World:
    """The customers. Every array has one entry an account; days are calendar indices.

    Attributes:
        calendar: the days of the history.
        segment: 0 smb, 1 mid, 2 enterprise.
        created: day of sign-up; negative before the history.
        paid_from: first day of the paid subscription, NEVER for trials that never paid.
        trial_end: day the free trial ended or ends; equal to `created` without one.
        annual: contract of a year (True) or from month to month.
        billing_months: months billed at once.
        auto_renew: the contract renews by itself.
        currency: index into CURRENCIES.
        users: people who use the product.
        seats: seats bought at first, about one a user.
        price: monthly price of a seat, in the account's currency.
    """

    calendar: Calendar
    segment: Array
    created: Array
    paid_from: Array
    trial_end: Array
    annual: Array
    billing_months: Array
    auto_renew: Array
    currency: Array
    users: Array
    seats: Array
    price: Array

    @property
    def size(self) -> int:
        """The number of accounts."""
        return len(self.segment)

    @property
    def ids(self) -> Array:
        """The company's account ids."""
        return np.array([f"ORR-{i:05d}" for i in range(1, self.size + 1)], dtype=object)

    def period_start(self, account: int, number: int) -> int:
        """First day of the account's billing period `number`, counted from 0."""
        months = number * int(self.billing_months[account])
        return int(self.paid_from[account]) + round(months * TERM_DAYS / 12)


def draw_world(rng: np.random.Generator, cal: Calendar, accounts: int) -> World:
    """Draw `accounts` customers, about half of them there when the history starts."""
    segment = rng.choice(3, accounts, p=SEGMENT_SHARE)
    created = _arrivals(rng, cal, accounts)
    trial_end = created + np.where(
        rng.random(accounts) < TRIAL_SHARE, rng.choice([14, 30], accounts), 0
    )
    annual = rng.random(accounts) < np.asarray(ANNUAL_SHARE)[segment]
    currency = rng.choice(3, accounts, p=CURRENCY_SHARE)
    low, high = np.asarray(USERS)[segment].T
    users = rng.integers(low, high + 1)
    seats = users + rng.integers(0, 2, accounts)
    never = (trial_end > created) & (rng.random(accounts) < NEVER_PAID_SHARE / TRIAL_SHARE)
    return World(
        calendar=cal,
        segment=segment,
        created=created,
        paid_from=np.where(never | (trial_end > cal.last_day), NEVER, trial_end),
        trial_end=trial_end,
        annual=annual,
        billing_months=np.where(annual, rng.choice([1, 3, 12], accounts, p=[0.3, 0.4, 0.3]), 1),
        auto_renew=~annual | (rng.random(accounts) < 0.7),
        currency=currency,
        users=users,
        seats=seats,
        price=_prices(rng, segment, currency, seats),
    )


def _arrivals(rng: np.random.Generator, cal: Calendar, accounts: int) -> Array:
    """Days of sign-up, sorted: half before the history, then a little more every year."""
    before = round(accounts * EXISTING_SHARE)
    old = cal.first_day - rng.integers(1, DAYS_BEFORE, before)
    span = cal.last_day - cal.first_day - 20
    new = cal.first_day + (span * rng.random(accounts - before) ** 0.85).astype(np.int64)
    return np.sort(np.concatenate([old, new]))


def _prices(rng: np.random.Generator, segment: Array, currency: Array, seats: Array) -> Array:
    """The monthly price of a seat in the account's currency; ARR is spread over its tier."""
    low, high = np.asarray(ARR_RANGE)[segment].T
    arr = low * (high / low) ** rng.beta(1.6, 2.2, len(segment))
    price: Array = np.round(arr / 12 / seats / np.asarray(IN_EUR)[currency], 2)
    return price
