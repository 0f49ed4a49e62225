"""Why one account has its chance of loss, in numbers that add up and in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.churn_model import ChurnModel
from models.explain.families import sums
from models.explain.groups import GroupExplainer, GroupShares
from models.explain.points import Shares
from models.explain.precedents import Frame, Similar, similar
from models.explain.reasons import Grouping
from models.explain.usual import Peers, Usual, peers_of, usual_of
from models.explain.wording import Wording
from models.score import OTHERS, Reason

Vector = npt.NDArray[np.float64]

MOST_REASONS = 15
"""Reasons of an explanation; with a score fewer are kept."""


@dataclass(frozen=True)
class FullReason:
    """One reason with all that is known about it.

    Attributes:
        reason: code, value and share of the log-odds.
        columns: the family's columns that have a share; empty for the others.
        points: share of the chance, 0.01 is one percentage point.
        usual: its value beside what is usual.
        sentence: the same in words.
    """

    reason: Reason
    columns: tuple[str, ...]
    points: float
    usual: Usual
    sentence: str


@dataclass(frozen=True)
class Why:
    """Why an account has its chance of loss within the primary horizon.

    Attributes:
        chance: 0 to 1.
        base_chance: before any signal is looked at; with the reasons' points it adds up to
            the chance.
        reasons: largest first, then all others together.
        unsteady: how many of the others have a larger share than a named reason, but one whose
            sign is not steady.
        groups: Shapley values over the groups; None where the model kept no background.
        peers: what the peers share, and how many they are.
        similar: accounts of the past that were explained alike.
    """

    horizon: int
    chance: float
    base_chance: float
    reasons: tuple[FullReason, ...]
    unsteady: int
    groups: GroupShares | None
    peers: tuple[dict[str, str], int]
    similar: tuple[Similar, ...] = ()


@dataclass(frozen=True)
class Scene:
    """An account among the others of its snapshot.

    Attributes:
        snapshot: all accounts of one date.
        place: the account's row in it.
        past: its rows in earlier snapshots, oldest first.
    """

    snapshot: pd.DataFrame
    place: int
    past: Sequence["pd.Series[float]"] = ()

    @cached_property
    def row(self) -> pd.DataFrame:
        """The account's own row."""
        return self.snapshot.iloc[[self.place]]


def why(model: ChurnModel, scene: Scene, words: Wording) -> Why:
    """Reasons in full, and shares of the groups, of one account."""
    inputs = model.schema.encode(scene.row)
    shares = Shares.of(*model.explain(inputs))
    grouping = Grouping.of(model.schema.names, model.reference)
    total = grouping.sums(shares.log_odds)[0]
    cells = {name: scene.row[name].to_numpy(object) for name in model.schema.names}
    grouping = replace(grouping, most=MOST_REASONS)
    reasons = grouping.reasons(cells, 0, shares.log_odds[0], total)
    peers = peers_of(scene.snapshot, scene.place)
    told = _Told(grouping, shares, scene, peers, words)
    return Why(
        horizon=model.primary_horizon,
        chance=float(model.primary_chance(inputs)[0]),
        base_chance=float(shares.base_chance[0]),
        reasons=tuple(told.full(reason) for reason in reasons),
        unsteady=_unsteady(grouping, total),
        groups=_groups(model, inputs[0]),
        peers=(peers.shared, len(peers.rows)),
        similar=_similar(model, grouping, total, scene),
    )


@dataclass(frozen=True)
class _Told:
    grouping: Grouping
    shares: Shares
    scene: Scene
    peers: Peers
    words: Wording

    def full(self, reason: Reason) -> FullReason:
        """A reason with its points, what is usual, and its sentence."""
        if reason.signal == OTHERS:
            points = self._left_over()
            usual = Usual(reason.value)
            return FullReason(reason, (), points, usual, self.words.in_full(reason, points, usual))
        columns = self.grouping.columns
        family = self.grouping.place[columns.index(reason.signal)]
        points = float(sums(self.shares.points, self.grouping.place)[0, family])
        used = (self.grouping.place == family) & (self.shares.log_odds[0] != 0)
        past = [row[reason.signal] for row in self.scene.past if reason.signal in row.index]
        value = self.scene.row[reason.signal].iloc[0]
        usual = usual_of(value, past, self.peers.quartiles(reason.signal))
        named = tuple(name for name, mine in zip(columns, used, strict=True) if mine)
        return FullReason(reason, named, points, usual, self.words.in_full(reason, points, usual))

    def _left_over(self) -> float:
        total = self.grouping.sums(self.shares.log_odds)[0]
        rest = ~np.isin(self.grouping.place, self.grouping.named(total))
        return float(self.shares.points[0, rest].sum())


def _groups(model: ChurnModel, row: Vector) -> GroupShares | None:
    if model.reference is None:
        return None
    background = model.reference.background
    return GroupExplainer.of(model.chain(), model.schema.names, background).explain(row)


def _similar(
    model: ChurnModel, grouping: Grouping, total: Vector, scene: Scene
) -> tuple[Similar, ...]:
    if model.reference is None or model.reference.precedents is None:
        return ()
    account = str(scene.row["account_id"].iloc[0])
    frame = Frame(model.chain(), model.schema.names, grouping.place)
    return similar(model.reference.precedents, total, account, frame)


def _unsteady(grouping: Grouping, total: Vector) -> int:
    named = grouping.named(total)
    least = min((abs(total[i]) for i in named), default=0.0)
    hidden = (np.abs(total) < grouping.steady_from) & (np.abs(total) >= least) & (total != 0)
    return int(hidden.sum())
