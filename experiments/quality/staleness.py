"""Does a stale champion give way to the same recipe learnt anew, and does a fresh one stay?

Simulated companies: accounts with five signals that drift from month to month, of which three
foretell a loss. A champion is trained after the first two years and served unchanged; the same
recipe is trained again later and held against it on the months between. In one world nothing
changes, in one the level of loss rises, in one a signal comes to mean less and another more.
All hazards are known, so that the true gain of replacing the champion is known too: the mean
expected 30-day log loss of the three months after the second training, champion less challenger.

    python experiments/quality/staleness.py [--companies N] [--accounts N] [--months N]
        [--seed N] [--json]
"""

import argparse
import json
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from features.followed import Followed
from models.bands import BandPolicy, Thresholds
from models.churn_model import ChurnModel
from models.comparison import STALE_RULE, Comparison, compare
from models.dataset import Dataset
from models.evaluation import calibrators
from models.evidence import Described, Evidence, evidence_rows
from models.fitting import refit
from models.material import Material
from models.since import Recipe, apart, since
from models.trained import TrainingPlan
from models.training import material_of

FIRST, STEP, AHEAD = date(2022, 1, 31), 30, 3
SIGNALS = ("a", "b", "c", "d", "e")
BEFORE = np.array([1.0, 0.7, -0.5, 0.0, 0.0])
CHANGES = {
    "nothing changes": (0.0, BEFORE),
    "the level rises": (0.6, BEFORE),
    "signals change their meaning": (0.0, np.array([0.3, 0.7, -0.5, 0.0, 0.9])),
}
BASE, YEARS_BEFORE = -4.2, 24
PLAN = TrainingPlan(("logistic",), 90, {}, horizons=(30, 90))


@dataclass(frozen=True)
class World:
    """A company: its rows with the true chance of loss in the next month."""

    frame: pd.DataFrame
    event_days: np.ndarray
    hazard: np.ndarray
    month: np.ndarray

    def known(self, months: int) -> Dataset:
        """What was known so many months after the first snapshot."""
        day = FIRST + timedelta(days=STEP * months)
        rows = self.month <= months
        frame = self.frame[rows].reset_index(drop=True)
        return Dataset(frame, self.event_days[rows], np.full(rows.sum(), np.inf), 0, day)


def world(kind: str, accounts: int, months: int, seed: int) -> World:
    """A company that changes, as `kind` says, a month after its champion was trained."""
    rng = np.random.default_rng(seed)
    rise, after = CHANGES[kind]
    names, fresh = np.arange(accounts), accounts
    signals, parts, gone_in = rng.normal(size=(accounts, len(SIGNALS))), [], {}
    for month in range(months + AHEAD + 1):
        changed = month > YEARS_BEFORE
        odds = BASE + rise * changed + signals @ (after if changed else BEFORE)
        hazard = 1 / (1 + np.exp(-odds))
        parts.append((names.copy(), np.full(accounts, month), signals.copy(), hazard))
        gone = rng.random(accounts) < hazard
        days = STEP * month + rng.uniform(0.5, STEP - 0.5, gone.sum())
        gone_in |= dict(zip(names[gone].tolist(), days.tolist(), strict=True))
        signals = 0.8 * signals + 0.6 * rng.normal(size=signals.shape)
        names[gone] = np.arange(fresh, fresh + gone.sum())
        signals[gone] = rng.normal(size=(gone.sum(), len(SIGNALS)))
        fresh += int(gone.sum())
    name, month, values, hazard = (np.concatenate(part) for part in zip(*parts, strict=True))
    dates = np.array([FIRST + timedelta(days=STEP * m) for m in range(month.max() + 1)])
    frame = pd.DataFrame({"account_id": [f"a{n:06d}" for n in name], "as_of": dates[month]})
    frame = frame.assign(**{s: values[:, i] for i, s in enumerate(SIGNALS)})
    events = np.array([gone_in.get(int(n), np.inf) for n in name]) - STEP * month
    return World(frame, events, hazard, month)


def trained(data: Dataset, version: str) -> tuple[ChurnModel, Material, Recipe]:
    """The recipe, learnt from everything known."""
    material = material_of(data, SIGNALS, PLAN)
    walk = material.walk("logistic")
    hazards = refit(material, "logistic", calibrators(data, walk), lambda _: None)
    policy = BandPolicy(Thresholds(0.5, 0.1, 0.2, 0.1))
    model = ChurnModel(
        version, "logistic", "logo_churn", material.schema, hazards, 90, policy, "", Followed(),
        data.data_as_of, (30, 90),
    )  # fmt: skip
    return model, material, Recipe("logistic", walk)


def one(kind: str, accounts: int, months: int, seed: int) -> tuple[Comparison | None, float]:
    """The comparison on the months between; and what replacing the champion truly gains."""
    company = world(kind, accounts, YEARS_BEFORE + months, seed)
    champion, _, _ = trained(company.known(YEARS_BEFORE), "champion")
    now = company.known(YEARS_BEFORE + months)
    challenger, material, recipe = trained(now, "challenger")
    ahead = company.month > YEARS_BEFORE + months
    losses = [expected(m, company, ahead) for m in (champion, challenger)]
    gain = 1 - losses[1] / losses[0]
    both = since(material, champion, champion.trained_on, recipe)
    if not both.tests:
        return None, gain
    rows = evidence_rows(now, both.tests, both.serving, Described())
    kept = Evidence("challenger", "", "logo_churn", "", now.data_as_of, 0, 90, 0.1, 30, rows)
    pair = apart(kept, replace(kept, version="champion"), champion.trained_on)
    return compare(*pair, replace(STALE_RULE, draws=300)), gain


def expected(model: ChurnModel, company: World, rows: np.ndarray) -> float:
    """Expected 30-day log loss of a model under the true hazards."""
    chance = model.chances(model.schema.encode(company.frame[rows]))[30]
    true = company.hazard[rows]
    return float(-np.mean(true * np.log(chance) + (1 - true) * np.log1p(-chance)))


def main() -> int:
    """Print, by world, how often the champion is replaced and what that truly gains."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--companies", type=int, default=100)
    parser.add_argument("--accounts", type=int, default=600)
    parser.add_argument("--months", type=int, default=9, help="between the two trainings")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    body = {}
    for kind in CHANGES:
        pairs = [
            one(kind, given.accounts, given.months, given.seed + n) for n in range(given.companies)
        ]
        told = [(found, gain) for found, gain in pairs if found and found.horizon]
        passed = [gain for found, gain in told if found.promotable]
        body[kind] = {
            "companies": len(pairs),
            "enough_rows": len(told),
            "replaced": len(passed) / len(pairs),
            "lost_since": float(np.mean([found.lost for found, _ in told])) if told else 0.0,
            "true_gain": float(np.mean([gain for _, gain in pairs])),
            "true_gain_where_replaced": float(np.mean(passed)) if passed else None,
            "worse_where_replaced": float(np.mean([gain < 0 for gain in passed])) if passed else 0,
        }
        if not given.json:
            print(kind, body[kind], flush=True)
    if given.json:
        print(json.dumps(body))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
