"""What would help: the smallest change that goes with the next better band.

Only signals that people can act on are changed, in their healthier direction, at most three
families of them, and no further than similar accounts really moved within a quarter. What says
the same moves together, each signal as far as it moved for as many peers: nobody gets people to
use a product on more days without more usage. It is an association, not a promise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

import numpy as np
import numpy.typing as npt

from models.bands import Accounts
from models.churn_model import ChurnModel
from models.encoding import Matrix, Row, cells_of
from models.explain.between import by_column
from models.explain.moves import SHARES
from models.hazards import p_loss
from models.score import Band

Vector = npt.NDArray[np.float64]

MOST_SIGNALS = 3
TRIED_TOGETHER = 12
"""Families of the largest effect of which pairs and triples are tried."""
BETTER = {Band.RED: Band.YELLOW, Band.YELLOW: Band.GREEN}


@dataclass(frozen=True)
class Step:
    """One signal that would be otherwise; its family moves with it.

    Attributes:
        signal: the one of the family that matters most.
        before, after: its values.
        columns: all that move.
    """

    signal: str
    before: float
    after: float
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Remedy:
    """A change that goes with a better band.

    Attributes:
        band: the band that would be reached, and kept (its exit threshold is passed).
        chance: of loss within the primary horizon after the change.
        share: how many peers moved each signal at least so far, one of `SHARES`.
    """

    band: Band
    chance: float
    share: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Actions:
    """What people can act on.

    Attributes:
        healthier: by column 1 where a higher value is healthier, -1 where a lower one is;
            columns that cannot be acted on, or are not signed, are not in it.
    """

    healthier: Mapping[str, int]


@dataclass(frozen=True)
class _Option:
    """One family moved, as far as a share of peers moved each of its signals.

    Attributes:
        columns: those that move.
        chance: of loss, were nothing else moved.
    """

    after: Vector
    columns: npt.NDArray[np.int64]
    chance: float = 1.0


def what_would_help(model: ChurnModel, row: Row, band: Band, actions: Actions) -> Remedy | None:
    """The smallest change that goes with the next better band; None where there is none.

    Fewest signals first, then what more peers did, then the lowest chance of loss.

    Args:
        model: with moves in its reference.
        row: the account's signals.
        band: it is in now; red or yellow, otherwise there is nothing to reach.
        actions: what people can act on.
    """
    wanted = BETTER.get(band)
    if wanted is None or model.reference is None:
        return None
    inputs, about = model.schema.encode(row)[0], Accounts.of_one(cells_of(row))
    target, tier = _target(model, about, band), str(about.tier[0])
    options = {share: _options(model, inputs, tier, actions, share) for share in SHARES}
    for size in range(1, MOST_SIGNALS + 1):
        for share in SHARES:
            best = _best(model, inputs, options[share], size)
            if best is not None and best[1] < target:
                chosen, chance = best
                steps = tuple(_step(model, inputs, option) for option in chosen)
                return Remedy(wanted, chance, share, steps)
    return None


def _target(model: ChurnModel, about: Accounts, band: Band) -> float:
    """The chance below which the account leaves its band for good: the exit threshold."""
    limits = model.policy.limits(about)
    edge = float((limits.red_from if band is Band.RED else limits.green_below)[0])
    if edge >= 1:
        return edge
    odds = model.policy.steps.exit_share * edge / (1 - edge)
    return odds / (1 + odds)


def _options(
    model: ChurnModel, inputs: Vector, tier: str, actions: Actions, share: str
) -> list[_Option]:
    """Every family moved on its own where peers moved it at all, the best first."""
    assert model.reference is not None
    names = model.schema.names
    ours = np.array([i for i, name in enumerate(names) if actions.healthier.get(name)], np.int64)
    signals = tuple(names[i] for i in ours)
    ways = np.array([actions.healthier[name] for name in signals], np.float64)
    changes = model.reference.moves.changes(signals, tier, inputs[ours], share, ways)
    columns, changes = ours[changes != 0], changes[changes != 0]
    families = model.grouping.place[columns]
    options = []
    for family in dict.fromkeys(families.tolist()):
        mine = families == family
        after = inputs.copy()
        after[columns[mine]] += changes[mine]
        options.append(_Option(after, _moved(inputs, after)))
    if not options:
        return []
    alone = _chances(model, np.stack([option.after for option in options]))
    order = np.argsort(alone, kind="stable").tolist()
    return [replace(options[i], chance=float(alone[i])) for i in order]


def _best(
    model: ChurnModel, inputs: Vector, options: list[_Option], size: int
) -> tuple[tuple[_Option, ...], float] | None:
    """The options, so many together, with the lowest chance of loss."""
    if len(options) < size:
        return None
    if size == 1:  # the best comes first
        return (options[0],), options[0].chance
    some = options[:TRIED_TOGETHER]
    tried = _sets(len(some), size)
    chances = _chances(model, _together(inputs, some, tried))
    lowest = int(np.argmin(chances))
    return tuple(some[i] for i in tried[lowest].tolist()), float(chances[lowest])


@lru_cache(maxsize=MOST_SIGNALS * TRIED_TOGETHER)
def _sets(options: int, size: int) -> npt.NDArray[np.int64]:
    """Which options are moved together, shape (sets, size)."""
    return np.array(list(combinations(range(options), size)), np.int64)


def _chances(model: ChurnModel, rows: Matrix) -> Vector:
    chain = {h.interval: h.log_odds(rows) for h in model.chain()}
    return p_loss(chain, [model.primary_horizon], model.lead)[model.primary_horizon]


def _together(inputs: Vector, options: Sequence[_Option], tried: npt.NDArray[np.int64]) -> Matrix:
    """For each set of options the row with all of their columns moved."""
    out = np.tile(inputs, (len(tried), 1))
    for i, option in enumerate(options):
        mine = np.flatnonzero((tried == i).any(axis=1))
        out[np.ix_(mine, option.columns)] = option.after[option.columns]
    return out


def _moved(inputs: Vector, after: Vector) -> npt.NDArray[np.int64]:
    same = (inputs == after) | np.isnan(inputs)
    return np.flatnonzero(~same)


def _step(model: ChurnModel, inputs: Vector, option: _Option) -> Step:
    shares = by_column(model.chain(), inputs, option.after)
    columns = option.columns
    lead = int(columns[np.argmin(shares[columns])])
    names = model.schema.names
    before, after = float(inputs[lead]), float(option.after[lead])
    return Step(names[lead], before, after, tuple(names[i] for i in columns))
