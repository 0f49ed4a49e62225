"""What the console is to know of the workspace beyond the store, handed in from outside."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from models.score import Band


class NotChanged(Exception):
    """Another model was not put into service; the text says why, in words for people."""


class Change(Protocol):
    """Puts another model into service."""

    def __call__(self, version: str, reason: str, by: str | None) -> None:
        """Put it into service, and write down why and by whom.

        Args:
            version: the one that is to serve; empty for the one that served before.
            reason: in the words of whoever wants it.
            by: who wants it; None for whoever sits at this machine.

        Raises:
            NotChanged: the rule does not allow it, or its files were changed.
        """


class Lacking(StrEnum):
    """What an installation without scores lacks first."""

    DATA = "data"
    MODEL = "model"
    FIT_MODEL = "fit model"
    SCORES = "scores"


@dataclass(frozen=True, slots=True)
class FirstRun:
    """How far an installation without scores has come.

    Attributes:
        lacking: what is missing first.
        reasons: why the last training was refused, where it was.
        configuration: the file last used; empty where none was.
    """

    lacking: Lacking
    reasons: tuple[str, ...] = ()
    configuration: str = ""


def nothing_yet() -> FirstRun:
    """An installation of which nothing is known."""
    return FirstRun(Lacking.DATA)


@dataclass(frozen=True, slots=True)
class BandMove:
    """Accounts that are in one band and would be in another."""

    before: Band
    after: Band
    accounts: int


@dataclass(frozen=True, slots=True)
class BandMoves:
    """What another model would make of the newest run's bands.

    Attributes:
        as_of: of the run.
        looked_at: accounts whose bands were compared: all, or the first by id.
        accounts: of the run.
        moves: most accounts first; those that keep their band are in none.
    """

    as_of: date
    looked_at: int
    accounts: int
    moves: tuple[BandMove, ...]


class NotTold(Exception):
    """What another model would say cannot be told; the text says why, in words for people."""


@dataclass(frozen=True)
class Workshop:
    """What the console is to know of the workspace.

    Attributes:
        change: puts another model into service; None where that is not possible from here.
        first_run: tells how far an installation without scores has come.
        mlflow: address of a running MLflow, to link runs to; empty where none is known.
        tracking: where its records lie, for `mlflow ui --backend-store-uri`; may be empty.
        band_moves: tells which bands of the newest run would be others under a version, or raises
            NotTold; None where no workspace is at hand.
    """

    change: Change | None = None
    first_run: Callable[[], FirstRun] = nothing_yet
    mlflow: str = ""
    tracking: str = ""
    band_moves: Callable[[str], BandMoves] | None = None
