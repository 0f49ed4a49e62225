"""All routes of the API: one router for each noun, in the order of the description."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter
from sqlalchemy import Engine

from serving.api import (
    accounts,
    explanations,
    facets,
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
from serving.at_hand import AtHand
from serving.auth.gate import READS_ACCOUNTS
from serving.presentation import Presentation
from serving.store import ModelChangeRepository, ModelVersionRepository, ScoreRepository
from serving.store.facets import FacetRepository
from serving.store.portfolio import PortfolioRepository
from serving.store.publications import last_published
from serving.store.segments import SegmentRepository


@dataclass(frozen=True)
class Asked:
    """What the routes answer from.

    Attributes:
        engine: an open store.
        at_hand: what there is of a workspace beside it.
    """

    engine: Engine
    scores: ScoreRepository
    versions: ModelVersionRepository
    presentation: Presentation
    at_hand: AtHand


def routers(asked: Asked) -> Iterator[APIRouter]:
    """Every router of `/v1`, and that of health."""
    engine, scores, currency = asked.engine, asked.scores, asked.presentation.currency
    near, live = asked.at_hand.close_up, asked.at_hand.live
    state = partial(_state, engine, live, asked.at_hand.together.token)
    fresh = until_published(state, READS_ACCOUNTS)
    newest = until_published(state, READS_ACCOUNTS, newest=True)
    yield of_accounts(near, scores)  # before addresses that take any id, as is the next
    yield facets.router(FacetRepository(engine), fresh)
    yield accounts.router(scores, asked.presentation, fresh)
    yield of_rows(live, asked.presentation.words)
    yield history.router(scores, fresh)
    yield portfolio.router(PortfolioRepository(engine), currency, fresh)
    yield segments.router(SegmentRepository(engine), currency, fresh)
    yield explanations.router(near.explain if near else None, scores, newest)
    yield views.router(engine)
    yield jobs.router(engine, asked.at_hand.runner)
    yield models.router(asked.versions, ModelChangeRepository(engine))
    yield insights.router(asked.at_hand.figures)
    yield health.router(engine, live.champion if live else None)


def _state(engine: Engine, live: Live | None, token: str) -> str:
    """Names what answers are made of: what was published, and a new champion's words."""
    return f"{token} {last_published(engine)} {live.vocabulary() if live else ''}"
