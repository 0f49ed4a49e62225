"""The probes of single columns: too good alone, moving too late, there only for the lost.

Limits (measured in experiments/honesty/results.md). An honest signal that alone reaches an
AUC of 0.95 would have to part lost and kept accounts by 2.3 standard deviations; whole models
of churn reach 0.7 to 0.9. A gate that blocks must rarely be wrong, so the lower end of the
interval over accounts must lie above the limit.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.leaks.alone import Question, aucs, interval, presence
from models.leaks.findings import Finding, Probe
from models.leaks.watched import NEVER, Watched
from models.metrics import Estimate, Vector

ALONE = 0.95
NEAREST = 0.90
FARTHER = 0.70
"""A column that tells almost all of the last 30 days, and next to nothing of those before."""
THERE = 0.90
STRIKING = 0.90
"""Alone above this, a column is worth a look, and does not block."""
DRAWS = 100
CHECKED = 12
"""Columns of one probe that get an interval: the most striking ones."""


@dataclass(frozen=True)
class Limits:
    """How many resamples, and the seed of everything random."""

    draws: int = DRAWS
    seed: int = 1


def findings(watched: Watched, limits: Limits) -> list[Finding]:
    """Everything suspicious about single columns, one finding a column."""
    found: dict[str, Finding] = {}
    for finding in (*_alone(watched, limits), *_there(watched, limits), *_late(watched, limits)):
        known = found.get(finding.column)
        if known is None or (finding.blocks and not known.blocks):
            found[finding.column] = finding
    return sorted(found.values(), key=lambda f: (not f.blocks, -f.figure.value, f.column))


def soon(watched: Watched) -> Question:
    """Lost within the primary horizon, or not."""
    return Question(watched.lost, ~watched.lost)


def ever(watched: Watched) -> Question:
    """Lost at any time later, or not as far as the data go: who knows fates shows here."""
    return Question(watched.ever, ~watched.ever)


def at_lead(watched: Watched, lead: int) -> Question:
    """Lost in one interval before the loss, beside those not lost within a year."""
    return Question(watched.lead == lead, watched.lead == NEVER)


def _alone(watched: Watched, limits: Limits) -> Iterator[Finding]:
    for question, when in ((soon(watched), "within the horizon"), (ever(watched), "some day")):
        for column, figure in _above(watched, question, STRIKING, limits):
            name = watched.names[column]
            words = (
                f"{name} alone tells which accounts will be lost {when}: AUC {_range(figure)}; "
                f"no honest signal is known above {ALONE}"
            )
            yield Finding(Probe.ALONE, name, figure, words, figure.low > ALONE)


def _there(watched: Watched, limits: Limits) -> Iterator[Finding]:
    shown = presence(watched)
    for question in (soon(shown), ever(shown)):
        for column, figure in _above(shown, question, THERE, limits):
            name = watched.names[column]
            words = (
                f"whether {name} holds a value tells who is lost: AUC {_range(figure)}; it may be "
                "filled in when an account leaves"
            )
            yield Finding(Probe.PRESENCE, name, figure, words, blocks=True)


def _late(watched: Watched, limits: Limits) -> Iterator[Finding]:
    """Columns that separate the last 30 days before a loss, and no earlier ones."""
    before = aucs(watched, at_lead(watched, 1))
    for column, figure in _above(watched, at_lead(watched, 0), NEAREST, limits):
        if before[column] > FARTHER or not (watched.lead == 1).any():
            continue
        name = watched.names[column]
        words = (
            f"{name} moves only in the last 30 days before a loss: AUC {_range(figure)} there, "
            f"{before[column]:.2f} in the 60 days before; the decision may have been made by then"
        )
        yield Finding(Probe.LATE, name, figure, words, blocks=True)


def _above(
    watched: Watched, question: Question, limit: float, limits: Limits
) -> Iterator[tuple[int, Estimate]]:
    """The columns whose AUC lies above a limit with its whole interval."""
    values = aucs(watched, question)
    for column in _most_striking(values, limit):
        figure = interval(watched, question, column, limits.draws, limits.seed)
        if figure.low > limit:
            yield column, figure


def _most_striking(values: Vector, limit: float) -> list[int]:
    order = np.argsort(-values, kind="stable")[:CHECKED]
    return [int(i) for i in order if values[i] > limit]


def _range(figure: Estimate) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"
