"""Pictures of a model's quality: reliability and lift, drawn with matplotlib."""

import numpy as np
from matplotlib.figure import Figure

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
