"""All routes of the API: one router for each noun, in the order of the description."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fastapi import APIRouter
from sqlalchemy import Engine

from serving.api import (
    accounts,
    explanations,
    health,
    history,
    insights,
    jobs,
    models,
    portfolio,
    segments,
    views,
)
from serving.api.conditional import until_published
from serving.api.live import Live, of_accounts, of_rows
from serving.auth.gate import READS_ACCOUNTS
from serving.live import CloseUp, Explain
from serving.presentation import Presentation
from serving.store import ModelVersionRepository, ScoreRepository
from serving.store.portfolio import PortfolioRepository
from serving.store.publications import last_published
from serving.store.segments import SegmentRepository


@dataclass(frozen=True)
class Asked:
    """What the routes answer from.

    Attributes:
        engine: an open store.
        explain: explains one account; None where no workspace is at hand.
        close_up: single accounts seen from near; None likewise.
        live: scores rows that are sent in; None likewise.
        figures: the file that `forewarn insights` writes, if there is such a place.
        runner: has jobs done outside of this process; None where no workspace is at hand.
    """

    engine: Engine
    scores: ScoreRepository
    versions: ModelVersionRepository
    presentation: Presentation
    explain: Explain | None
    close_up: CloseUp | None
    live: Live | None
    figures: Path | None
    runner: jobs.Runner | None


def routers(asked: Asked) -> Iterator[APIRouter]:
    """Every router of `/v1`, and that of health."""
    engine, scores, currency = asked.engine, asked.scores, asked.presentation.currency
    fresh = until_published(partial(last_published, engine), READS_ACCOUNTS)
    yield of_accounts(asked.close_up, scores)  # before addresses that take any id
    yield accounts.router(scores, asked.presentation, fresh)
    yield of_rows(asked.live, asked.presentation.words)
    yield history.router(scores, fresh)
    yield portfolio.router(PortfolioRepository(engine), currency, fresh)
    yield segments.router(SegmentRepository(engine), currency, fresh)
    yield explanations.router(asked.explain, scores)
    yield views.router(engine)
    yield jobs.router(engine, asked.runner)
    yield models.router(asked.versions)
    yield insights.router(asked.figures)
    yield health.router(engine, asked.live.champion if asked.live else None)
