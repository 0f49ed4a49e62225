"""What was published of a few accounts before: enough for their bands to stay steady."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from models.adjustment import base_of
from models.bands import Published, Seen
from models.bands.codes import codes_of
from models.churn_model import ChurnModel
from models.score import Band
from serving.store import HistoryPoint, ScoreRepository

NOBODY = ""
"""No account's id: a run that held none of those asked about counts as a run all the same."""


Histories = Mapping[str, Mapping[date, HistoryPoint]]
"""By account and date what was published."""


def seen_of(
    scores: ScoreRepository, model: ChurnModel, accounts: Sequence[str], as_of: date
) -> Seen:
    """What the model said of some accounts before `as_of`, as scoring them all would find it.

    Asked account by account, so that it costs nothing of the accounts that are not asked about.
    """
    histories = {a: {p.as_of: p for p in scores.history(a)} for a in dict.fromkeys(accounts)}
    return seen_in(histories, scores, model, accounts, as_of)


def seen_in(
    histories: Histories,
    scores: ScoreRepository,
    model: ChurnModel,
    accounts: Sequence[str],
    as_of: date,
) -> Seen:
    """The same of accounts whose histories are at hand."""
    published = []
    for day in _runs(scores, model, as_of):
        points = {a: mine[day] for a, mine in histories.items() if day in mine}
        published.append(
            Published(
                (as_of - day).days,
                np.array([*points, NOBODY], object),
                np.array([*(p.risk for p in points.values()), None], np.float64),
                codes_of([*(p.band for p in points.values()), Band.GREY]),
            )
        )
    return Seen.of(accounts, published)


def _runs(scores: ScoreRepository, model: ChurnModel, as_of: date) -> list[date]:
    """The runs of the days of patience, and the one before them, while the model was the same."""
    found: list[date] = []
    patience = model.policy.steps.dwell_days
    for info in scores.infos_before(as_of, patience + 1):  # one a day, and the one before
        if base_of(info.model_version) != base_of(model.version):
            break
        found.append(info.as_of)
        if info.as_of <= as_of - timedelta(days=patience):
            break
    return found
