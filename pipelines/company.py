"""What a configuration means in the words of features and models."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from features.measures import MonthOfYear
from features.ranks import rank_of
from features.signal import Catalogue, SnapshotColumn
from features.signals import catalogue_for
from models.bands import BandPlan, Capacity, Fixed, Red, Steps, TierPlan, Value
from models.baselines import BEST_SIGNAL, BY_SEGMENT, OWN_SCORE
from models.trained import TrainingPlan
from pipelines.config import Config, TierBands
from pipelines.definitions import catalogue_of as catalogue_of
from pipelines.definitions import label_of as label_of
from pipelines.definitions import labels_beside as labels_beside
from pipelines.definitions import rates_of as rates_of
from pipelines.definitions import segments_of as segments_of

USUAL_SEGMENTS = ("profile__tier", "profile__revenue_class", "profile__plan")
WEEKS = 4
"""Into so many parts a month is cut by the dates between."""
MOST_BETWEEN = 60_000
"""Accounts times months: with more, luck is little, and memory would be much."""
MOST_WEEKLY = WEEKS * MOST_BETWEEN
"""Rows of weekly dates from which hazards are learnt, likewise."""
WARM_UP_DAYS = 30
"""History a first snapshot needs before it where the outcome itself needs less."""


def own_columns(catalogue: Catalogue, events: Sequence[str]) -> tuple[SnapshotColumn, ...]:
    """The columns that only the company itself has: signals it declares, and its attributes."""
    common = {column.name for column in catalogue_for(events).columns}
    return tuple(column for column in catalogue.columns if column.name not in common)


def plan_of(config: Config) -> TrainingPlan:
    """What is to be trained."""
    return TrainingPlan(
        flavours=config.models.flavours,
        primary_horizon=config.models.primary_horizon,
        baselines=baselines_of(config),
        bands=band_plan_of(config),
        seed=config.models.seed,
        segments=segment_columns(config),
        embargo=config.models.embargo_days,
        trusted=config.models.trusted,
        horizons=tuple(sorted(set(config.models.horizons))),
    )


def learning_plan(config: Config, catalogue: Catalogue) -> TrainingPlan:
    """What is to be trained, with what is declared of the columns of a catalogue."""
    directions, details = directions_of(config, catalogue), details_of(catalogue)
    seasons = seasons_of(catalogue)
    return replace(plan_of(config), directions=directions, details=details, seasons=seasons)


def details_of(catalogue: Catalogue) -> tuple[str, ...]:
    """The columns that measure one kind of event alone, and their ranks, in order."""
    alone = [c.name for c in catalogue.computed if "event" in dict(c.signal.where)]
    ranks = [rank.name for rank in catalogue.ranks if rank_of(rank).of in alone]
    return (*alone, *ranks)


def seasons_of(catalogue: Catalogue) -> tuple[str, ...]:
    """The columns of the month of the date, in order."""
    declared = (c for c in catalogue.computed if isinstance(c.signal.measure, MonthOfYear))
    return tuple(column.name for column in declared)


def directions_of(config: Config, catalogue: Catalogue) -> dict[str, int]:
    """The signs that trees are held to, by column; none where the company wants none."""
    if config.models.monotone == "never":
        return {}
    return {column.name: int(column.signal.direction) for column in catalogue.columns}


def band_plan_of(config: Config) -> BandPlan:
    """What the company asks of its bands, tier by tier."""
    bands = config.bands
    tiers = {name: _tier_plan(bands.of(name)) for name in bands.tiers}
    return BandPlan(_tier_plan(bands), tiers, Steps(bands.exit_share, bands.dwell_days, bands.jump))


def _tier_plan(asked: TierBands) -> TierPlan:
    return TierPlan(_red(asked), asked.green_promise)


def _red(asked: TierBands) -> Red:
    """The rule for red; which keys it needs was checked when they were read."""
    if asked.red == "value" and asked.cost_of_acting and asked.share_saved:
        cost = float(asked.cost_of_acting)
        return Value(cost, asked.share_saved, Capacity(asked.red_capacity))
    if asked.red == "fixed" and asked.red_from is not None:
        return Fixed(asked.red_from, asked.green_below)
    return Capacity(asked.red_capacity)


def baselines_of(config: Config) -> dict[str, tuple[str, ...]]:
    """The simple scores every model is shown beside, and the columns each may read."""
    last = {"usage": "consumption__last_used", "interactions": "engagement__last_spoke"}
    activity = config.outcome.activity if config.learnt == "lapse" else "usage"
    return {
        "base rate": (),
        "age alone": ("profile__age", "profile__subscribed_for", "consumption__first_used"),
        "recency alone": (last.get(activity, "consumption__last_used"),),
        BY_SEGMENT: segment_columns(config),
        BEST_SIGNAL: (),
        **({OWN_SCORE: (config.models.own_score,)} if config.models.own_score else {}),
    }


def segment_columns(config: Config) -> tuple[str, ...]:
    """The columns that may tell segments apart, the one preferred first."""
    return (config.models.segment,) if config.models.segment else USUAL_SEGMENTS


def columns_of(catalogue: Catalogue, accounts_versioned: bool) -> tuple[list[str], list[str]]:
    """The columns a model may read, and those that are unsafe for training.

    A column that reads a value overwritten over time would show the past what only
    today knows, unless the source says when each value became known.
    """
    unsafe = [c.name for c in catalogue.columns if c.signal.changing and not accounts_versioned]
    return [c.name for c in catalogue.columns if c.name not in unsafe], unsafe


def snapshot_dates(config: Config, as_of: date, begins: date) -> list[date]:
    """The dates described, in order, the last of which is `as_of`.

    Months step back to the same day of the month, or its last day where it is shorter;
    weeks step back by seven days. None lies before the history has warmed up.
    """
    outcome = config.outcome
    warm_up = outcome.silent_days if config.learnt == "lapse" else WARM_UP_DAYS
    first = config.snapshots.first or begins + timedelta(days=warm_up)
    dates, step = [], 0
    while (day := _step_back(as_of, config.snapshots.every, step)) >= first:
        dates.append(day)
        step += 1
    return dates[::-1] or [as_of]


def closer_dates(config: Config, dates: Sequence[date], accounts: int) -> list[date]:
    """The dates with others about a week apart between them; empty where none are learnt from.

    Where a silence is a loss nothing would be learnt from them, and many accounts have lost
    enough of theirs to learn from (docs/adr/0053).

    Args:
        config: how far dates lie apart, and which outcome is learnt.
        dates: those that are described, in order.
        accounts: how many there are.
    """
    asked = config.snapshots
    if asked.between == "never" or asked.every == "week" or config.learnt == "lapse":
        return []
    if accounts * len(dates) > MOST_BETWEEN or len(dates) < 2:
        return []
    found = list(dates)
    for day, after in pairwise(dates):
        length = (after - day).days
        found += [day + timedelta(round(length * k / WEEKS)) for k in range(1, WEEKS)]
    return sorted(found)


def weeks_teach(config: Config, rows: int) -> bool:
    """Whether hazards are learnt between dates that are weekly already (docs/adr/0059).

    Args:
        config: how far dates lie apart, and which outcome is learnt.
        rows: the snapshots of all dates.
    """
    asked = config.snapshots
    weekly = asked.every == "week" and asked.between == "auto" and config.learnt != "lapse"
    return weekly and rows <= MOST_WEEKLY


def _step_back(day: date, every: str, steps: int) -> date:
    if every == "week":
        return day - timedelta(days=7 * steps)
    months = day.year * 12 + day.month - 1 - steps
    year, month = divmod(months, 12)
    if (day + timedelta(days=1)).month != day.month:  # a month's end stays a month's end
        return _last_day(year, month + 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), _last_day(year, month + 1))


def _last_day(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
