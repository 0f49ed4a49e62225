"""The simulator's own probabilities, kept aside for tests and benchmarks."""

import numpy as np
import pyarrow as pa

from models.score import HORIZONS
from pipelines.demo.dates import Array
from pipelines.demo.facts import iso_day
from pipelines.demo.hazard import STATES, Fate, loss_probabilities, weekly_hazard
from pipelines.demo.nature import CAUSES, Nature
from pipelines.demo.world import World


def truth(world: World, fate: Fate, nature: Nature) -> pa.Table:
    """Exact probabilities of loss at every month-end.

    Returns:
        One row per account with a paid subscription and no notice at the end of the day:
        account_id, as_of (date), state (the hidden one), cause (through which it shows most)
        and p_loss_30, p_loss_90, p_loss_180,
        p_loss_365: the probability that notice, or the end where none is given, falls on one
        of the days after `as_of` up to `as_of` plus the horizon.
    """
    cal, hazard = world.calendar, weekly_hazard(world, world.calendar.weeks_ahead)
    blocks: list[tuple[Array, Array, Array, Array]] = []
    for as_of in cal.month_ends():
        day = cal.index(as_of)
        here = np.flatnonzero((world.paid_from <= day) & (fate.loss_day > day))
        chances = loss_probabilities(world, fate, as_of, HORIZONS, hazard)[here]
        blocks.append((here, np.full(len(here), day), fate.state[here, day // 7], chances))
    account, days, state, chances = (np.concatenate(part) for part in zip(*blocks, strict=True))
    columns = {
        "account_id": pa.array(world.ids[account], pa.string()),
        "as_of": pa.array(iso_day(cal.stamps(days)), pa.string()).cast(pa.date32()),
        "cause": pa.array(np.asarray(CAUSES, dtype=object)[nature.main[account]], pa.string()),
        "state": pa.array(np.asarray(STATES, dtype=object)[state], pa.string()),
    }
    for k, horizon in enumerate(HORIZONS):
        columns[f"p_loss_{horizon}"] = pa.array(chances[:, k])
    return pa.table(columns)
