"""Whether the configured outcome can be derived from what was brought."""

from collections.abc import Collection, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.config import Config
from pipelines.ingest.problems import Problem, suggestion

_CONTRACTS = ("subscriptions", "outcomes")


def outcome_problems(
    config: Config, connected: Collection[str], read: Mapping[str, pa.Table]
) -> list[Problem]:
    """What keeps the configured outcome from being derived.

    Args:
        config: the configuration.
        connected: the tables that have a source, or are in the lake.
        read: the rows of the tables that could be read now.
    """
    outcome, learnt = config.outcome, config.learnt
    needed = (outcome.activity,) if learnt == "lapse" else _CONTRACTS
    if not set(needed) & set(connected):
        reason = f"the outcome {learnt} is derived from {' or '.join(needed)}"
        remedy = f"Add [sources.{needed[0]}], or choose another outcome in [models]."
        return [Problem("", reason, remedy, column=_key(config), value=learnt, fatal=True)]
    if learnt == "lapse" and outcome.activity == "usage" and "usage" in read:
        return _strange_events(outcome.events, read["usage"])
    return []


def _key(config: Config) -> str:
    """Where the configuration says which outcome is learnt."""
    return "models.outcome" if config.models.outcome else "outcome.name"


def _strange_events(wanted: Collection[str], usage: pa.Table) -> list[Problem]:
    known = sorted(pc.unique(usage.column("event")).to_pylist())
    reason = "no good row of usage has this event"
    return [
        Problem(
            "", reason, suggestion(event, known), column="outcome.events", value=event, fatal=True
        )
        for event in wanted
        if event not in known
    ]
