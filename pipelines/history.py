"""The history of the model that serves: every change, as it was written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.workspace import Workspace
from serving.store import (
    ModelChange,
    ModelChangeRepository,
    ModelRecord,
    ModelVersionRepository,
    open_store,
)

FIGURES = ("auc", "log_loss", "expected_over_observed")
"""The figures that are told of each model, out of time at its primary horizon."""
DIGITS = 12
"""Digits of a digest that people are shown; --json gives all."""


@dataclass(frozen=True)
class ServiceHistory:
    """Every change of the model that serves, oldest first.

    Attributes:
        records: what is known of each version that serves or once served.
    """

    changes: tuple[ModelChange, ...]
    records: Mapping[str, ModelRecord]

    def summary(self) -> dict[str, Any]:
        """Everything worth telling, as plain JSON values."""
        return {"changes": [self._as_dict(change) for change in self.changes]}

    def text(self) -> str:
        """The same for people."""
        if not self.changes:
            return "No model has served yet; `forewarn train` lets the first one that is fit serve."
        return "\n".join(self._told(change) for change in self.changes)

    def _as_dict(self, change: ModelChange) -> dict[str, Any]:
        cause, record = change.cause, self.records.get(change.to_version)
        return {
            "at": cause.at.isoformat(),
            "by": cause.by,
            "action": cause.action.value,
            "from": change.from_version,
            "to": change.to_version,
            "digest": change.digest,
            "reason": cause.reason,
            "verdict": list(cause.verdict),
            "flavour": record.flavour if record else None,
            "data_as_of": record.data_as_of.isoformat() if record else None,
            "figures": figures(record) if record else {},
        }

    def _told(self, change: ModelChange) -> str:
        cause, record = change.cause, self.records.get(change.to_version)
        before = f", in the place of {change.from_version}" if change.from_version else ""
        lines = [
            f"{cause.at:%Y-%m-%d %H:%M} UTC  {cause.action.value}: {change.to_version}{before}"
        ]
        lines.append(f"  by {cause.by}; bundle {change.digest[:DIGITS]}")
        lines.append(f"  why: {cause.reason}")
        lines += [f"    {said}" for said in cause.verdict if said != cause.reason]
        return "\n".join([*lines, *([f"  {_figures_told(record)}"] if record else [])])


def history_of(workspace: Workspace) -> ServiceHistory:
    """Who served, since when and why; writes nothing."""
    if not workspace.has_store:
        return ServiceHistory((), {})
    engine = open_store(workspace.store_address)
    changes = ModelChangeRepository(engine).all()
    versions = ModelVersionRepository(engine)
    found = {name: versions.get(name) for name in {change.to_version for change in changes}}
    engine.dispose()
    return ServiceHistory(tuple(changes), {k: v for k, v in found.items() if v is not None})


def figures(record: ModelRecord) -> dict[str, Any]:
    """A model's figures at its primary horizon as they were when it was trained."""
    reports = record.metrics.get("horizons") or {}
    report = reports.get(str(record.primary_horizon)) or {}
    found = {name: report["metrics"].get(name) for name in FIGURES} if report else {}
    return {"horizon": record.primary_horizon, **found, "slope": report.get("slope")}


def _figures_told(record: ModelRecord) -> str:
    found = figures(record)
    told = [f"{name.replace('_', ' ')} {_range(found[name])}" for name in FIGURES if name in found]
    head = f"{record.flavour}, data up to {record.data_as_of}"
    return (
        "; ".join([head, f"out of time at {found['horizon']} days: " + ", ".join(told)])
        if told
        else head
    )


def _range(estimate: Mapping[str, float | None] | None) -> str:
    if not estimate or any(value is None for value in estimate.values()):
        return "unknown"
    return f"{estimate['value']:.3f} ({estimate['low']:.3f} to {estimate['high']:.3f})"
