"""Survey answers in one wide file: a column a question, most of them empty in a row."""

import numpy as np

from pipelines.demo.dates import Array
from pipelines.demo.facts import Columns, Moments, Story, at, iso, numbered, scatter, someone

NPS_A_WEEK, CSAT_A_WEEK, CES_A_WEEK = 0.16, 0.03, 0.015


def surveys(rng: np.random.Generator, story: Story) -> Columns:
    """One row an answer, in order of time, to exactly one of the three questions."""
    answers = (1 + 0.5 * story.world.segment[:, None]) * np.ones(story.mood.state.shape)
    total = NPS_A_WEEK + CSAT_A_WEEK + CES_A_WEEK
    found = scatter(rng, story, answers * total)
    asked = rng.choice(3, len(found), p=np.array([NPS_A_WEEK, CSAT_A_WEEK, CES_A_WEEK]) / total)
    mood = story.mood.sentiment[found.account, found.week] + story.nature.opinion[found.account]
    return {
        "response": numbered("S", len(found)),
        "client_no": story.world.ids[found.account],
        "person": someone(rng, story, found),
        "answered_at": iso(at(story, found)),
        "nps": _score(rng, found, asked == 0, 7.0 + 2.3 * mood, 1.1, 0, 10),
        "csat": _score(rng, found, asked == 1, 3.9 + 0.7 * mood, 0.7, 1, 5),
        "ces": _score(rng, found, asked == 2, 5.2 + 0.8 * mood, 1.0, 1, 7),
    }


def _score(
    rng: np.random.Generator,
    found: Moments,
    asked: Array,
    mean: Array,
    spread: float,
    low: int,
    high: int,
) -> Array:
    """Whole scores around `mean` where the question was asked, empty elsewhere."""
    score = np.clip(np.round(rng.normal(mean, spread, len(found))), low, high).astype(int)
    return np.where(asked, score.astype(str), "").astype(object)
