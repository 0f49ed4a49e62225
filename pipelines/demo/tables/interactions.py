"""Conversations: accounts in trouble begin fewer of them, come to no events and fall silent."""

import numpy as np

from features.contract.tables import CHANNELS
from pipelines.demo.dates import Array
from pipelines.demo.facts import Columns, Moments, Story, at, iso, regular, someone, words

A_WEEK = np.array([0.7, 0.9, 1.3])
"""Conversations a week where as much is said as usual, by segment."""
INBOUND = 0.52
MIX = np.array([0.44, 0.20, 0.14, 0.06, 0.03, 0.05, 0.02, 0.05, 0.01])
"""Shares of the contract's channels among the conversations of a steady account."""
EVENTS = slice(3, 8)


def interactions(rng: np.random.Generator, story: Story) -> Columns:
    """One row a conversation, in order of time."""
    usual = A_WEEK[story.world.segment] * story.nature.talk
    found = regular(rng, story, usual[:, None] * story.mood.talk)
    now = np.clip(story.mood.talk[found.account, found.week], 0.05, None)
    inbound = rng.random(len(found)) < INBOUND * now
    return {
        "account_id": story.world.ids[found.account],
        "channel": _channel(rng, now),
        "direction": np.where(inbound, "inbound", "outbound").astype(object),
        "occurred_at": iso(at(story, found)),
        "contact_id": _with(rng, story, found),
    }


def _channel(rng: np.random.Generator, talk: Array) -> Array:
    mix = np.tile(MIX, (len(talk), 1))
    mix[:, EVENTS] *= talk[:, None]
    limits = np.cumsum(mix / mix.sum(axis=1, keepdims=True), axis=1)
    place = (rng.random(len(talk))[:, None] > limits[:, :-1]).sum(axis=1)
    return words(place, CHANNELS)


def _with(rng: np.random.Generator, story: Story, found: Moments) -> Array:
    """Who took part; nobody noted it for one conversation in ten."""
    person = someone(rng, story, found)
    return np.where(rng.random(len(found)) < 0.9, person, "")
