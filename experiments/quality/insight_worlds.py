"""Simulated bases of accounts where it is known what makes them leave, and what does not.

Each account has a tier, an age, a size and a revenue, and as many hidden moods as there are
signals, which drift from month to month (an AR(1) of 0.85). Moods of one table share a part,
and all of usage leans on size, tier and age, as in life: large and old accounts use more. Each
signal is seen in two or three windows, with noise of its own; some values are missing. An
account is lost in a month with a chance whose log-odds hang on tier, age and size, on the
mood of the planted drivers, and on nothing else.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from features.signal import SnapshotColumn
from features.signals import CATALOGUE
from models.dataset import Dataset
from models.insights.base import Base

LAST = date(2025, 12, 31)
LAG = 30
SIGNALS = (
    *("volume", "active_days", "trend", "last_used", "intensity"),
    *("users", "features", "utilisation"),
    *("inbound", "meetings", "gatherings", "last_spoke", "answered"),
    *("severe_tickets", "open_tickets", "first_response", "nps", "complaints"),
    *("open_risks", "overdue", "payment_delay"),
)
USAGE = "usage"


@dataclass(frozen=True)
class World:
    """What a base is drawn from.

    Attributes:
        accounts: how many ever sign up.
        months: of history.
        drivers: names of the signals that make accounts leave; empty: none does.
        push: what one standard deviation of a driver adds to the monthly log-odds.
        base: monthly log-odds of loss of an average account.
        lean: how much usage leans on size and age.
        keep: how much of a mood is left after a month.
        moment: a signal whose mood, where it is above its mean at sign-up, makes losses less
            likely for good; empty: none.
        gain: what the moment takes off the monthly log-odds.
    """

    accounts: int = 500
    months: int = 24
    drivers: tuple[str, ...] = ()
    push: float = 0.8
    base: float = -3.9
    lean: float = 0.5
    keep: float = 0.85
    moment: str = ""
    gain: float = 0.0


def columns() -> tuple[SnapshotColumn, ...]:
    """The columns that are simulated: up to three windows of each signal."""
    found: list[SnapshotColumn] = []
    for name in SIGNALS:
        found += [c for c in CATALOGUE.columns if c.signal.name == name][:3]
    return tuple(found)


def draw(world: World, seed: int) -> Base:
    """One base of accounts with its outcomes."""
    rng = np.random.default_rng(seed)
    size, months = world.accounts, world.months
    who = _profiles(size, months, rng)
    begun = who["begun"]
    moods = _moods(world, who, rng)
    signs = {c.signal.name: int(c.signal.direction) for c in columns()}
    log_odds = np.full((size, months), world.base) - 0.4 * who["grade"][:, None]
    age = (np.arange(months)[None, :] - begun[:, None]).clip(0) / 12
    log_odds -= 0.5 * np.sqrt(age)
    for name in world.drivers:
        log_odds -= world.push * signs[name] * moods[name]
    if world.moment:
        early = moods[world.moment][np.arange(size), (begun + 1).clip(max=months - 1)]
        log_odds -= world.gain * (signs[world.moment] * early > 0)[:, None]
    leaves = rng.random((size, months)) < 1 / (1 + np.exp(-log_odds))
    alive = np.arange(months)[None, :] >= begun[:, None]
    gone_in = np.where((leaves & alive).any(axis=1), (leaves & alive).argmax(axis=1), months)
    day_in_month = rng.integers(1, 29, size)
    rows = np.nonzero(alive & (np.arange(months)[None, :] <= gone_in[:, None]))
    return _base(who, moods, rows, gone_in, day_in_month, months, rng)


def _profiles(size: int, months: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    grade = rng.choice([-1.0, 0.0, 1.0], size, p=[0.4, 0.4, 0.2])
    return {
        "grade": grade,
        "begun": np.where(rng.random(size) < 0.5, 0, rng.integers(0, months, size)),
        "before": rng.exponential(300, size),
        "mrr": np.exp(6 + 1.2 * grade + 0.5 * rng.normal(size=size)),
        "employees": np.exp(4 + grade + 0.8 * rng.normal(size=size)),
    }


def _moods(
    world: World, who: dict[str, np.ndarray], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    shared: dict[str, np.ndarray] = {}
    out = {}
    large = np.log(who["employees"]) - np.log(who["employees"]).mean()
    growth = np.arange(world.months) / 12
    for column in columns():
        name, table = column.signal.name, column.signal.table
        if name in out:
            continue
        if table not in shared:
            shared[table] = _drifting(world, rng)
        own = _drifting(world, rng)
        mood = 0.5 * shared[table] + np.sqrt(0.75) * own
        if table == USAGE:
            begun = who["begun"][:, None] - who["before"][:, None] / 30
            age = np.sqrt((np.arange(world.months)[None, :] - begun).clip(0) / 12)
            mood = mood + world.lean * (large[:, None] + age - 1) + 0.1 * growth
        out[name] = mood
    return out


def _drifting(world: World, rng: np.random.Generator) -> np.ndarray:
    keep = world.keep
    out = np.empty((world.accounts, world.months))
    out[:, 0] = rng.normal(size=world.accounts)
    for month in range(1, world.months):
        fresh = rng.normal(size=world.accounts)
        out[:, month] = keep * out[:, month - 1] + np.sqrt(1 - keep**2) * fresh
    return out


def _base(
    who: dict[str, np.ndarray],
    moods: dict[str, np.ndarray],
    rows: tuple[np.ndarray, np.ndarray],
    gone_in: np.ndarray,
    day_in_month: np.ndarray,
    months: int,
    rng: np.random.Generator,
) -> Base:
    account, month = rows
    order = np.lexsort((account, month))
    account, month = account[order], month[order]
    days = [end.date() for end in pd.date_range(end=LAST, periods=months, freq="ME")]
    ordinal = np.array([d.toordinal() for d in days])
    lost = gone_in[account] < months
    when = ordinal[np.minimum(gone_in[account], months - 1)] + day_in_month[account]
    event = np.where(lost, when - ordinal[month], np.inf)
    event[event > LAST.toordinal() - ordinal[month]] = np.inf
    frame = pd.DataFrame(
        {
            "account_id": [f"a{n:05d}" for n in account],
            "as_of": pd.Series([days[m] for m in month], dtype=object),
            "profile__age": _age(who, account, ordinal[month], ordinal),
            "profile__mrr": who["mrr"][account],
            "profile__employees": who["employees"][account],
            "profile__tier": np.array(["low", "mid", "high"])[
                who["grade"][account].astype(int) + 1
            ],
        }
    )
    seen = {c.name: _seen(c, moods[c.signal.name][account, month], rng) for c in columns()}
    frame = pd.concat([frame, pd.DataFrame(seen)], axis=1)
    followed = np.full(len(frame), np.inf)
    data = Dataset(frame, event, followed, LAG, LAST)
    profile = tuple(c for c in CATALOGUE.columns if c.name in frame and c.group == "profile")
    return Base(data, (*profile, *columns()), ("profile__tier",))


def _age(
    who: dict[str, np.ndarray], account: np.ndarray, now: np.ndarray, ordinal: np.ndarray
) -> np.ndarray:
    begun = ordinal[who["begun"]] - np.where(who["begun"] == 0, who["before"], 20).astype(int)
    return (now - begun[account]).astype(float)


def _seen(column: SnapshotColumn, mood: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A mood as a window sees it: with noise, without units, coarse, and sometimes missing."""
    value = np.exp(0.8 * (mood + 0.4 * rng.normal(size=len(mood))))
    value = np.floor(3 * value) if column.signal.empty == 0.0 else value
    missing = 0.15 if column.signal.empty is None else 0.0
    return np.where(rng.random(len(mood)) < missing, np.nan, value)
