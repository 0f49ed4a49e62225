"""What is learnt beside the chance of loss: its causes, and expansion."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from math import isfinite
from typing import Any

import numpy as np

from models.bands import BandPlan
from models.baselines import BLIND
from models.causes.learn import Told, learn
from models.causes.learnt import LearntCauses
from models.causes.revenue import revenue_taken
from models.causes.shares import CONTRACTION
from models.dataset import Dataset
from models.flavours import SHIFTED
from models.sufficiency import NoEvidence, sufficiency
from models.trained import Provenance, Trained, TrainingPlan
from models.training import material_of, train
from pipelines.kept import DESCRIBED

Progress = Callable[[str], None]
EXPANSION = "expansion"


@dataclass(frozen=True)
class Beside:
    """What was learnt beside the chance of loss.

    Attributes:
        causes: None where the outcome is one cause alone.
        expansion: the same training once more; None where too few accounts grew to check one.
        grown: accounts that were seen to grow; None where nobody looked.
    """

    causes: LearntCauses | None = None
    expansion: Trained | None = None
    grown: int | None = None

    def on(self, trained: Trained) -> Trained:
        """The trained model with what is fit to use of this."""
        grows = self.expansion.model if self.expansion and self.expansion.verdict.fit else None
        causes = self.causes.causes if self.causes else None
        return replace(trained, model=replace(trained.model, causes=causes, expansion=grows))

    def summary(self) -> dict[str, Any]:
        """Everything worth telling, as plain JSON values."""
        return {
            "causes": _causes(self.causes) if self.causes else None,
            "expansion": None if self.grown is None else self._expansion(self.grown),
        }

    def figures(self) -> dict[str, float]:
        """The figures of each cause and of expansion worth following from run to run, by name."""
        reports = dict(self.causes.reports) if self.causes else {}
        if self.expansion:
            reports[EXPANSION] = self.expansion.reports
        return {
            f"{name}_{target}_{horizon}": estimate.value
            for target, of in reports.items()
            for horizon, found in of.items()
            for name, estimate in found.metrics.items()
            if isfinite(estimate.value)
        }

    def _expansion(self, grown: int) -> dict[str, Any]:
        found = self.expansion
        return {
            "accounts_grown": grown,
            "fit_to_use": bool(found and found.verdict.fit),
            "flavour": found.model.flavour if found else None,
            "horizons": list(found.model.horizons) if found else [],
            "verdict": not_fit(found) if found else [too_few(grown)],
            "horizon_reports": _reports(found.reports) if found else {},
            "leading_signals": dict(list(found.importance.items())[:15]) if found else {},
        }


def too_few(grown: int) -> str:
    """Why there is no model of expansion."""
    return (
        f"{grown} accounts were seen to grow, too few (or on too few dates) to fit a model of "
        "expansion on some and check it on later ones"
    )


def not_fit(expansion: Trained) -> list[str]:
    """What speaks against a model of expansion; its first sentence is its figures alone."""
    return list(expansion.verdict.sentences[1:])


def learnt_beside(
    trained: Trained,
    data: tuple[Dataset, Mapping[str, Dataset]],
    columns: list[str],
    origin: Provenance,
    say: Progress,
) -> Beside:
    """Learn the causes of any loss, and expansion, where a model of loss could be checked.

    Args:
        trained: the model of loss.
        data: its rows, and by outcome the same rows with the fates of other definitions.
        columns: snapshot columns that a model may read.
        origin: where the model comes from.
        say: told about each step.
    """
    dataset, others = data
    plan, walk = trained.plan, trained.walk
    if plan is None or walk is None:
        return Beside()
    causes = None
    if CONTRACTION in others:
        contracted = np.isfinite(others[CONTRACTION].event_days)
        told = Told(material_of(dataset, columns, plan), contracted, walk)
        revenue = revenue_taken(dataset, contracted, DESCRIBED.monthly_revenue)
        ends = trained.model.hazards[-1].interval.end
        causes = learn(told, ends, revenue, plan.since, say)
    if EXPANSION not in others:
        return Beside(causes)
    found, grown = _expansion(others[EXPANSION], trained, plan, (columns, origin), say)
    return Beside(causes, found, grown)


def _expansion(
    dataset: Dataset,
    trained: Trained,
    plan: TrainingPlan,
    of: tuple[list[str], Provenance],
    say: Progress,
) -> tuple[Trained | None, int]:
    """The same training with growth in the place of loss, by the flavour that won there."""
    columns, origin = of
    dataset, grown = replace(dataset, lead=0), sufficiency(dataset).lost
    flavour = trained.model.flavour.removesuffix(SHIFTED)
    plan = replace(
        plan,
        flavours=(flavour,),
        baselines={name: columns for name, columns in plan.baselines.items() if name in BLIND},
        bands=BandPlan(),
        directions={},  # what is healthy need not be what grows
        settings={},
        report_from=None,
        explained=False,
        contrasted=False,
    )
    say(f"expansion: {grown} accounts were seen to grow; training {flavour} on them likewise")
    try:
        found = train(dataset, columns, plan, replace(origin, outcome=EXPANSION))
    except NoEvidence:
        return None, grown
    return (found if found.tests else None), grown


def _causes(found: LearntCauses) -> dict[str, Any]:
    return {
        "told_apart_by": found.flavour,
        "words": found.words,
        "accounts_lost": found.accounts,
        "gain_over_base_share": asdict(found.gain) if found.gain else None,
        "revenue_taken": dict(found.causes.revenue),
        "horizon_reports": {cause: _reports(of) for cause, of in found.reports.items()},
        "without_figures": {
            cause: {str(h): why for h, why in of.items()} for cause, of in found.missing.items()
        },
    }


def _reports(found: Mapping[int, Any]) -> dict[str, Any]:
    return {str(horizon): asdict(each) for horizon, each in found.items()}
