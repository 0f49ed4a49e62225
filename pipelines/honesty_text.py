"""What a training says against itself, for people at a terminal."""

from collections.abc import Iterator, Sequence

from models.base_rates import rates_by_segment
from models.churn_model import ChurnModel
from models.honesty import Honesty
from models.known_accounts import Group
from models.leaks import LeakReport
from models.metrics import Estimate
from serving.notices import told_choice


def honesty(found: Honesty) -> list[str]:
    """Lines on leaks, random folds, and known and new accounts; none where nothing was checked."""
    lines = list(_leaks(found.leaks)) if found.leaks else []
    if found.folds:
        lines.append(f"  Not to be believed: {found.folds.words}")
    for horizon, groups in found.accounts.items():
        lines += _accounts(horizon, groups)
    choice = told_choice(found.chosen_among)
    return [*lines, f"  {choice}"] if choice else lines


def base_rates(model: ChurnModel) -> list[str]:
    """What is known where no model could be checked; none for other models."""
    return [
        f"  Base rate of {segment}: "
        + ", ".join(f"{100 * chance:.1f} % within {days} days" for days, chance in found.items())
        for segment, found in rates_by_segment(model).items()
    ]


def _leaks(report: LeakReport) -> Iterator[str]:
    """One line where nothing was found, else one for each finding that does not block."""
    caught = len(report.canaries) - len(report.blind)
    shuffled = (
        f", shuffled outcomes give AUC {_range(report.shuffled.auc)}" if report.shuffled else ""
    )
    yield (
        f"  Leak gate: {'blocks' if report.blocks else 'passed'}; {report.columns} columns looked "
        f"at, {caught} of {len(report.canaries)} planted leaks caught{shuffled}"
    )
    for each in report.findings:
        if not each.blocks:
            trusted = " (trusted)" if each.column in report.trusted else ""
            yield f"    worth a look{trusted}: {each.words}"


def _accounts(horizon: int, groups: Sequence[Group]) -> Iterator[str]:
    for group in groups:
        name = "known accounts" if group.known_account else "new accounts"
        figures = "too few to tell"
        if group.auc and group.log_loss:
            figures = f"AUC {_range(group.auc)}, log loss {_range(group.log_loss)}"
        yield (
            f"  {horizon} days, {name}: {figures} "
            f"({group.rows} rows of {group.accounts} accounts, {group.events} before a loss)"
        )


def _range(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
