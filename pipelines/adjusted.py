"""An adjusted model on its way into service: recorded, sealed and audited like any other."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models import bundle
from models.bands import BandPolicy, Capacity, TierPlan, Value
from models.bands.policy import Thresholds
from models.bands.rows import FILE as BAND_ROWS
from models.churn_model import ChurnModel
from models.evidence import save as save_evidence
from models.recalibration import Recalibration
from models.run_record import BUNDLE, EVIDENCE, Registered, RunRecord
from models.signature import signature_of
from pipelines.company import band_plan_of
from pipelines.config import Config
from pipelines.errors import InputError
from pipelines.kept import record_note
from pipelines.promotion import put_in_service
from pipelines.scratch import scratch
from pipelines.user import who
from pipelines.versions import evidence
from pipelines.workspace import Workspace
from serving.store import Cause, ModelAction, ModelRecord, ModelVersionRepository, open_store
from serving.store.columns import finite

if TYPE_CHECKING:
    from models.registry import Registry


@dataclass(frozen=True)
class AdjustedModel:
    """An adjusted model on its way into service, with everything its base kept."""

    workspace: Workspace
    registry: "Registry"
    champion: Registered
    model: ChurnModel
    found: Recalibration

    def serve(self, said: Sequence[str]) -> None:
        """Record it as a version of its own, and let it serve; `said` is written down."""
        with scratch(self.workspace.runs) as folder:
            digest = bundle.save_adjusted(
                self.champion.bundle, self.champion.digest, self.model, folder / BUNDLE
            )
            record = self._record(digest)
            run = RunRecord(
                version=self.model.version,
                digest=digest,
                parameters=self._parameters(),
                metrics=self._metrics(),
                folder=folder,
                evidence=self._keep(record, folder),
                signature=signature_of(self.model),
            )
            run_id = self.registry.record(run, challenges=False)
        registered = self.registry.version(self.model.version)
        if registered is None or registered.run_id != run_id:
            raise LookupError(f"run {run_id} has no registered model")
        reason = "outcomes that have matured since it was trained"
        cause = Cause(ModelAction.RECALIBRATED, datetime.now(UTC), who(), reason, tuple(said))
        put_in_service(self.workspace, registered, record, cause, self.champion)

    def _keep(self, record: ModelRecord, folder: Path) -> str:
        """The rows its base was tested on, and those its bands were decided on."""
        rows = self.registry.file(self.champion.run_id, BAND_ROWS)
        if rows is not None:
            shutil.copy(rows, folder / BAND_ROWS)
        if not self.champion.evidence:
            return ""
        base = evidence(self.registry, self.champion)
        notes = {**base.notes, "record": record_note(record)}
        mine = replace(base, version=record.version, bundle=record.digest, notes=notes)
        return save_evidence(mine, folder / EVIDENCE)

    def _record(self, digest: str) -> ModelRecord:
        engine = open_store(self.workspace.store_address)
        base = ModelVersionRepository(engine).get(self.champion.version)
        engine.dispose()
        if base is None:
            raise InputError(
                f"the store does not know {self.champion.version}, which serves: promote it again."
            )
        bands = self.model.policy.as_dict()
        return replace(
            base,
            version=self.model.version,
            created_at=datetime.now(UTC),
            metrics={**base.metrics, "recalibration": finite(asdict(self.found))},
            bands={"all": bands["default"], **bands["tiers"]},
            data_as_of=self.model.data_as_of,
            digest=digest,
        )

    def _parameters(self) -> dict[str, str]:
        return {
            "recalibrates": self.champion.version,
            "flavour": self.model.flavour,
            "outcome": self.model.outcome,
            "data_as_of": self.model.data_as_of.isoformat(),
            "fingerprint": self.model.fingerprint,
        }

    def _metrics(self) -> dict[str, float]:
        found = {"recalibration_shift": self.found.shift.value}
        for name, line in {"before": self.found.before, "after": self.found.after}.items():
            for figure, estimate in asdict(line).items():
                found[f"recalibration_{figure}_{name}"] = estimate["value"]
        return {name: value for name, value in found.items() if np.isfinite(value)}


def moved_policy(
    policy: BandPolicy, config: Config, change: Callable[[float], float]
) -> BandPolicy:
    """Thresholds for chances whose log-odds have moved; `change` tells by how much near a chance.

    Where red is what the team can answer, its threshold moves along, so that no more accounts
    are red than before; thresholds that are chances or money in themselves stay, and so does
    green, whose promise is about chances that come true.
    """
    plan = band_plan_of(config)
    tiers = {
        name: _moved(own, plan.tiers.get(name, plan.default), change)
        for name, own in policy.tiers.items()
    }
    return replace(policy, default=_moved(policy.default, plan.default, change), tiers=tiers)


def _moved(own: Thresholds, plan: TierPlan, change: Callable[[float], float]) -> Thresholds:
    if not isinstance(plan.red, Capacity | Value) or not 0 < own.red_from < 1:
        return own
    odds = np.log(own.red_from / (1 - own.red_from)) + change(own.red_from)
    red_from = float(1 / (1 + np.exp(-odds)))
    green = own.green_below if own.worth_from is not None else min(own.green_below, red_from)
    return replace(own, red_from=red_from, green_below=green)
