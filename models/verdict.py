"""The verdict: whether a model is fit to use, or has learnt nothing about behaviour."""

from dataclasses import dataclass

from models.baselines import BASE_RATE, BLIND, SIMPLER
from models.evaluation import HorizonReport
from models.metrics import Estimate

CHANCE = 0.5
"""The AUC of a coin."""


@dataclass(frozen=True)
class Verdict:
    """Whether the model is fit to use, and why (not)."""

    fit: bool
    horizon: int
    sentences: tuple[str, ...]


def judge(found: HorizonReport) -> Verdict:
    """Whether the signals foretell losses, beyond what age and base rate already say.

    Beside every blind baseline the model must, beyond doubt (with the whole 95 % interval over
    accounts), rank better or have the lower log loss. Ranking counts because the level of a
    season, which no behaviour foretells, moves log loss and leaves the ranking alone; but a
    level so wrong that the base rate alone has the lower log loss is not fit to use either.
    A report that compares with none of the baselines is no evidence.

    A simpler score that anyone could use instead (the best single signal, the company's own)
    counts as well, on the same rows: a model that is worse beyond doubt is not fit to use, and
    one that is not better beyond doubt says so. It is not refused for that: such a score is a
    model of behaviour too, and where few were lost no two models can be told apart.
    """
    blind = [name for name in BLIND if name in found.gains]
    failed = [name for name in blind if not _beats(found, name)]
    figures = found.metrics
    sentences = [
        f"out of time at {found.horizon} days: AUC {_range(figures['auc'])}, "
        f"log loss {_range(figures['log_loss'])}, "
        f"on {found.rows} rows of {found.accounts} accounts, {found.events} before a loss"
    ]
    sentences += [_failure(name, found) for name in failed]
    if not blind:
        sentences.append("no baseline could be compared on the same rows")
    simpler = [name for name in SIMPLER if name in found.gains]
    sentences += [_beside(name, found) for name in simpler if not _better(found, name)]
    fit = bool(blind) and not failed and not any(_worse(found, name) for name in simpler)
    return Verdict(fit, found.horizon, tuple(sentences))


def _beats(found: HorizonReport, name: str) -> bool:
    gain = found.gains[name]
    right_level = name != BASE_RATE or gain.value > 0
    return gain.low > 0 or (_ranks_better(found, name) and right_level)


def _ranks_better(found: HorizonReport, name: str) -> bool:
    """Beyond doubt better than the baseline, and than chance where the baseline is worse."""
    return found.rank_gains[name].low > 0 and found.metrics["auc"].low > CHANCE


def _failure(name: str, found: HorizonReport) -> str:
    gain, rank = found.gains[name], found.rank_gains[name]
    saved = f"{gain.value:+.4f} of log loss saved ({gain.low:+.4f} to {gain.high:+.4f})"
    if _ranks_better(found, name):
        return f"the level is not fit to use: beside {name}, {saved}, though accounts rank better"
    ranked = f"{rank.value:+.3f} of AUC ({rank.low:+.3f} to {rank.high:+.3f})"
    return f"no usable signal: beside {name}, {saved} and {ranked}, neither beyond doubt"


def _better(found: HorizonReport, name: str) -> bool:
    return found.gains[name].low > 0 or _ranks_better(found, name)


def _worse(found: HorizonReport, name: str) -> bool:
    return found.gains[name].high < 0 and not _ranks_better(found, name)


def _beside(name: str, found: HorizonReport) -> str:
    """What is to be said of a simpler score that the model does not beat beyond doubt."""
    gain = found.gains[name]
    saved = f"{gain.value:+.4f} of log loss saved ({gain.low:+.4f} to {gain.high:+.4f})"
    if _worse(found, name):
        return f"worse than a simpler score, beyond doubt: beside {name}, {saved}; use {name}"
    return f"not better than {name} beyond doubt: {saved}; it may do as well"


def _range(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
