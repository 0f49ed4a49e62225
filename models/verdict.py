"""The verdict: whether a model is fit to use, or has learnt nothing about behaviour."""

from dataclasses import dataclass

from models.baselines import BLIND
from models.evaluation import HorizonReport
from models.metrics import Estimate


@dataclass(frozen=True)
class Verdict:
    """Whether the model is fit to use, and why (not)."""

    fit: bool
    horizon: int
    sentences: tuple[str, ...]


def judge(found: HorizonReport) -> Verdict:
    """Whether the signals foretell losses, beyond what age and base rate already say.

    The model must beat every blind baseline in log loss with its whole 95 % interval over
    accounts: a model that cannot do that has learnt nothing about behaviour. A report that
    compares with none of them is no evidence.
    """
    blind = {name: found.gains[name] for name in BLIND if name in found.gains}
    failed = [name for name, gain in blind.items() if not gain.low > 0]
    figures = found.metrics
    sentences = [
        f"out of time at {found.horizon} days: AUC {_range(figures['auc'])}, "
        f"log loss {_range(figures['log_loss'])}, "
        f"on {found.rows} rows of {found.accounts} accounts, {found.events} before a loss"
    ]
    sentences += [_failure(name, blind[name]) for name in failed]
    if not blind:
        sentences.append("no baseline could be compared on the same rows")
    return Verdict(bool(blind) and not failed, found.horizon, tuple(sentences))


def _failure(name: str, gain: Estimate) -> str:
    return (
        f"no usable signal: against {name} the model saves {gain.value:.4f} of log loss "
        f"({gain.low:.4f} to {gain.high:.4f}), which may be nothing"
    )


def _range(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
