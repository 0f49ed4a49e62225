"""Pictures of a model's quality, drawn with matplotlib."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from models.bands import BandOutcome
from models.metrics import Vector

INK, PAPER_GREY = "#1c2127", "#9aa1aa"


def reliability(lost: Vector, chance: Vector, horizon: int, groups: int = 10) -> Figure:
    """Foretold against realised loss in groups of equal size, on square-root scales."""
    order = np.argsort(chance, kind="stable")
    parts = [p for p in np.array_split(order, groups) if len(p)]
    foretold = np.array([chance[p].mean() for p in parts])
    realised = np.array([lost[p].mean() for p in parts])
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot()
    top = max(foretold.max(), realised.max(), 0.01) * 1.05
    axes.plot([0, top], [0, top], color=PAPER_GREY, linewidth=1)
    axes.plot(foretold, realised, "o", color=INK)
    for scale in (axes.set_xscale, axes.set_yscale):
        scale("function", functions=(lambda v: np.sqrt(np.maximum(v, 0)), np.square))
    axes.set(xlim=(0, top), ylim=(0, top), xlabel="foretold", ylabel="realised")
    axes.set_title(f"Does the score keep its word? Loss within {horizon} days")
    return figure


def lift(lost: Vector, chance: Vector, horizon: int) -> Figure:
    """Share of all losses found among the riskiest accounts."""
    found = np.cumsum(lost[np.argsort(-chance, kind="stable")]) / max(lost.sum(), 1)
    asked = np.arange(1, len(lost) + 1) / len(lost)
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=PAPER_GREY, linewidth=1)
    axes.plot(asked, found, color=INK)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="share of accounts asked, riskiest first")
    axes.set_ylabel("share of losses found")
    axes.set_title(f"Whom to call? Loss within {horizon} days")
    return figure


def lead_time(lead: Vector, horizon: int, useful: int) -> Figure:
    """Share of the accounts lost that had been red for at least so many days.

    Args:
        lead: days for which each account lost had been red, NaN on all other rows.
        horizon: of the chances that made them red, days.
        useful: days from which on a warning is of use.
    """
    days = np.sort(lead[~np.isnan(lead)])
    reached = np.r_[0.0, np.unique(days)]
    share = [float((days >= day).mean()) if len(days) else 0.0 for day in reached]
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot()
    axes.axvline(useful, color=PAPER_GREY, linewidth=1)
    axes.step(reached, share, where="pre", color=INK)
    axes.set(xlim=(0, max(float(reached[-1]), useful) * 1.05), ylim=(0, 1))
    axes.set(xlabel="days red before the loss, without a break", ylabel="share of accounts lost")
    axes.set_title(f"Is the warning in time? {len(days)} losses, {horizon} days")
    return figure


def bands(outcomes: Sequence[BandOutcome], horizon: int) -> Figure:
    """Share lost in each band, with its 95 % interval; bands without accounts are left out."""
    held = [each for each in outcomes if each.rows]
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot()
    for place, each in enumerate(held):
        axes.plot([place, place], [each.low, each.high], color=PAPER_GREY, linewidth=6)
        axes.plot(place, each.lost, "o", color=INK)
    names = [f"{each.band.value}\n{each.accounts} accounts" for each in held]
    axes.set_xticks(range(len(held)), names)
    axes.set(xlim=(-0.5, max(len(held), 1) - 0.5), ylabel=f"share lost within {horizon} days")
    axes.set_ylim(bottom=0)
    axes.set_title("Do bands mean what they say? Out of time")
    return figure
