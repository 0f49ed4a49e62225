"""Working out what the whole base tells."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd

from features.signal import Catalogue, GroupName
from models.insights.base import Base
from models.insights.beliefs import Belief, Tested, judged
from models.insights.commonality import Commonality, commonality
from models.insights.disagreements import Disagreements, disagreements
from models.insights.leading import LeadingIndicators, leading_indicators
from models.insights.lookalikes import Lookalikes, lookalikes
from models.insights.moments import Moments, magic_moments
from models.insights.product import ProductView, Topic, product_view
from models.insights.references import Reference, references
from models.insights.standing import Standing, standing_of
from models.score import Band
from pipelines.assemble import Assembled, assemble, loaded
from pipelines.company import segment_columns
from pipelines.config import Config
from pipelines.insights.beliefs import beliefs_of, event_signals, with_first_days
from pipelines.insights.prospects import prospects_in
from pipelines.insights.topics import topic_signals
from pipelines.workspace import Workspace
from serving.store import AccountScore, ScoreRepository, open_store

Progress = Callable[[str], None]
MOST_ROWS = 400_000
"""Snapshots that are looked at: beyond, accounts are drawn. About 5 GB at 350 columns."""


@dataclass(frozen=True)
class InsightsResult:
    """Everything that was found.

    Attributes:
        as_of: the last day whose facts were seen.
        outcome: what counts as a loss.
        scored: the day of the scores that say who is healthy; None where there are none.
        share: of all accounts that were looked at: below 1 where they are a sample.
        names: by account, its name, where one is known.
    """

    as_of: date
    computed_at: datetime
    company: str
    currency: str
    outcome: str
    accounts: int
    share: float
    dates: int
    segment: str
    scored: date | None
    names: dict[str, str]
    leading: LeadingIndicators
    moments: Moments
    beliefs: tuple[Tested, ...]
    commonality: Commonality
    lookalikes: Lookalikes
    references: tuple[Reference, ...]
    disagreements: Disagreements
    product: ProductView


def work_out(
    workspace: Workspace,
    config: Config,
    as_of: date,
    say: Progress,
    prospects: Path | None = None,
) -> InsightsResult:
    """Work everything out from the snapshots and outcomes known at `as_of`.

    Args:
        workspace: holds the lake and the published scores.
        config: which outcome and signals, and the beliefs to test.
        as_of: nothing known later is seen.
        say: told about each step.
        prospects: a file of companies to compare with the best customers; see
            `prospects_in`.

    Raises:
        InputError: nothing is loaded, a belief cannot be measured, or the file of prospects
            cannot be read.
    """
    asked = prospects_in(prospects) if prospects else None
    stated = config.insights.beliefs
    topics = topic_signals(loaded(workspace), as_of)
    extra = (*topics.values(), *event_signals(stated))

    def further(catalogue: Catalogue) -> Catalogue:
        beliefs_of(stated, catalogue)  # a belief that cannot be measured is told at once
        return catalogue.with_signals(GroupName.CONSUMPTION, extra)

    found = assemble(workspace, config, as_of, say, further, MOST_ROWS)
    if found.sample:
        say(f"too many accounts to look at all: {found.sample.share:.2%} are drawn by their ids")
    base = base_of(config, found)
    base = replace(base, dataset=with_first_days(base.dataset, stated, base.tenure))
    placed = _standing(workspace, base, found.catalogue, as_of)
    beliefs = beliefs_of(stated, found.catalogue)
    return _found(config, base, _Asked(placed, beliefs, tuple(topics), asked, _share(found)), say)


def base_of(config: Config, found: Assembled) -> Base:
    """The assembled snapshots and outcomes, with the columns that models may read."""
    columns = tuple(found.catalogue.column(name) for name in found.columns)
    return Base(found.dataset, columns, segment_columns(config), config.models.seed)


@dataclass(frozen=True)
class _Asked:
    """What else is asked: where accounts stand, beliefs, topics, and companies to compare."""

    placed: "Placed"
    beliefs: tuple[Belief, ...]
    topics: tuple[Topic, ...]
    prospects: pd.DataFrame | None
    share: float


def _share(found: Assembled) -> float:
    return found.sample.share if found.sample else 1.0


Placed = tuple[Standing, date | None, dict[str, str]]


def _found(config: Config, base: Base, asked: _Asked, say: Progress) -> InsightsResult:
    standing, scored, names = asked.placed
    say("aligning every signal on the losses")
    leading = leading_indicators(base)
    say("searching early behaviour, and testing beliefs")
    moments, beliefs = magic_moments(base), judged(base, asked.beliefs)
    say("comparing healthy accounts with the others")
    return InsightsResult(
        as_of=base.dataset.data_as_of,
        computed_at=datetime.now(UTC),
        company=config.company.name,
        currency=config.company.currency,
        outcome=config.learnt,
        accounts=int(base.owner.max()) + 1,
        share=asked.share,
        dates=len(base.dataset.dates),
        segment=base.segment,
        scored=scored,
        names=names,
        leading=leading,
        moments=moments,
        beliefs=beliefs,
        commonality=commonality(standing),
        lookalikes=lookalikes(standing, asked.prospects),
        references=references(standing, asked.topics),
        disagreements=disagreements(standing),
        product=product_view(standing, asked.topics),
    )


def _standing(workspace: Workspace, base: Base, catalogue: Catalogue, as_of: date) -> Placed:
    """Where accounts stand by the newest scores published for `as_of` or before."""
    newest = base.frame[base.frame["as_of"] == base.frame["as_of"].max()]
    scored, scores = _published(workspace, as_of, newest["account_id"])
    told = {
        each.score.account_id: (each.score.band, _number(each.score.health_score))
        for each in scores
        if each.score.band is not Band.GREY
    }
    names = {each.score.account_id: each.card.name or each.score.account_id for each in scores}
    standing = standing_of(base.frame, told, catalogue.columns, base.segment)
    return standing, scored, names


def _published(
    workspace: Workspace, as_of: date, accounts: Iterable[str]
) -> tuple[date | None, Sequence[AccountScore]]:
    """What was published of some accounts; of the others nothing is read."""
    if not workspace.has_store:
        return None, ()
    engine = open_store(workspace.store_address)
    try:
        repository = ScoreRepository(engine)
        days = [day for day in repository.dates() if day <= as_of]
        return (days[-1], repository.run(days[-1], set(accounts))) if days else (None, ())
    finally:
        engine.dispose()


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
