"""Conversations: unhappy accounts write more themselves and then fall silent."""

import numpy as np

from features.contract.tables import CHANNELS
from pipelines.demo.dates import Array
from pipelines.demo.facts import Columns, Moments, Story, at, iso, scatter, someone, words

A_WEEK = np.array([1.0, 0.85, 0.80, 0.72, 0.60, 0.45, 0.35])
"""Conversations a week of a mid account by state."""
SEGMENT = np.array([0.6, 1.0, 1.7])
INBOUND = np.array([0.62, 0.52, 0.40, 0.28, 0.18, 0.10, 0.30])
MIX = np.array([0.44, 0.20, 0.14, 0.06, 0.03, 0.05, 0.02, 0.05, 0.01])
"""Shares of the contract's channels among the conversations of a steady account."""
EVENTS = slice(3, 8)
EVENT_LIFT = np.array([1.6, 1.0, 0.7, 0.4, 0.25, 0.15, 0.1])


def interactions(rng: np.random.Generator, story: Story) -> Columns:
    """One row a conversation, in order of time."""
    state = story.mood.state
    rate = A_WEEK[state] * SEGMENT[story.world.segment][:, None]
    found = scatter(rng, story, rate)
    now = state[found.account, found.week]
    inbound = rng.random(len(found)) < INBOUND[now]
    return {
        "account_id": story.world.ids[found.account],
        "channel": _channel(rng, now),
        "direction": np.where(inbound, "inbound", "outbound").astype(object),
        "occurred_at": iso(at(story, found)),
        "contact_id": _with(rng, story, found),
    }


def _channel(rng: np.random.Generator, state: Array) -> Array:
    mix = np.tile(MIX, (len(EVENT_LIFT), 1))
    mix[:, EVENTS] *= EVENT_LIFT[:, None]
    limits = np.cumsum(mix / mix.sum(axis=1, keepdims=True), axis=1)[state]
    place = (rng.random(len(state))[:, None] > limits[:, :-1]).sum(axis=1)
    return words(place, CHANNELS)


def _with(rng: np.random.Generator, story: Story, found: Moments) -> Array:
    """Who took part; nobody noted it for one conversation in ten."""
    person = someone(rng, story, found)
    return np.where(rng.random(len(found)) < 0.9, person, "")
