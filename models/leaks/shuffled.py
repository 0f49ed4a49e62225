"""Outcomes dealt out to other accounts: the same walk forward must then foretell nothing.

Permutation of the target (Ojala and Garriga, "Permutation Tests for Studying Classifier
Performance", JMLR 2010), over whole accounts: all rows of an account get the fate of one
other account, so that overlapping label windows stay as they were. What could still be
foretold then, is foretold by the training itself: a label window that reaches into the test
rows, or rows of one account that know one another.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from models.dataset import Dataset, Mask
from models.evaluation import TestSet, test_sets
from models.leaks.alone import auc_as_ranked
from models.leaks.findings import Finding, Probe, Shuffled
from models.leaks.watched import Codes
from models.material import Material
from models.metrics import Estimate, Resamples, Vector

FLAVOUR = "logistic"
ROWS = 20_000
BLOCKS = 3
DRAWS = 100
SHUFFLES = 3
"""A fair walk lies above 0.5 with its whole 95 % interval once in 40; three in a row, never."""
PLACES = 100
CHANCE = 0.5


def probe(material: Material, horizon: int) -> tuple[Shuffled | None, list[Finding]]:
    """What the walk forward makes of shuffled fates; None where too few losses remain."""
    small = material.sampled(ROWS)
    seen: Shuffled | None = None
    for turn in range(SHUFFLES):
        found = _walked(small, horizon, material.how.seed + turn)
        if found is None:
            return seen, []
        seen = Shuffled(found, turn + 1)
        if found.low <= CHANCE:
            return seen, []
    return seen, [_finding(seen)] if seen else []


def shuffled(dataset: Dataset, seed: int) -> tuple[Dataset, Mask]:
    """Rows with the fate of another account, and which rows of the original they are.

    A fate is a day on which an account was lost, or the day until which it was followed. A
    row whose new account had been lost before its date is left out: given that both accounts
    were there, the new outcome knows nothing of the row.
    """
    lost, followed = dataset.ordinals + dataset.event_days, dataset.ordinals + dataset.followed_days
    fates = pd.DataFrame({"a": dataset.frame["account_id"], "lost": lost, "followed": followed})
    fates.loc[np.isfinite(lost), "followed"] = 0.0  # one loss is one fate, from wherever seen
    own = fates.groupby(["a", "lost", "followed"], sort=True).ngroup().to_numpy()
    first = np.unique(own, return_index=True)[1]
    other = first[np.random.default_rng(seed).permutation(len(first))][own]
    event = lost[other] - dataset.ordinals
    until = np.where(np.isfinite(event), event, followed[other] - dataset.ordinals)
    kept = (event > 0) & (until > 0) & (dataset.event_days > 0)
    frame = dataset.frame[kept].reset_index(drop=True)
    dealt = replace(
        dataset,
        frame=frame,
        event_days=event[kept],
        followed_days=until[kept],
        quiet_days=None,
        courses=None,
    )
    return dealt, kept


def _walked(material: Material, horizon: int, seed: int) -> Estimate | None:
    dataset, kept = shuffled(material.dataset, seed)
    intervals = tuple(k for k in material.how.intervals if k.end <= horizon)
    how = replace(material.how, intervals=intervals, blocks=min(BLOCKS, material.how.blocks))
    other = replace(material, dataset=dataset, inputs=material.inputs[kept], how=how)
    test = test_sets(dataset, other.walk(FLAVOUR)).get(horizon)
    return None if test is None else _within_dates(dataset, test, seed)


def _within_dates(dataset: Dataset, test: TestSet, seed: int) -> Estimate:
    """AUC among rows of one date: which dates see more losses is no leak."""
    _, day = np.unique(dataset.ordinals[test.rows], return_inverse=True)
    places = _places(test.chance, day)
    accounts = dataset.frame["account_id"].to_numpy(object)[test.rows]
    draws = Resamples.of(accounts, DRAWS, seed)
    return draws.interval(lambda weight: auc_as_ranked(places, day, test.lost > 0, weight))


def _places(chance: Vector, day: Codes) -> Codes:
    """Place of each chance among those of its date, 0 to 99; equal chances share one."""
    share = pd.Series(chance).groupby(day).rank(pct=True).to_numpy()
    return np.asarray(np.minimum(share * PLACES, PLACES - 1), np.int64)


def _finding(seen: Shuffled) -> Finding:
    figure = seen.auc
    words = (
        f"outcomes dealt out to other accounts are still foretold: AUC {figure.value:.3f} "
        f"({figure.low:.3f} to {figure.high:.3f}) in {seen.shuffles} shuffles, where 0.5 is right; "
        "rows of the test must have been seen in training"
    )
    return Finding(Probe.SHUFFLED, "", figure, words, blocks=True)
