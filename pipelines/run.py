"""The main job: load, train, promote, recalibrate, score."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from pipelines.config import Config
from pipelines.freshness import holes_as_dicts
from pipelines.ingest.report import LoadReport
from pipelines.loading import load_sources
from pipelines.publishing import ScoreResult
from pipelines.recalibrate import Recalibrated, due, recalibrate
from pipelines.score import champion, score_accounts
from pipelines.standing import resolve_as_of as resolve_as_of
from pipelines.train import train_model
from pipelines.train_result import TrainResult
from pipelines.workspace import Workspace

Progress = Callable[[str], None]


@dataclass(frozen=True)
class RunResult:
    """What the main job did.

    Attributes:
        scored: None where no model was fit to use.
        unscored: why nothing was scored; empty where something was.
        recalibrated: what outcomes since its training said of the model that serves; None
            where that was not due.
    """

    as_of: date
    load: LoadReport
    train: TrainResult
    scored: ScoreResult | None
    unscored: str = ""
    recalibrated: Recalibrated | None = None

    def summary(self) -> dict[str, Any]:
        """Everything worth telling, as plain JSON values."""
        return {
            "as_of": self.as_of.isoformat(),
            "load": self.load.as_dict(),
            "train": self.train.summary(),
            "scores": None if self.scored is None else summary_of(self.scored),
            "unscored": self.unscored,
            "recalibrated": None if self.recalibrated is None else self.recalibrated.summary(),
        }


def run(workspace: Workspace, config: Config, as_of: date | None, say: Progress) -> RunResult:
    """Load the sources, train on what was known at `as_of`, and score if the model is fit.

    Scores come from the model that serves. That may be the champion that was found: one that
    had learnt from data after `as_of` scores nothing, since it has seen what was to come.
    """
    report = load_sources(workspace, config, say)
    day = resolve_as_of(workspace, as_of)
    trained = train_model(workspace, config, day, say)
    why = _unscored(workspace, trained, day)
    if why:
        return RunResult(day, report, trained, None, why)
    moved = None if trained.promoted else recalibrate_if_due(workspace, config, day, say)
    scored = score_accounts(workspace, config, day, say)
    return RunResult(day, report, trained, scored, recalibrated=moved)


def recalibrate_if_due(
    workspace: Workspace, config: Config, day: date, say: Progress
) -> Recalibrated | None:
    """Once a month, set the level of the model that serves by what has come true since."""
    if not due(champion(workspace), workspace.registry().versions(), day):
        return None
    return recalibrate(workspace, config, day, say)


def _unscored(workspace: Workspace, trained: TrainResult, day: date) -> str:
    """Why nothing may be scored; empty where something may."""
    if not trained.trained.verdict.fit:
        return "nothing was scored: the new model is not fit to use"
    if trained.promoted:
        return ""
    seen = champion(workspace).data_as_of
    if seen <= day:
        return ""
    return (
        f"nothing was scored: the model that serves has learnt from data up to {seen} and would "
        f"foretell {day} from what came after; stand on past dates in another --workspace"
    )


def summary_of(scored: ScoreResult) -> dict[str, Any]:
    """A scoring run as plain JSON values."""
    return {
        "as_of": scored.as_of.isoformat(),
        "model_version": scored.model_version,
        "accounts": scored.accounts,
        "bands": scored.bands,
        "published": scored.published,
        "silent_sources": [asdict(each) for each in scored.silent],
        "holes_in_usage": holes_as_dicts(scored.holes),
        "ended_that_day": scored.ended,
    }
