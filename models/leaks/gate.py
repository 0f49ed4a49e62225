"""The gate: every probe over every column, and whether it would have seen a leak at all."""

from collections.abc import Collection
from dataclasses import replace

from models.leaks import canary, columns, shuffled
from models.leaks.columns import Limits
from models.leaks.findings import LeakReport
from models.leaks.watched import watch
from models.material import Material


def look(material: Material, horizon: int, trusted: Collection[str] = ()) -> LeakReport:
    """What could have leaked into `material`.

    Args:
        material: what a model is trained from.
        horizon: the one that decides, in days.
        trusted: columns the company vouches for: what is found of them does not block.
    """
    limits = Limits(seed=material.how.seed)
    watched = watch(material, horizon)
    found = [
        replace(each, blocks=each.blocks and each.column not in trusted)
        for each in columns.findings(watched, limits)
    ]
    dealt, leaking = shuffled.probe(material, horizon)
    return LeakReport(
        columns=len(watched.names),
        findings=(*leaking, *sorted(found, key=lambda each: not each.blocks)),
        canaries=canary.caught(material, horizon, limits),
        shuffled=dealt,
        trusted=tuple(name for name in watched.names if name in trusted),
    )
