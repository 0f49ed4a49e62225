"""The rows that two models share, and what is to be known about them before they are compared."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from models.evidence.rows import Evidence
from models.scorecard import shortage

KEYS = ["account_id", "as_of", "horizon"]
STALENESS_TOLD = 15.0
"""Days by which one model's folds may be older than the other's before it is told."""


def obstacle(champion: Evidence, challenger: Evidence) -> str:
    """Why the two cannot be compared at all; empty where they can."""
    if champion.outcome != challenger.outcome:
        return (
            f"{champion.version} foretells {champion.outcome}, {challenger.version} foretells "
            f"{challenger.outcome}: only models of one outcome can be compared"
        )
    if not set(champion.horizons) & set(challenger.horizons):
        ours, theirs = (_listed(each.horizons) for each in (champion, challenger))
        return (
            f"{champion.version} was tested at {ours} days, {challenger.version} at {theirs}: "
            "they share no horizon"
        )
    return ""


def shared_horizon(champion: Evidence, challenger: Evidence) -> int:
    """The challenger's primary horizon if both were tested at it, else the nearest shorter."""
    shared = sorted(set(champion.horizons) & set(challenger.horizons))
    return max((h for h in shared if h <= challenger.primary_horizon), default=shared[0])


def shared_rows(
    champion: Evidence, challenger: Evidence, horizon: int
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows of both, described and judged by whichever knows later outcomes."""
    then = champion.at(horizon)[[*KEYS, "chance", "lost", "learnt_until"]]
    both = challenger.at(horizon).merge(then, on=KEYS, suffixes=("", "_then"))
    changed = int((both["lost"] != both["lost_then"]).sum())
    if champion.data_as_of > challenger.data_as_of:
        both["lost"] = both["lost_then"]
    remarks = []
    if changed:
        remarks.append(
            f"{changed} of {len(both)} rows have another outcome since one of the two was "
            "trained; the later knowledge counts for both"
        )
    return both, (*remarks, *_staleness(both, champion.version, challenger.version))


def _staleness(both: pd.DataFrame, champion: str, challenger: str) -> Iterator[str]:
    """A model whose folds were newer had an advantage that it would not have in service."""
    if both.empty:
        return
    ages = [_mean_age(both, name) for name in ("learnt_until_then", "learnt_until")]
    if abs(ages[0] - ages[1]) > STALENESS_TOLD:
        yield (
            f"on these rows {champion} had last learnt {ages[0]:.0f} days before the date on "
            f"average, {challenger} {ages[1]:.0f}: part of the difference may be freshness"
        )


def alike(rows: pd.DataFrame) -> Iterator[str]:
    """Where both say the same of every row, that past rows cannot tell them apart."""
    if np.allclose(rows["chance"], rows["chance_then"], rtol=0, atol=1e-6):
        yield (
            "both say the same of every row they share: it is the same recipe, trained on later "
            "data, and past rows cannot tell the two apart"
        )


def _mean_age(both: pd.DataFrame, learnt_until: str) -> float:
    pairs = zip(both["as_of"], both[learnt_until], strict=True)
    return float(np.mean([(day - until).days for day, until in pairs]))


def lacking(rows: pd.DataFrame, horizon: int) -> str:
    """Why the rows do not suffice; empty where they do."""
    if rows.empty:
        return f"the two were tested on no common account and date at {horizon} days"
    owner = pd.factorize(rows["account_id"])[0].astype(np.int64)
    short = shortage(rows["lost"].to_numpy(np.float64), owner)
    return f"{short} on the {len(rows)} rows they share" if short else ""


def _listed(horizons: tuple[int, ...]) -> str:
    return ", ".join(map(str, horizons)) or "no horizon"
