"""What the console is told of the workspace, and what it may change there."""

from models.bundle import BrokenBundle
from models.evidence import BrokenEvidence
from pipelines.errors import InputError, NotPromoted
from pipelines.if_promoted import IfPromoted
from pipelines.promotion import promote, roll_back
from pipelines.refusal import refusal
from pipelines.workspace import Workspace
from serving.settings import Settings
from serving.store import ModelVersionRepository, open_store
from serving.workshop import FirstRun, Lacking, NotChanged, Workshop


def workshop_of(workspace: Workspace, settings: Settings) -> Workshop:
    """The workshop of a workspace."""

    def change(version: str, reason: str, by: str | None) -> None:
        try:
            if version:
                promote(workspace, version, reason, by=by)
            else:
                roll_back(workspace, reason, by=by)
        except (InputError, NotPromoted, BrokenBundle, BrokenEvidence) as error:
            raise NotChanged(str(error)) from error

    return Workshop(
        change=change,
        first_run=lambda: first_run(workspace),
        mlflow=settings.mlflow,
        tracking=workspace.mlflow_address,
        band_moves=IfPromoted(workspace).moves,
    )


def first_run(workspace: Workspace) -> FirstRun:
    """How far a workspace without scores has come."""
    used = workspace.used
    configuration = str(used) if used is not None and used.exists() else ""
    if not workspace.lake().exists:
        return FirstRun(Lacking.DATA, configuration=configuration)
    why = refusal(workspace)
    if why:
        return FirstRun(Lacking.FIT_MODEL, why, configuration)
    engine = open_store(workspace.store_address)
    champion = ModelVersionRepository(engine).champion()
    engine.dispose()
    return FirstRun(Lacking.SCORES if champion else Lacking.MODEL, configuration=configuration)
