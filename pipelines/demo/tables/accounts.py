"""The CRM's accounts, with a row for each version: new managers, more or fewer employees."""

import numpy as np

from pipelines.demo.dates import Array
from pipelines.demo.facts import Columns, Story, iso, iso_day, pick, words
from pipelines.demo.hazard import DRIFTING, THRIVING
from pipelines.demo.words import FIRST, INDUSTRIES, MANAGERS, POTENTIALS, REGIONS, SECOND

PARENT_SHARE = 0.08
EMPLOYEES = ((8, 120), (80, 900), (600, 12_000))
CHECKS_PER_YEAR = 2
CHANGE_SHARE = 0.22
MORNING = 6 * 3600


def accounts(rng: np.random.Generator, story: Story) -> Columns:
    """One row per account and version, in order of account and time."""
    size = story.world.size
    account, day = _versions(rng, story)
    fixed = _fixed(rng, story)
    stamps = story.calendar.stamps(day, MORNING)
    signed = story.calendar.stamps(story.world.created)
    return {
        "client_no": story.world.ids[account],
        "company": fixed["company"][account],
        "parent_client": fixed["parent"][account],
        "sector": fixed["sector"][account],
        "region": fixed["region"][account],
        "headcount": _headcount(rng, story, account),
        "potential": _potential(rng, story, account, day),
        "success_manager": _manager(rng, account, size),
        "crm_ref": np.array([f"003{i * 7919 % 10**7:07d}" for i in account], dtype=object),
        "signed_up": iso_day(signed[account]),
        "changed_on": iso(np.maximum(stamps, signed[account])),
    }


def _versions(rng: np.random.Generator, story: Story) -> tuple[Array, Array]:
    """Account and day of every version: the sign-up, then now and then a half-yearly check."""
    world, life = story.world, story.life
    checks = np.arange(1, 5 * CHECKS_PER_YEAR + 4)
    day = world.created[:, None] + checks * (365 // CHECKS_PER_YEAR)
    changed = (rng.random(day.shape) < CHANGE_SHARE) & (day <= life.last[:, None])
    account, check = np.nonzero(changed)
    accounts_ = np.concatenate([np.arange(world.size), account])
    days = np.concatenate([world.created, day[account, check]])
    order = np.lexsort((days, accounts_))
    return accounts_[order], days[order]


def _fixed(rng: np.random.Generator, story: Story) -> Columns:
    size = story.world.size
    names = rng.permutation(max(size, len(FIRST) * len(SECOND)))[:size]
    owner = rng.integers(0, size, size)
    owned = (rng.random(size) < PARENT_SHARE) & (owner < np.arange(size))
    return {
        "company": np.array([_name(int(i)) for i in names], dtype=object),
        "parent": np.where(owned, story.world.ids[owner], ""),
        "sector": pick(rng, size, INDUSTRIES),
        "region": pick(rng, size, REGIONS),
    }


def _name(number: int) -> str:
    round_, place = divmod(number, len(FIRST) * len(SECOND))
    name = f"{FIRST[place % len(FIRST)]} {SECOND[place // len(FIRST)]}"
    return name if round_ == 0 else f"{name} {round_ + 1}"


def _headcount(rng: np.random.Generator, story: Story, account: Array) -> Array:
    low, high = np.asarray(EMPLOYEES, float)[story.world.segment].T
    base = low * (high / low) ** rng.random(story.world.size)
    shaken: Array = np.round(base[account] * rng.lognormal(0, 0.08, len(account)))
    return shaken.astype(np.int64)


def _potential(rng: np.random.Generator, story: Story, account: Array, day: Array) -> Array:
    """How far the account may grow, as its manager sees it: with a grain of truth."""
    week = np.clip(day // 7, 0, story.calendar.weeks - 1)
    state = story.mood.state[account, week]
    lift = np.where(state == THRIVING, 0.5, np.where(state >= DRIFTING, -0.4, 0.0))
    seen = rng.normal(0.0, 1.0, len(account)) + lift
    return words(np.digitize(seen, [-0.5, 0.7]), POTENTIALS)


def _manager(rng: np.random.Generator, account: Array, size: int) -> Array:
    """The manager at each version: the first one's hands, or other ones half of the time."""
    first = rng.integers(0, len(MANAGERS), size)[account]
    other = rng.integers(0, len(MANAGERS), len(account))
    version = np.arange(len(account)) - np.searchsorted(account, account)
    moved = (version > 0) & (rng.random(len(account)) < 0.5)
    return words(np.where(moved, other, first), MANAGERS)
