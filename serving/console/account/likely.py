"""How far off a chance may be: what came of such scores when the model was tested."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from models.flavours.base import sigmoid
from models.metrics.reliability import log_odds
from models.track_record import Group
from serving.charts.health import Likely
from serving.console.model_facts import track_of
from serving.store import HistoryPoint, ModelRecord

LEAST = 1e-3
"""Shares nearer to 0 or 1 than this are taken as if they were here: their odds have no end."""

Values = npt.NDArray[np.float64]


def likely_ranges(
    past: Sequence[HistoryPoint], models: Mapping[str, ModelRecord]
) -> tuple[Likely, ...]:
    """The likely range of each score, where its model's test tells of the same horizon."""
    groups = {version: _groups(record) for version, record in models.items()}
    found = []
    for point in past:
        horizon, known = groups.get(point.model_version, (0, ()))
        if point.risk is None or not known or horizon != point.primary_horizon:
            continue
        low, high = likely(point.risk, known)
        found.append(Likely(point.as_of, 100 * (1 - high), 100 * (1 - low)))
    return tuple(found)


def likely(chance: float, groups: Sequence[Group]) -> tuple[float, float]:
    """The 95 % range of the share that left of accounts with such a chance.

    Each group of test rows tells how far the ends of the range of what came lie from what was
    said, in log-odds; between two groups that distance is taken linearly, beyond the outermost as
    theirs.

    Args:
        chance: 0 to 1.
        groups: of the model's track record, at least one, lowest chance first.
    """
    said = _log_odds([group.said for group in groups])
    at = _log_odds([chance])
    ends = ([group.came.low for group in groups], [group.came.high for group in groups])
    low, high = (at + np.interp(at, said, _log_odds(end) - said) for end in ends)
    return float(sigmoid(low)[0]), float(sigmoid(high)[0])


def _log_odds(shares: Sequence[float]) -> Values:
    return log_odds(np.clip(np.asarray(shares, np.float64), LEAST, 1 - LEAST))


def _groups(model: ModelRecord) -> tuple[int, Sequence[Group]]:
    track = track_of(model)
    return (track.horizon, track.reliability) if track else (0, ())
