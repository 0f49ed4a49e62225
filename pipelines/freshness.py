"""Which sources are silent at a scored date, and what of the scores rests on them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from features.history import Arrived, share_known_before
from features.runners.job import Tally
from features.signal import Catalogue
from features.silence import Hole, holes, quiet_from, silent_since
from models.bands.silence import SilentSource, carried, matter
from models.churn_model import ChurnModel
from serving.notices import told_hole

MOSTLY_THE_SAME = 0.5
"""The share of accounts after a hole that were there before it."""


def silent_sources(arrived: Arrived, tally: Tally, as_of: date, stale_days: int) -> dict[str, date]:
    """The silent tables with the day of their last row.

    Args:
        arrived: when rows arrived.
        tally: rows that could be seen at `as_of` and `stale_days` before; a table of which
            more could be seen at the later date is not looked at further.
        as_of: the scored date.
        stale_days: the length of a silence that counts.
    """
    now, before = tally[as_of], tally[quiet_from(as_of, stale_days)]
    found = {}
    for table in [name for name, rows in now.items() if 0 < rows == before[name]]:
        since = silent_since(arrived.by(table, as_of), as_of, stale_days)
        if since is not None:
            found[table] = since
    return found


def holes_in_usage(arrived: Arrived, as_of: date, stale_days: int) -> tuple[Hole, ...]:
    """When nothing came from usage of accounts that it told of before and after; see `holes`.

    Where mostly other accounts came afterwards, as with the next courses of a school, nothing was
    missed. Usage alone is looked at: it weighs most, and what comes more seldom has such silences
    anyway.
    """
    found = _quiet_times(arrived, as_of, stale_days)
    return tuple(hole for hole in found if _missed(arrived, hole, as_of))


def holes_felt(arrived: Arrived, as_of: date, stale_days: int) -> tuple[Hole, ...]:
    """The holes in usage of which signals at a date still tell."""
    found = [hole for hole in _quiet_times(arrived, as_of, stale_days) if hole.spoils(as_of)]
    return tuple(hole for hole in found if _missed(arrived, hole, as_of))


def _quiet_times(arrived: Arrived, as_of: date, stale_days: int) -> tuple[Hole, ...]:
    if "usage" not in arrived.lake.manifest.tables:
        return ()
    return holes(arrived.by("usage", as_of), as_of, stale_days)


def _missed(arrived: Arrived, hole: Hole, as_of: date) -> bool:
    share = share_known_before(arrived.lake, "usage", hole.first, hole.last, as_of)
    return share >= MOSTLY_THE_SAME


def holes_as_dicts(found: Sequence[Hole]) -> list[dict[str, str]]:
    """The holes as plain values, for JSON."""
    return [{"first": one.first.isoformat(), "last": one.last.isoformat()} for one in found]


def holes_in(said: Iterable[Mapping[str, str]]) -> list[Hole]:
    """The same back again."""
    days = [(date.fromisoformat(one["first"]), date.fromisoformat(one["last"])) for one in said]
    return [Hole(*each) for each in days]


def unspoilt(dates: Sequence[date], found: Sequence[Hole]) -> list[date]:
    """The dates whose signals tell of accounts and not of a hole, and the last in any case.

    All of them where fewer than half would be left: something is better learnt than nothing.
    """
    kept = [d for d in dates if d == dates[-1] or not any(hole.spoils(d) for hole in found)]
    return kept if 2 * len(kept) >= len(dates) else list(dates)


def told_holes(found: Sequence[Hole]) -> list[str]:
    """One sentence for each hole in usage."""
    follows = "dates until {} are neither learnt from nor tested on"
    return [told_hole(hole, follows.format(hole.felt_until)) for hole in found]


def weighed(
    silent: Mapping[str, date],
    model: ChurnModel,
    catalogue: Catalogue,
    snapshot: Callable[[], Iterable[pd.DataFrame]],
) -> tuple[SilentSource, ...]:
    """The silent tables that feed the model, heaviest first.

    Args:
        silent: tables with the day of their last row.
        model: whose scores may rest on them.
        catalogue: its signals.
        snapshot: gives the scored rows in parts; read only where something is silent.
    """
    if not silent:
        return ()
    table_of = {column.name: column.signal.table for column in catalogue.columns}
    sizes, rows = np.zeros(len(model.schema.names)), 0
    for part in snapshot():
        sizes += len(part) * model.sizes(model.schema.encode(part))
        rows += len(part)
    if not rows:
        return ()
    parts = carried(model.schema.names, sizes / rows, table_of)
    found = [SilentSource(t, since, parts[t]) for t, since in silent.items() if t in parts]
    return tuple(sorted(found, key=lambda each: (-each.share, each.table)))


def told(sources: Sequence[SilentSource]) -> list[str]:
    """One sentence for each silent source, and what follows from all of them."""
    lines = [
        f"Nothing has come from {each.table} since {each.since}; its signals carry "
        f"{100 * each.share:.0f} % of the scores."
        for each in sources
    ]
    if matter(sources):
        lines.append("Every account is grey until these sources are loaded again.")
    return lines
