"""What was learnt beside the chance of loss, in words for people."""

from collections.abc import Iterator

from models.causes.learnt import LearntCauses
from models.causes.shares import CONTRACTION
from models.churn_model import ChurnModel
from models.evaluation import HorizonReport
from models.metrics import Estimate
from pipelines.beside import Beside, not_fit, too_few


def beside(found: Beside, model: ChurnModel) -> list[str]:
    """The minimum lead time, the causes of loss, and expansion, as far as there are any."""
    lines = []
    if model.lead:
        lines.append(
            f"  A loss in the first {model.lead} days does not count: figures, health score and "
            f"bands tell of day {model.lead + 1} on, for accounts still there then"
        )
    if found.causes:
        lines += _causes(found.causes)
    if found.grown is not None:
        lines += _expansion(found, found.grown)
    return lines


def _causes(found: LearntCauses) -> Iterator[str]:
    yield f"  Losses {found.words}"
    for cause, reports in found.reports.items():
        yield from (f"    {cause}, {_figures(report, 'lost so')}" for report in reports.values())
        for horizon, why in found.missing[cause].items():
            yield f"    {cause}, {horizon} days: no figures; {why}"
    taken = found.causes.revenue.get(CONTRACTION)
    if taken is None:
        yield "    what a contraction takes is not known, so no expected loss is given"
    else:
        yield f"    a contraction takes {100 * taken:.0f} % of revenue on average"


def _expansion(found: Beside, grown: int) -> Iterator[str]:
    trained = found.expansion
    if trained is None:
        yield f"  Expansion: none is foretold; {too_few(grown)}"
        return
    fit = trained.verdict.fit
    serves = "foretold beside the loss" if fit else "not fit to use, so none is foretold"
    yield f"  Expansion ({trained.model.flavour}, {grown} accounts grew): {serves}"
    yield from (f"    {reason}" for reason in ([] if fit else not_fit(trained)))
    yield from (f"    {_figures(report, 'before growth')}" for report in trained.reports.values())


def _figures(report: HorizonReport, events: str) -> str:
    return (
        f"{report.horizon} days ({report.rows} rows, {report.events} {events}): "
        f"AUC {_range(report.metrics['auc'])}, log loss {_range(report.metrics['log_loss'])}, "
        f"slope {report.slope:.2f}, "
        f"expected/observed {report.metrics['expected_over_observed'].value:.2f}"
    )


def _range(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
