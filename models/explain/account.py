"""Why one account has its chance of loss, in numbers that add up and in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from models.churn_model import ChurnModel
from models.encoding import Matrix, cells_of
from models.explain.families import sums
from models.explain.groups import GroupShares
from models.explain.peers import Peers, PeerTable
from models.explain.points import Shares
from models.explain.precedents import Similar, similar
from models.explain.reasons import Grouping, plain
from models.explain.usual import Usual, usual_of
from models.explain.wording import Wording
from models.score import OTHERS, Reason

Vector = npt.NDArray[np.float64]


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


def _nothing(column: str) -> Sequence[object]:  # noqa: ARG001
    return ()


@dataclass(frozen=True)
class Scene:
    """An account among the others of its snapshot.

    Attributes:
        row: its own signals, by column.
        peers: the accounts that are most alike.
        past: by column its values in earlier snapshots, oldest first; nothing for a column that
            those do not have.
    """

    row: Mapping[str, Any]
    peers: Peers
    past: Callable[[str], Sequence[object]] = _nothing

    @classmethod
    def of(
        cls, snapshot: pd.DataFrame, place: int, past: Sequence["pd.Series[float]"] = ()
    ) -> "Scene":
        """The account at a row of a whole snapshot, with its rows in earlier ones."""
        row = cells_of(snapshot.iloc[[place]])
        table = PeerTable.of(pa.Table.from_pandas(snapshot, preserve_index=False))
        return cls(
            row, peers_of(table, row), lambda name: [r[name] for r in past if name in r.index]
        )


def peers_of(table: PeerTable, row: Mapping[str, Any]) -> Peers:
    """The peers of an account."""
    tier, stage = (plain(row.get(name)) for name in ("profile__tier", "profile__stage"))
    return table.peers(tier, stage)


def why(model: ChurnModel, scene: Scene, words: Wording) -> Why:
    """Reasons in full, shares of the groups, and similar accounts, of one account."""
    inputs = model.schema.encode(scene.row)
    told = _told(model, inputs, scene, words)
    return Why(
        horizon=model.primary_horizon,
        chance=float(model.primary_chance(inputs)[0]),
        base_chance=float(told.shares.base_chance[0]),
        reasons=told.reasons(),
        unsteady=_unsteady(told.grouping, told.total),
        groups=_groups(model, inputs[0]),
        peers=(scene.peers.shared, scene.peers.accounts),
        similar=_similar(model, told.total, scene),
    )


def reasons_alone(
    model: ChurnModel, scene: Scene, words: Wording
) -> tuple[float, tuple[FullReason, ...]]:
    """The base chance and the reasons that `why` gives, in less than half its time."""
    told = _told(model, model.schema.encode(scene.row), scene, words)
    return float(told.shares.base_chance[0]), told.reasons()


def _told(model: ChurnModel, inputs: Matrix, scene: Scene, words: Wording) -> "_Told":
    shares, grouping = Shares.of(*model.explain(inputs)), model.grouping.in_full
    return _Told(grouping, shares, grouping.sums(shares.log_odds)[0], scene, words)


@dataclass(frozen=True)
class _Told:
    """Attributes: `total` is the shares of the log-odds by family."""

    grouping: Grouping
    shares: Shares
    total: Vector
    scene: Scene
    words: Wording

    def reasons(self) -> tuple[FullReason, ...]:
        """All of them, largest first."""
        cell, shares = self.scene.row.__getitem__, self.shares.log_odds[0]
        return tuple(map(self.full, self.grouping.reasons(cell, shares, self.total)))

    def full(self, reason: Reason) -> FullReason:
        """A reason with its points, what is usual, and its sentence."""
        if reason.signal == OTHERS:
            points = self._left_over()
            usual = Usual(reason.value)
            return FullReason(reason, (), points, usual, self.words.in_full(reason, points, usual))
        columns = self.grouping.columns
        family = self.grouping.family_of[reason.signal]
        points = float(self._by_family[family])
        mine = self.grouping.members[family]
        value, past = self.scene.row[reason.signal], self.scene.past(reason.signal)
        usual = usual_of(value, past, self.scene.peers.quartiles(reason.signal))
        named = tuple(columns[i] for i in mine[self.shares.log_odds[0, mine] != 0].tolist())
        return FullReason(reason, named, points, usual, self.words.in_full(reason, points, usual))

    @cached_property
    def _by_family(self) -> Vector:
        """Points of every family."""
        return np.asarray(sums(self.shares.points, self.grouping.place)[0])

    def _left_over(self) -> float:
        rest = ~np.isin(self.grouping.place, self.grouping.named(self.total))
        return float(self.shares.points[0, rest].sum())


def _groups(model: ChurnModel, row: Vector) -> GroupShares | None:
    explainer = model.by_group
    return explainer.explain(row) if explainer else None


def _similar(model: ChurnModel, total: Vector, scene: Scene) -> tuple[Similar, ...]:
    if model.reference is None or model.reference.precedents is None:
        return ()
    account = str(scene.row["account_id"])
    return similar(model.reference.precedents, total, account, model.precedent_frame)


def _unsteady(grouping: Grouping, total: Vector) -> int:
    named = grouping.named(total)
    least = min((abs(total[i]) for i in named), default=0.0)
    hidden = (np.abs(total) < grouping.steady_from) & (np.abs(total) >= least) & (total != 0)
    return int(hidden.sum())
