"""What few losses cost: log loss beside the base rate's, by flavour and number of losses.

    python experiments/honesty/levels.py [--repeats N]

120 columns of noise, every sixth an echo of the one signal that matters, or of none; 4 % are
lost. Fitted on rows with so many losses, judged on 16,000 others.
"""

import argparse

import numpy as np

from models.encoding import InputColumn, InputSchema
from models.flavours import FLAVOURS
from models.flavours.base import sigmoid
from models.metrics import log_loss

LOSSES = (20, 50, 120, 400)
COMPARED = ("constant", "shrunken", "logistic", "lightgbm")
COLUMNS = 120
RATE = 0.04
SCHEMA = InputSchema(tuple(InputColumn(f"c{i}") for i in range(COLUMNS)))


def rows(count: int, signal: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and losses; `signal` is what one standard deviation adds to the log-odds."""
    health = rng.normal(size=count)
    inputs = rng.normal(size=(count, COLUMNS))
    inputs[:, ::6] += 0.5 * health[:, None]
    odds = np.log(RATE / (1 - RATE)) - signal**2 / 2 * (1 - 2 * RATE) - signal * health
    return inputs, (rng.random(count) < sigmoid(odds)).astype(float)


def main() -> None:
    """Print one line for each strength of the signal and number of losses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=6)
    repeats = parser.parse_args().repeats
    print("log loss x 1000 beside the base rate's (below 0: better), and how often worse")
    for signal in (0.0, 1.0):
        test = rows(16_000, signal, np.random.default_rng(999))
        for losses in LOSSES:
            found = np.array([_excess(losses, signal, test, seed) for seed in range(repeats)])
            mean, worse = 1000 * found.mean(axis=0), (found > 0).mean(axis=0)
            said = ", ".join(
                f"{name} {m:+.1f} ({w:.2f})"
                for name, m, w in zip(COMPARED[1:], mean, worse, strict=True)
            )
            print(f"signal {signal}, {losses:>3} losses: {said}", flush=True)


def _excess(losses: int, signal: float, test: tuple, seed: int) -> list[float]:
    rng = np.random.default_rng(seed)
    inputs, lost = rows(int(losses / RATE), signal, rng)
    fits = [FLAVOURS[name].fit(inputs, lost, SCHEMA, 1) for name in COMPARED]
    ones = np.ones(len(test[1]))
    base, *others = (log_loss(test[1], sigmoid(fit.log_odds(test[0])), ones) for fit in fits)
    return [other - base for other in others]


if __name__ == "__main__":
    main()
