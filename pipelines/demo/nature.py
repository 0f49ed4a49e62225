"""What each account is like: how much it uses, says and asks, and where its troubles show.

Companies leave for different reasons. Every account has a main cause of trouble, sometimes a
second one; the hidden states of `hazard` show through these more strongly than through the
others. The cause changes nothing about when an account is lost, so the true probabilities
stay exact. The levels are what is usual for the account, in good times and in bad: a light
user is no account in trouble.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.dates import Array
from pipelines.demo.world import World

CAUSES = ("usage", "adoption", "people", "silence", "support", "payment")
USAGE, ADOPTION, PEOPLE, SILENCE, SUPPORT, PAYMENT = range(6)
CAUSE_SHARE = np.array([0.19, 0.17, 0.16, 0.17, 0.16, 0.15])
"""How often each is the main cause; payment is one only where bills come monthly."""

MAIN, SECOND, OTHER = (1.3, 1.5), (1.0, 1.3), (0.7, 1.1)
"""Ranges from which strengths are drawn before they are brought to TOTAL."""
SECOND_SHARE = 0.35
TOTAL, MOST = 7.0, 1.6
"""What the strengths of an account add up to, and each at most; 1 is the whole way to an
index's worst."""

AMOUNT_SPREAD, TALK_SPREAD, TICKET_SPREAD = 0.12, 0.08, 0.15
OPINION_SPREAD = 0.12


@dataclass(frozen=True, slots=True)
class Nature:
    """One entry an account.

    Attributes:
        main: the main cause of trouble, an index into CAUSES.
        strength: float array [accounts, causes]: how strongly states show through each.
        amount: what a person does at a time; 1 is usual.
        talk: conversations; 1 is usual.
        tickets: tickets; 1 is usual.
        opinion: what people think of the company at all times, added to the mood.
    """

    main: Array
    strength: Array
    amount: Array
    talk: Array
    tickets: Array
    opinion: Array


def draw_nature(rng: np.random.Generator, world: World) -> Nature:
    """Draw causes and usual levels, independent of segment, size and price."""
    size = world.size
    main = _causes(rng, world)
    return Nature(
        main=main,
        strength=_strengths(rng, world, main),
        amount=_level(rng, AMOUNT_SPREAD, size),
        talk=_level(rng, TALK_SPREAD, size),
        tickets=_level(rng, TICKET_SPREAD, size),
        opinion=rng.normal(0.0, OPINION_SPREAD, size),
    )


def _causes(rng: np.random.Generator, world: World) -> Array:
    """The main cause of each account; late payments show only where bills come monthly."""
    drawn = rng.choice(len(CAUSES), world.size, p=CAUSE_SHARE)
    other = rng.choice(PAYMENT, world.size, p=CAUSE_SHARE[:PAYMENT] / CAUSE_SHARE[:PAYMENT].sum())
    unseen = (drawn == PAYMENT) & (world.billing_months > 1)
    return np.where(unseen, other, drawn)


def _strengths(rng: np.random.Generator, world: World, main: Array) -> Array:
    size, everyone = len(main), np.arange(len(main))
    strength = rng.uniform(*OTHER, (size, len(CAUSES)))
    second = (main + rng.integers(1, len(CAUSES), size)) % len(CAUSES)
    has_second = rng.random(size) < SECOND_SHARE
    drawn = rng.uniform(*SECOND, size)
    strength[everyone[has_second], second[has_second]] = drawn[has_second]
    strength[everyone, main] = rng.uniform(*MAIN, size)
    strength[world.billing_months > 1, PAYMENT] = 0.0
    brought: Array = np.minimum(strength * (TOTAL / strength.sum(axis=1, keepdims=True)), MOST)
    return brought


def _level(rng: np.random.Generator, spread: float, size: int) -> Array:
    """Factors around 1 whose mean is 1."""
    return rng.lognormal(-(spread**2) / 2, spread, size)
