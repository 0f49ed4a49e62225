"""Errors that are no fault of ours, and the exit codes that they end a command with."""

from features.currency import UnknownRate
from features.lake import LakeError
from features.runners.local import WorkerLost
from models.bundle import BrokenBundle
from models.evidence import BrokenEvidence
from models.sufficiency import NoEvidence
from pipelines.errors import InputError, NoModel, NotPromoted
from pipelines.exit_codes import NO_MODEL, YOUR_INPUT
from serving.settings import SettingsError
from serving.store import StoreError

USER = (InputError, UnknownRate, LakeError, SettingsError, StoreError, WorkerLost)
UNFIT = (NoModel, NoEvidence, BrokenBundle, BrokenEvidence, NotPromoted)


def code_of(error: Exception) -> int | None:
    """The exit code of an error that was expected; None where it is a fault of ours."""
    if isinstance(error, USER):
        return YOUR_INPUT
    return NO_MODEL if isinstance(error, UNFIT) else None
