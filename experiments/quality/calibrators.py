"""Which calibrator for how many losses? Excess log loss over the truth, isotonic beside the rest.

Raw log-odds, and a true curve that bends away from them: too bold everywhere (slope 0.7), with a
wave on top that no parametric calibrator can follow. The level is that of training, since no
calibrator here may move it (docs/adr/0004): a fitted curve is judged after its mean is put where
the truth's is. Judged on 50,000 other rows, in thousandths of log loss; and how many distinct
chances are left, since isotonic regression makes steps.

    python experiments/quality/calibrators.py [--repeats N] [--json]
"""

import argparse
import json

import numpy as np
from sklearn.isotonic import IsotonicRegression

from models.calibration import Calibrator, _Evidence, _match, choose_method
from models.flavours.base import sigmoid

EVENTS = (35, 100, 350, 1000, 3500, 10_000)
WAVES = (0.0, 0.15, 0.4)
RATE, SPREAD, CLIP, ROWS = 0.06, 1.2, 1e-4, 50_000
PARAMETERS = {"temperature": 1, "beta": 2}
COMPARED = ("as it is", *PARAMETERS, "isotonic")


def truth(raw: np.ndarray, wave: float) -> np.ndarray:
    """The true log-odds where the model says `raw`."""
    return np.asarray(0.7 * raw - 0.8 + wave * np.sin(2.5 * raw))


def drawn(rows: int, wave: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Raw log-odds, and who was lost."""
    raw = np.log(RATE / (1 - RATE)) + SPREAD * rng.normal(size=rows)
    return raw, (rng.random(rows) < sigmoid(truth(raw, wave))).astype(float)


def log_odds(p: np.ndarray) -> np.ndarray:
    """Log-odds of clipped chances: an isotonic step may be 0 or 1."""
    held = np.clip(p, CLIP, 1 - CLIP)
    return np.asarray(np.log(held) - np.log1p(-held))


def fitted(name: str, raw: np.ndarray, lost: np.ndarray, test: np.ndarray) -> np.ndarray:
    """What a calibrator makes of the log-odds of other rows."""
    if name == "isotonic":
        steps = IsotonicRegression(out_of_bounds="clip").fit(raw, lost)
        return log_odds(steps.predict(test))
    if name in PARAMETERS:
        evidence = _Evidence(raw, lost, np.zeros(len(raw), np.int64), 1.0)
        return Calibrator(*evidence.slopes(PARAMETERS[name])).apply(test)
    return test


def excess(events: int, wave: float, seed: int) -> dict[str, tuple[float, int]]:
    """By calibrator, the log loss above the truth's in thousandths, and distinct chances."""
    rng = np.random.default_rng(seed)
    test, _ = drawn(ROWS, wave, rng)
    true = sigmoid(truth(test, wave))
    raw, lost = drawn(round(events / true.mean()), wave, rng)
    found = {}
    for name in COMPARED:
        odds = fitted(name, raw, lost, test)
        odds = odds + _match(odds, np.array([true.mean()]), np.zeros(ROWS, np.int64))[0]
        gap = np.mean(np.logaddexp(0, odds) - true * odds) - np.mean(
            np.logaddexp(0, truth(test, wave)) - true * truth(test, wave)
        )
        found[name] = (1000 * float(gap), len(np.unique(odds)))
    return found


def main() -> int:
    """Print a line for each wave and number of losses."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeats", type=int, default=8)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    body = []
    for wave in WAVES:
        for events in EVENTS:
            each = [excess(events, wave, seed) for seed in range(given.repeats)]
            line = {n: round(float(np.mean([e[n][0] for e in each])), 2) for n in COMPARED}
            steps = round(float(np.mean([e["isotonic"][1] for e in each])))
            body.append({"wave": wave, "events": events, **line, "isotonic_steps": steps})
            if not given.json:
                print({**body[-1], "chosen": choose_method(events)}, flush=True)
    if given.json:
        print(json.dumps(body))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
