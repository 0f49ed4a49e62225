"""Chances by cause where the truth is known: do they add up, and are causes told apart rightly?

`violations` counts, over a million rows of random hazards and shares of causes, the rows whose
chances by cause do not add up to the chance of any loss (to 1e-12), fall with a longer horizon, or
leave 0 to 1; and, for every lead time, rows whose chance after it does.

Then simulated companies: accounts are lost in a month with a hazard that one signal moves, and a
loss is a contraction with a chance that another moves by `strength` (log-odds for one standard
deviation). By strength: in what share of companies signals were let tell causes apart, and the
expected log loss of P(contraction within 90 days) beside that of the base share and that of the
truth, both of the same hazards, in thousandths.

By `lean`, what one log-odds of loss takes from the log-odds of contraction, at strength 0: the
calibration slope of P(contraction within 90 days), as it is and with the base share alone.

    python experiments/quality/causes.py [--companies N] [--accounts N] [--json]
"""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd

from models.causes.learn import Told, learn
from models.causes.shares import CAUSES, CONTRACTION, by_cause, shared_out
from models.dataset import Dataset
from models.evaluation import calibrated_in_time
from models.flavours.base import sigmoid
from models.hazards import p_loss
from models.intervals import INTERVALS
from models.metrics import calibration_line
from models.score import HORIZONS
from models.trained import TrainingPlan
from models.training import material_of

ROWS, ROUNDING = 1_000_000, 1e-12
FIRST, MONTHS = date(2024, 1, 31), 18
STRENGTHS = (0.0, 0.5, 1.0, 2.0)
LEANS = (0.0, 0.5, 1.0)
PLAN = TrainingPlan(("logistic",), 90, {}, blocks=4, horizons=(30, 90))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--companies", type=int, default=20)
    parser.add_argument("--accounts", type=int, default=300, help="of each company at a time")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    given = parser.parse_args()
    result: dict[str, object] = {"rows": ROWS, "violations": violations()}
    for strength in STRENGTHS:
        found = pd.DataFrame(companies(given.companies, given.accounts, strength))
        result[f"strength {strength}"] = {k: round(float(v), 3) for k, v in found.mean().items()}
    for lean in LEANS:
        found = pd.DataFrame(companies(given.companies, given.accounts, 0.0, lean))
        result[f"lean {lean}"] = {k: round(float(v), 3) for k, v in found.mean().items()}
    print(json.dumps(result) if given.json else "\n".join(f"{k}: {v}" for k, v in result.items()))
    return 0


def violations() -> int:
    """Rows of random hazards and shares at which anything contradicts itself."""
    rng = np.random.default_rng(0)
    scale = rng.choice([0.1, 3.0, 30.0, 300.0], size=ROWS)
    odds = {k: scale * rng.standard_normal(ROWS) for k in INTERVALS}
    shares = {k: rng.beta(0.2, 0.2, ROWS) for k in INTERVALS}
    whole, parts = p_loss(odds, HORIZONS), shared_out(odds, shares, HORIZONS)
    wrong = np.zeros(ROWS, bool)
    for horizon, chance in whole.items():
        wrong |= np.abs(sum(parts[cause][horizon] for cause in CAUSES) - chance) > ROUNDING
    chains = [*parts.values(), *(p_loss(odds, HORIZONS, lead) for lead in (0, *HORIZONS[:-1]))]
    for chain in chains:
        before: np.ndarray | float = 0.0
        for chance in chain.values():
            wrong |= (chance < before) | (chance > 1 + ROUNDING)
            before = chance
    return int(wrong.sum())


def companies(
    number: int, accounts: int, strength: float, lean: float = 0.0
) -> Iterator[dict[str, float]]:
    """One company's figures after another's."""
    for seed in range(number):
        dataset, contracted, truth = company(seed, accounts, strength, lean)
        material = material_of(dataset, ["use", "mix", "noise"], PLAN)
        walk = material.walk("logistic")
        told = Told(material, contracted, walk)
        found = learn(told, 90, {}, 0, lambda _: None)
        report = found.reports[CONTRACTION].get(90)
        if report is None:
            continue
        reached = calibrated_in_time(dataset, walk)
        chain = {k: truth for k in INTERVALS if k.end <= 90}
        best = by_cause(reached, chain, [90])[CONTRACTION][90]
        alone = {k: sigmoid(v) for k, v in told.walked("constant")[0].items() if k.end <= 90}
        plain = by_cause(reached, alone, [90])[CONTRACTION][90]
        rows = ~np.isnan(best) & dataset.matured(90, dataset.data_as_of)
        lost = contracted & dataset.lost_within(90)
        base = report.baselines["base share"]["log_loss"]
        yield {
            "contracted": found.accounts[CONTRACTION],
            "told_apart": found.flavour != "constant",
            "saved": 1000 * (base - report.metrics["log_loss"].value),
            "by_odds": found.causes.shares[0].tilt.by_odds,
            "slope": report.slope,
            "slope_of_base_share": calibration_line(lost[rows].astype(float), plain[rows])[1],
            "could_be_saved": 1000 * (base - _log_loss(lost[rows], best[rows])),
        }


def company(
    seed: int, accounts: int, strength: float, lean: float
) -> tuple[Dataset, np.ndarray, np.ndarray]:
    """A company's rows, which of them contract, and the true chance of that given a loss."""
    rng = np.random.default_rng(seed)
    use, mix = rng.normal(size=(2, accounts))
    names, fresh, parts = np.arange(accounts), accounts, []
    lost_at, shrinks = np.full(accounts * MONTHS * 2, np.inf), np.zeros(accounts * MONTHS * 2, bool)
    for month in range(MONTHS):
        use = 0.9 * use + np.sqrt(0.19) * rng.normal(size=accounts)
        noise = rng.normal(size=accounts)
        parts.append(pd.DataFrame({"number": names, "use": use, "mix": mix, "noise": noise}))
        gone = rng.random(accounts) < sigmoid(-3.9 - use)
        lost_at[names[gone]] = 30 * month + rng.uniform(0.5, 30, gone.sum())
        shrinks[names[gone]] = rng.random(gone.sum()) < sigmoid(
            -0.5 + strength * mix[gone] + lean * use[gone]
        )
        names, mix = names.copy(), mix.copy()
        names[gone], mix[gone] = fresh + np.arange(gone.sum()), rng.normal(size=gone.sum())
        fresh += int(gone.sum())
    frame = pd.concat(parts, ignore_index=True)
    number, day = frame.pop("number").to_numpy(), 30 * np.repeat(np.arange(MONTHS), accounts)
    frame.insert(0, "account_id", [f"a{n}" for n in number])
    frame.insert(1, "as_of", [FIRST + timedelta(days=int(d)) for d in day])
    until = 30 * (MONTHS - 1)
    event = np.where(lost_at[number] <= until, lost_at[number] - day, np.inf)
    followed = np.full(len(frame), np.inf)
    dataset = Dataset(frame, event, followed, 0, FIRST + timedelta(days=until))
    contracted = shrinks[number] & np.isfinite(event)
    return (
        dataset,
        contracted,
        sigmoid(-0.5 + strength * frame["mix"].to_numpy() + lean * frame["use"].to_numpy()),
    )


def _log_loss(lost: np.ndarray, chance: np.ndarray) -> float:
    return float(-np.mean(np.where(lost, np.log(chance), np.log1p(-chance))))


if __name__ == "__main__":
    sys.exit(main())
