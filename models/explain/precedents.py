"""Accounts of the past whose outcome is known, to be shown beside an account like them.

Alike is what the model explains alike: the distance is that of the shares of the log-odds by
family. Shares and values come from rows that the model has learnt from, so a precedent is an
illustration and never evidence of how well the model foretells.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from models.dataset import Dataset
from models.encoding import InputSchema, Matrix
from models.explain.between import by_column
from models.explain.moves import quarters
from models.hazards import Hazard

Vector = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

KEPT = 600
"""Rows; as many as half of them of accounts that left."""
SHOWN = 3
STEPS_SHOWN = 3
ABOUT = ("account_id", "as_of", "lost")
SHARE, NOW, LATER = "share ", "now ", "later "
"""How columns of the file begin: a family's share, a signal's value, and a quarter later."""


@dataclass(frozen=True, eq=False)
class Precedents:
    """Rows whose outcome within the primary horizon is known.

    Attributes:
        about: `account_id`, `as_of` and `lost`, one row each.
        shares: of the log-odds by family, shape (rows, families).
        now, later: encoded values, and those about a quarter later (NaN where the account had
            left), shape (rows, columns); in single precision.
    """

    about: pd.DataFrame
    shares: Matrix
    now: Matrix
    later: Matrix

    @cached_property
    def told(self) -> list[tuple[str, date, bool]]:
        """Account, day and whether it was lost, by row: looking cells up in a frame is slow."""
        columns = (self.about[name].tolist() for name in ABOUT)
        return [(str(who), day, bool(lost)) for who, day, lost in zip(*columns, strict=True)]

    def to_bytes(self, schema: InputSchema) -> bytes:
        """As Parquet."""
        families = [str(i) for i in range(self.shares.shape[1])]
        parts = (
            (SHARE, families, self.shares),
            (NOW, schema.names, self.now),
            (LATER, schema.names, self.later),
        )
        columns = {name: pa.array(self.about[name]) for name in ABOUT}
        for prefix, names, values in parts:
            columns |= {f"{prefix}{n}": values[:, i].astype("f4") for i, n in enumerate(names)}
        sink = io.BytesIO()
        pq.write_table(pa.table(columns), sink, compression="zstd")
        return sink.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Precedents":
        """Read it back."""
        table = pq.read_table(io.BytesIO(content))

        def part(prefix: str) -> Matrix:
            mine = [name for name in table.column_names if name.startswith(prefix)]
            return np.column_stack([table[name].to_numpy().astype(np.float64) for name in mine])

        about = table.select(ABOUT).to_pandas(date_as_object=True)
        return cls(about, part(SHARE), part(NOW), part(LATER))


@dataclass(frozen=True)
class Did:
    """One family of signals that moved a precedent's risk within the next quarter.

    Attributes:
        signal: the one that speaks for the family, with its values.
        points: the family's share of the change of its chance, 0.01 is one percentage point.
    """

    signal: str
    before: float
    after: float
    points: float


@dataclass(frozen=True)
class Similar:
    """A precedent.

    Attributes:
        distance: of the explanations, in log-odds; 0 is the same.
        lost: whether it left within the primary horizon.
        did: of one that stayed, the signals that eased its risk most within a quarter.
    """

    account: str
    as_of: date
    distance: float
    lost: bool
    did: tuple[Did, ...] = ()


def choose(data: Dataset, horizon: int, told: date, seed: int) -> tuple[Rows, Rows]:
    """The rows that are kept, and the row about a quarter after each; -1 for none.

    Args:
        data: what the model was trained from.
        horizon: the outcome must be known so many days on.
        told: the date by which it must be certain.
        seed: of the drawing.
    """
    usable = data.matured(horizon, told) & data.followed(horizon)
    lost = data.lost_within(horizon)
    before, after = quarters(data)
    later = np.full(len(usable), -1, np.int64)
    later[before] = after
    rng = np.random.default_rng(seed)
    gone = _drawn(np.flatnonzero(usable & lost), KEPT // 2, rng)
    stayed = _drawn(np.flatnonzero(usable & ~lost & (later >= 0)), KEPT - len(gone), rng)
    rows = np.sort(np.concatenate([gone, stayed]))
    return rows, np.where(lost[rows], -1, later[rows])


def precedents_of(
    data: Dataset, inputs: Matrix, picked: tuple[Rows, Rows], shares: Matrix, horizon: int
) -> Precedents:
    """The precedents of the rows that were picked.

    Args:
        data: what the model was trained from.
        inputs: its encoded rows.
        picked: what `choose` gave.
        shares: by family, of the picked rows.
        horizon: days.
    """
    rows, later = picked
    about = data.frame.iloc[rows][["account_id", "as_of"]].reset_index(drop=True)
    about["lost"] = data.lost_within(horizon)[rows]
    after = np.where((later >= 0)[:, None], inputs[np.maximum(later, 0)], np.nan)
    return Precedents(about, *(_single(each) for each in (shares, inputs[rows], after)))


@dataclass(frozen=True)
class Frame:
    """What a precedent is read with.

    Attributes:
        chain: the model's hazards up to the primary horizon.
        names: of its columns.
        place: the family of each column.
        told: what precedents did, by row; worked out when first asked for.
    """

    chain: Sequence[Hazard]
    names: Sequence[str]
    place: Rows
    told: dict[int, tuple[Did, ...]] = field(default_factory=dict)

    def did(self, kept: Precedents, row: int) -> tuple[Did, ...]:
        """What eased a precedent's risk most."""
        if row not in self.told:
            self.told[row] = _did(kept.now[row], kept.later[row], self)
        return self.told[row]


def similar(kept: Precedents, shares: Vector, account: str, frame: Frame) -> tuple[Similar, ...]:
    """The nearest that left and the nearest that stayed, one row of each account.

    Args:
        kept: the precedents.
        shares: of the log-odds by family, of the account that is explained.
        account: its id; it is no precedent of itself.
        frame: what a precedent is read with.
    """
    apart = np.sqrt(((kept.shares - shares) ** 2).sum(axis=1))
    order = np.argsort(apart, kind="stable")
    found: dict[bool, list[Similar]] = {True: [], False: []}
    seen = {account}
    for i in order.tolist():
        owner, day, lost = kept.told[i]
        if owner in seen or len(found[lost]) == SHOWN:
            if all(len(each) == SHOWN for each in found.values()):
                break
            continue
        seen.add(owner)
        did = () if lost else frame.did(kept, i)
        found[lost].append(Similar(owner, day, float(apart[i]), lost, did))
    return (*found[True], *found[False])


def _did(before: Vector, after: Vector, frame: Frame) -> tuple[Did, ...]:
    """What eased a precedent's risk most within the quarter after, by family.

    A family is told by its signal that did most and is known at both dates; without one it is
    left out.
    """
    points = by_column(frame.chain, before, after)
    known = ~np.isnan(before) & ~np.isnan(after)
    families = np.bincount(frame.place, points)
    found: list[Did] = []
    for family in np.argsort(families, kind="stable"):
        if not families[family] < 0 or len(found) == STEPS_SHOWN:  # none that follows eases more
            break
        mine = np.flatnonzero((frame.place == family) & known & (points < 0))
        if len(mine):
            lead = int(mine[np.argmin(points[mine])])
            whole = float(families[family])
            found.append(Did(frame.names[lead], float(before[lead]), float(after[lead]), whole))
    return tuple(found)


def _drawn(rows: Rows, count: int, rng: np.random.Generator) -> Rows:
    return rows if len(rows) <= count else rng.choice(rows, count, replace=False)


def _single(values: Matrix) -> Matrix:
    """In single precision, as it will be read back."""
    return np.asarray(values.astype(np.float32), np.float64)
