"""The pages about models, insights, the work queue and the first run, put together."""

from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter
from sqlalchemy import Engine

from serving.api.jobs import Runner
from serving.console import insights, models, queue
from serving.console.frame import Console
from serving.workshop import Workshop


@dataclass(frozen=True)
class Rooms:
    """What these pages need.

    Attributes:
        figures: the file that `forewarn insights` writes, if there is such a place.
        runner: has jobs done, if anybody can.
    """

    console: Console
    engine: Engine
    workshop: Workshop
    figures: Path | None
    runner: Runner | None


def routers(rooms: Rooms) -> tuple[APIRouter, ...]:
    """The routes of each page."""
    return (
        queue.router(rooms.console),
        insights.router(rooms.console, rooms.figures, rooms.runner),
        models.router(rooms.console, rooms.engine, rooms.workshop),
    )
