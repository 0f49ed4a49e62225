"""The final fit of the flavour that won, and what is told about it."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from models.bands.rows import BandRows
from models.calibration import Calibrator
from models.churn_model import ChurnModel
from models.dataset import Dataset
from models.evaluation import HorizonReport, TestSet, report
from models.hazards import Hazard, p_loss
from models.intervals import INTERVALS, Interval
from models.material import Material
from models.metrics import Vector
from models.sufficiency import TOO_LITTLE, NoEvidence
from models.walkforward import Fold, OutOfTime, folds_of

Progress = Callable[[str], None]


def refit(
    material: Material, flavour: str, ready: Mapping[Interval, Calibrator], say: Progress
) -> tuple[Hazard, ...]:
    """Fit each calibrated interval on all that can be learnt from, as far as the chain reaches."""
    at = material.dataset.told_until(material.how.embargo)
    data, reached = material.known(at), list[Fold]()
    found = {f.interval: f for f in folds_of(data, material.newest, at, material.how.intervals)}
    for interval in material.how.intervals:
        if interval not in ready or interval not in found:
            break
        reached.append(found[interval])
    if not reached:
        raise NoEvidence(TOO_LITTLE)
    for fold in reached:
        lost = int(fold.lost.sum())
        say(f"fitting days {fold.interval.name} on {len(fold.lost)} rows, {lost} lost")
    models = material.fits(reached, flavour)
    pairs = zip(reached, models, strict=True)
    return tuple(Hazard(f.interval, model, ready[f.interval]) for f, model in pairs)


def band_rows(
    material: Material, since: int, walk: OutOfTime, hazards: Sequence[Hazard], horizon: int
) -> BandRows:
    """Today's accounts, and the out-of-time rows that have matured."""
    data = material.dataset
    chain = [h for h in hazards if data.lead <= h.interval.start and h.interval.end <= horizon]
    known = np.all([~np.isnan(walk.log_odds[h.interval]) for h in chain], axis=0)
    usable = known & data.matured(horizon, data.told_until(walk.embargo)) & data.followed(horizon)
    usable &= walk.block_of >= since
    odds = {h.interval: h.calibrator.apply(walk.log_odds[h.interval][usable]) for h in chain}
    newest = material.inputs[material.newest]
    present = {h.interval: h.log_odds(newest) for h in chain}
    return BandRows.of(
        data,
        (np.flatnonzero(usable), p_loss(odds, [horizon], data.lead)[horizon]),
        (np.flatnonzero(material.newest), p_loss(present, [horizon], data.lead)[horizon]),
        horizon,
    )


def reports(
    material: Material,
    tests: Mapping[int, TestSet],
    beside: Mapping[int, Mapping[str, Vector]],
    say: Progress,
) -> dict[int, HorizonReport]:
    """Figures of every tested horizon beside the baselines on the same rows."""
    found = {}
    for horizon, test in tests.items():
        say(f"checking {horizon} days on {len(test.rows)} rows not seen in training")
        seed = material.how.seed
        found[horizon] = report(material.dataset, horizon, test, beside[horizon], seed)
    return found


def missing(dataset: Dataset, shown: Sequence[int], horizons: Sequence[int]) -> dict[int, str]:
    """Why each further horizon is left empty."""
    reasons = {}
    for interval in INTERVALS:
        if interval.end in horizons or interval.end not in shown:
            continue
        matured = dataset.matured(interval.end, dataset.data_as_of)
        dates = len(np.unique(dataset.ordinals[matured]))
        lost = dataset.frame["account_id"][matured & dataset.lost_within(interval.end)].nunique()
        reasons[interval.end] = (
            f"dates with a certain outcome {interval.end} days later: {dates}; accounts lost "
            f"within them: {lost}; too few to fit on some and calibrate on later ones"
        )
    return reasons


def importance(model: ChurnModel, material: Material) -> dict[str, float]:
    """Mean absolute share of the log-odds by column on the latest date, largest first."""
    size = model.sizes(material.inputs[material.newest])
    order = np.argsort(-size, kind="stable")
    return {material.schema.names[i]: float(size[i]) for i in order}
