"""How the hidden state shows: slow-moving indices that every table of facts draws from.

An index moves a share of the way to its state's target each week and is shaken by noise that
fades. Besides, it wanders for months for reasons that have nothing to do with the account's state
(a project ends, a survey falls on a bad day), so that no index alone gives the state away. Their
rates make the lead times: breadth of use falls first, then the people, then the volume and the
conversations; sentiment (tickets, surveys) in between; payments slow down last. How far an
account's index follows its worse states is its own: the strength of the cause that the index shows
(see `nature`).
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.dates import Array
from pipelines.demo.hazard import GONE, NOT_YET, STEADY, Fate
from pipelines.demo.nature import CAUSES, Nature

SEVERITY = np.array([-1.0, 0.0, 0.60, 0.80, 0.92, 1.0, 1.1])
"""How far from usual each of STATES is, and the time after notice: for the worse states about
as the logarithm of their hazard, for thriving the whole way to the better side."""


@dataclass(frozen=True, slots=True)
class Index:
    """One index: where it stands by state, its speed and its noise.

    Attributes:
        cause: what it shows, one of nature's CAUSES.
        usual: the target of a steady account.
        better: the target of a thriving one.
        worst: the target of a dying one at full strength of the cause.
        rate: the share of the way to the target moved in a week.
        noise: standard deviation of a week's shock.
        wander: standard deviation of what wanders, as a share of the way from usual to worst.
    """

    cause: str
    usual: float
    better: float
    worst: float
    rate: float
    noise: float
    wander: float = 0.0

    @property
    def wanders(self) -> float:
        """Standard deviation of what wanders, in the index's own terms."""
        return self.wander * abs(self.worst - self.usual)


WANDER_LASTS = 0.93
"""What of a week's wandering is left a week later: half of it is gone in about ten weeks."""

INDICES = {
    "breadth": Index("adoption", 1.00, 1.12, 0.25, 0.90, 0.03, 0.14),
    "reach": Index("people", 0.97, 1.04, 0.32, 0.85, 0.03),
    "volume": Index("usage", 1.00, 1.18, 0.15, 0.80, 0.035, 0.28),
    "talk": Index("silence", 1.00, 1.18, 0.05, 0.80, 0.04, 0.05),
    "sentiment": Index("support", 0.50, 0.90, -2.00, 0.80, 0.10, 0.13),
    "payment": Index("payment", 0.00, -0.30, 2.20, 0.60, 0.08),
}


@dataclass(frozen=True, slots=True)
class Mood:
    """The indices of every account and week, float arrays [accounts, weeks].

    Attributes:
        state: the state that facts follow: 0 to 5, and 6 after notice; trials are steady.
        breadth: how many features are used, 1 is usual.
        reach: share of the people who are active.
        volume: how often active people come, 1 is usual.
        talk: how much is said, on all channels, 1 is usual.
        sentiment: what people think of the company, 0 is neutral.
        payment: how late invoices are paid, 0 is usual.
    """

    state: Array
    breadth: Array
    reach: Array
    volume: Array
    talk: Array
    sentiment: Array
    payment: Array

    def entered(self, state: int) -> tuple[Array, Array]:
        """Accounts and weeks in which `state` began, in order of account."""
        now = self.state == state
        began = now[:, 1:] & (self.state[:, :-1] < state)
        account, week = np.nonzero(began)
        return account, week + 1


def draw_mood(rng: np.random.Generator, fate: Fate, nature: Nature) -> Mood:
    """Let the indices follow the hidden states."""
    state = np.where(fate.state == NOT_YET, STEADY, fate.state).astype(np.int8)
    indices = {
        name: _follow(rng, index, _targets(index, nature), state) for name, index in INDICES.items()
    }
    return Mood(state=np.minimum(state, GONE), **indices)


def _targets(index: Index, nature: Nature) -> Array:
    """Each account's targets by state: those worse than steady as strong as its cause."""
    strength = nature.strength[:, CAUSES.index(index.cause)]
    worse = index.usual + np.outer(strength, SEVERITY) * (index.worst - index.usual)
    return np.where(SEVERITY < 0, index.better, worse)


def _follow(rng: np.random.Generator, index: Index, targets: Array, state: Array) -> Array:
    everyone = np.arange(len(state))
    level = targets[everyone, state[:, 0]]
    levels = _wandering(rng, index.wanders, state.shape)
    shocks = rng.normal(0.0, index.noise, state.shape)
    for week in range(state.shape[1]):
        level = level + index.rate * (targets[everyone, state[:, week]] - level) + shocks[:, week]
        levels[:, week] += level
    return levels


def _wandering(rng: np.random.Generator, deviation: float, shape: tuple[int, ...]) -> Array:
    """A stationary autoregression of order one by account and week."""
    steps = rng.normal(0.0, deviation, shape)
    steps[:, 1:] *= (1.0 - WANDER_LASTS**2) ** 0.5
    for week in range(1, shape[1]):
        steps[:, week] += WANDER_LASTS * steps[:, week - 1]
    return steps
