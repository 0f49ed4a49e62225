"""What customers say about the product, by kind and feature."""

import numpy as np

from pipelines.demo.dates import Array
from pipelines.demo.facts import Columns, Story, at, iso, numbered, pick, scatter
from pipelines.demo.words import BUGS, COMPLAINTS, FEATURES, PRAISE, REQUESTS

KINDS = ("request", "bug", "complaint", "praise")
TEXTS = (REQUESTS, BUGS, COMPLAINTS, PRAISE)
A_WEEK = (0.03, 0.06, 0.11)


def feedback(rng: np.random.Generator, story: Story) -> Columns:
    """One row a word of feedback, in order of time."""
    rate = np.asarray(A_WEEK)[story.world.segment][:, None] * np.ones(story.mood.state.shape)
    found = scatter(rng, story, rate)
    kind = _kinds(rng, story.mood.sentiment[found.account, found.week])
    texts = np.array([pick(rng, len(found), text) for text in TEXTS], dtype=object)
    return {
        "ref": numbered("F", len(found)),
        "client": story.world.ids[found.account],
        "kind": np.asarray(KINDS, dtype=object)[kind],
        "area": pick(rng, len(found), FEATURES),
        "words": texts[kind, np.arange(len(found))],
        "at": iso(at(story, found)),
    }


def _kinds(rng: np.random.Generator, sentiment: Array) -> Array:
    """Places in KINDS: the happy ask and praise, the unhappy complain."""
    weight = np.exp(np.column_stack([0.2 * sentiment + 0.5, -0.2 * sentiment, *_ends(sentiment)]))
    limits = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    place: Array = (rng.random(len(sentiment))[:, None] > limits[:, :-1]).sum(axis=1)
    return place


def _ends(sentiment: Array) -> tuple[Array, Array]:
    return -0.9 * sentiment - 0.5, 0.9 * sentiment - 0.6
