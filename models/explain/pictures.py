"""The plots of the `shap` package, drawn from this project's own exact shares.

`shap` computes nothing here: it is handed shares that add up already, and draws them. It is an
extra (`pip install "forewarn[plots]"`); without it `available` is false.
"""

import io
import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.churn_model import ChurnModel
from models.explain.reasons import plain
from models.explain.wording import Wording

SHOWN = 12
LONGEST = 48
"""Letters of a signal's meaning that a picture has room for."""
DOTS_PER_INCH = 110


def available() -> bool:
    """Whether `shap` and what it draws with are installed."""
    return find_spec("shap") is not None and find_spec("matplotlib") is not None


@dataclass(frozen=True)
class Shared:
    """Exact shares of the log-odds of loss within the primary horizon, ready to be drawn.

    Attributes:
        values: shape (rows, columns); with its base a row adds up to its log-odds.
        base: shape (rows,).
        inputs: what the model read, likewise shaped; words are codes.
        shown: the same as people read them.
        names: what each column means.
    """

    values: npt.NDArray[np.float64]
    base: npt.NDArray[np.float64]
    inputs: npt.NDArray[np.float64]
    shown: npt.NDArray[np.object_]
    names: tuple[str, ...]

    @classmethod
    def of(cls, model: ChurnModel, rows: pd.DataFrame, words: Wording) -> "Shared":
        """The shares of some rows of a snapshot."""
        inputs = model.schema.encode(rows)
        values, base = model.explain(inputs)
        names = model.schema.names
        cells = [[words.value(n, plain(cell)) for cell in rows[n]] for n in names]
        shown = np.array(cells, object).reshape(len(names), len(rows)).T
        return cls(values, base, inputs, shown, tuple(_short(words.meaning(n)) for n in names))

    def explanation(self) -> Any:
        """What `shap` draws: a `shap.Explanation` of these very shares.

        Raises:
            ImportError: `shap` is not installed.
        """
        return _shap().Explanation(
            values=self.values,
            base_values=self.base,
            data=self.inputs,
            display_data=self.shown,
            feature_names=list(self.names),
        )


def waterfall(shared: Shared, row: int = 0) -> bytes:
    """One account's way from the base to its log-odds, as a PNG."""
    chosen = shared.explanation()[row]
    return _drawn(lambda shap: shap.plots.waterfall(chosen, max_display=SHOWN, show=False))


def beeswarm(shared: Shared) -> bytes:
    """Which way each signal pushes which accounts, as a PNG; needs two rows or more."""
    shares = shared.explanation()
    return _drawn(lambda shap: shap.plots.beeswarm(shares, max_display=SHOWN, show=False))


def _drawn(draw: Any) -> bytes:
    """What a plot of `shap` leaves as the current figure."""
    import matplotlib

    matplotlib.use("agg", force=False)
    import matplotlib.pyplot as plt

    figure = plt.figure()
    try:
        draw(_shap())
        sink = io.BytesIO()
        figure.savefig(sink, format="png", dpi=DOTS_PER_INCH, bbox_inches="tight")
        return sink.getvalue()
    finally:
        plt.close(figure)


def _shap() -> Any:
    """The package; its import uses what newer versions of matplotlib are about to drop."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import shap
    return shap


def _short(meaning: str) -> str:
    return meaning if len(meaning) <= LONGEST else f"{meaning[: LONGEST - 1]}…"
