"""Scoring rows of signals that are sent in, as the batch job would score them."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import isfinite

import numpy as np

from models.bands import Seen
from models.bands.accounts import MRR, TIER
from models.churn_model import ChurnModel
from models.encoding import Cells
from models.score import Score
from serving.live.refusals import NotAllowed, Refused
from serving.live.values import Value

MOST_ROWS = 500

Known = Callable[[ChurnModel], Mapping[str, bool]]
"""The signals of a model's snapshots: by name whether it holds words."""
SeenBefore = Callable[[ChurnModel, Sequence[str], date], Seen]
"""What was published of some accounts before a date."""
Cell = Mapping[str, object]
Ranker = Callable[[Cell], Mapping[str, float]]
"""By rank column how an account with these cells stands among others."""
RankersOf = Callable[[ChurnModel, date], Ranker | None]
"""Ranks among the accounts of a date, or of the last one known before it; None where a model's
snapshots have no ranks, or none is stored."""


def _unranked(model: ChurnModel, day: date) -> None:  # noqa: ARG001
    return None


@dataclass(frozen=True, slots=True)
class SignalsOf:
    """One row: an account, and its signals by name; what is not named is not known."""

    account_id: str
    signals: Mapping[str, Value]


@dataclass(frozen=True)
class Batch:
    """Scores rows with a model.

    Attributes:
        known: names the signals.
        seen: keeps the bands of accounts steady that were scored before.
        ranks: how an account stands among others; by default nothing is ranked.
    """

    known: Known
    seen: SeenBefore
    ranks: RankersOf = _unranked

    def score(self, model: ChurnModel, rows: Sequence[SignalsOf], as_of: date) -> list[Score]:
        """Scores with reasons, in the order of the rows, to the last bit those of the batch job.

        Args:
            model: that scores.
            rows: at most `MOST_ROWS`, each account once.
            as_of: the date that the signals describe.

        Raises:
            NotAllowed: a signal is unknown, or holds what it cannot.
        """
        words = self.known(model)
        _require_usable(rows, words)
        rank = self.ranks(model, as_of)
        whole = [_ranked(row, rank) for row in rows] if rank else rows
        found = _cells(model, whole, words, as_of)
        seen = self.seen(model, [row.account_id for row in rows], as_of)
        return model.score(found, seen)


def _ranked(row: SignalsOf, rank: Ranker) -> SignalsOf:
    """The row with the ranks that it does not name itself."""
    return replace(row, signals={**rank(row.signals), **row.signals})


def _require_usable(rows: Sequence[SignalsOf], words: Mapping[str, bool]) -> None:
    refused = []
    for row in rows:
        for name, value in row.signals.items():
            if type(value) is float and words.get(name) is False and isfinite(value):
                continue  # nearly all
            if name not in words:
                refused.append(Refused(name, value, "a signal that docs/signals.md lists"))
            elif value is not None and isinstance(value, str) is not words[name]:
                allowed = "a word, or null" if words[name] else "a finite number, or null"
                refused.append(Refused(name, value, allowed))
            elif isinstance(value, float) and not np.isfinite(value):
                refused.append(Refused(name, value, "a finite number, or null"))
    if refused:
        raise NotAllowed(refused)


def _cells(
    model: ChurnModel, rows: Sequence[SignalsOf], words: Mapping[str, bool], as_of: date
) -> Cells:
    """The rows as cells; only what the model and its bands read, numbers as a snapshot has them."""
    inner = model.expansion.schema.names if model.expansion else ()
    names = dict.fromkeys([*model.schema.names, *inner, TIER, MRR])
    held = {name for name in names if words.get(name, name == TIER)}
    empty = {name: None if name in held else math.nan for name in names}

    def cells(row: SignalsOf) -> dict[str, object]:
        found: dict[str, object] = dict(empty)
        for name, value in row.signals.items():
            if name in empty and value is not None:
                found[name] = value if name in held else float(value)
        found["account_id"], found["as_of"] = row.account_id, as_of
        return found

    return tuple(map(cells, rows))
