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
    must be beaten as well, on the same rows: the model's log loss must be the lower one, or its
    ranking better beyond doubt. Here the estimate decides, since such a score is a model of its
    own, and where few were lost the two cannot be told apart; that doubt is said.
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
    enough = [name for name in simpler if not _more_than(found, name)]
    sentences += [_needless(name, found) for name in enough]
    sentences += [_doubt(name, found) for name in simpler if name not in enough]
    said = tuple(sentence for sentence in sentences if sentence)
    return Verdict(bool(blind) and not failed and not enough, found.horizon, said)


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


def _more_than(found: HorizonReport, name: str) -> bool:
    """Whether the model says more than a simpler score, by the best estimate."""
    return found.gains[name].value > 0 or _ranks_better(found, name)


def _needless(name: str, found: HorizonReport) -> str:
    gain = found.gains[name]
    return (
        f"no more than a simpler score says: beside {name}, {gain.value:+.4f} of log loss saved "
        f"({gain.low:+.4f} to {gain.high:+.4f}); use {name} instead"
    )


def _doubt(name: str, found: HorizonReport) -> str:
    """Empty where the model is better beyond doubt."""
    gain = found.gains[name]
    if gain.low > 0 or _ranks_better(found, name):
        return ""
    return (
        f"better than {name}, though not beyond doubt: {gain.value:+.4f} of log loss saved "
        f"({gain.low:+.4f} to {gain.high:+.4f})"
    )


def _range(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
