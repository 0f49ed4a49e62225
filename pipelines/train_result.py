"""What a training run found, and what is told of it."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from features.silence import Hole
from models.base_rates import rates_by_segment
from models.explain.wording import Phrase
from models.run_record import DatasetRecord
from models.scorecard import Scorecard
from models.track_record import TrackRecord
from models.trained import Trained
from pipelines.beside import Beside
from pipelines.freshness import holes_as_dicts
from pipelines.promotion import Decision
from pipelines.stale import Newer

if TYPE_CHECKING:
    from models.tuning import Tuned


@dataclass(frozen=True)
class TrainResult:
    """What a training run found.

    Attributes:
        unsafe: signals left out because their past values are not known.
        own: how people speak of the company's own signals.
        card: all figures at the primary horizon, overall and by segment and month; None
            where no model could be checked.
        decision: whether the model now serves, and why (not).
        tuning: what tuning found of each flavour, where it was asked for.
        data: what it was trained from.
        beside: what was learnt beside the chance of loss.
        since: it and the model that serves on rows newer than that one, where there are any.
        track: what became of what it said; None where it could not be checked.
        holes: when usage was not recorded, so that dates were left out.
    """

    trained: Trained
    run_id: str
    unsafe: tuple[str, ...]
    own: tuple[Phrase, ...] = ()
    tuning: "tuple[Tuned, ...]" = ()
    card: Scorecard | None = None
    decision: Decision = Decision(False, ())
    data: DatasetRecord | None = None
    beside: Beside = Beside()
    since: Newer | None = None
    track: TrackRecord | None = None
    holes: tuple[Hole, ...] = ()

    @property
    def promoted(self) -> bool:
        """Whether the model now serves."""
        return self.decision.serves

    def summary(self) -> dict[str, Any]:
        """Everything worth telling, as plain JSON values."""
        found = self.trained
        return {
            "model_version": found.model.version,
            "run_id": self.run_id,
            "promoted": self.promoted,
            "decision": list(self.decision.reasons),
            "comparison": asdict(self.decision.comparison) if self.decision.comparison else None,
            "fit_to_use": found.verdict.fit,
            "verdict": list(found.verdict.sentences),
            "flavour": found.model.flavour,
            "flavours_log_loss": found.flavours,
            "outcome": found.model.outcome,
            "data_as_of": found.model.data_as_of.isoformat(),
            "rows": found.rows,
            "columns": len(found.model.schema.columns),
            "primary_horizon": found.model.primary_horizon,
            "horizons": list(found.model.horizons),
            "horizons_without_evidence": {str(h): why for h, why in found.missing.items()},
            "left_out_as_unsafe": list(self.unsafe),
            "holes_in_usage": holes_as_dicts(self.holes),
            "tuning": [one.as_dict() for one in self.tuning],
            "horizon_reports": {str(h): asdict(r) for h, r in found.reports.items()},
            "bands": [asdict(b) for b in found.bands],
            "policy": found.model.policy.as_dict(),
            "leading_signals": dict(list(found.importance.items())[:15]),
            "scorecard": asdict(self.card) if self.card else None,
            "base_rates_by_segment": rates_by_segment(found.model),
            "enough_losses": {**asdict(found.enough), "words": found.enough.words},
            "minimum_lead_days": found.model.lead,
            **self.beside.summary(),
            **found.honesty.summary(),
        }
