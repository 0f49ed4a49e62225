"""Exact explanations of boosted trees, fast enough for every account every day."""

from models.explain.trees.explainer import TreeExplainer
from models.explain.trees.forest import NotExplainable

__all__ = ["NotExplainable", "TreeExplainer"]
