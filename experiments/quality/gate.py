"""How often the promotion rule lets a worse challenger pass, and a better one.

Simulated companies: accounts with a risk that drifts from month to month and is lost by it,
looked at every month; a loss is seen from up to three dates before it, as in life. Champion
and challenger both see the risk through noise of their own (with correlation, since they read
the same signals) and both are calibrated. Their noise is set so that the challenger's expected
log loss is better or worse than the champion's by a given share, measured on 200,000 rows that
the comparison never sees.

    python experiments/quality/gate.py [--companies N] [--accounts N] [--months N]
        [--alike R] [--seed N] [--json]
"""

import argparse
import json
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from models.comparison import Comparison, Outcome, Rule, compare
from models.evidence import Evidence

HORIZON, STEP = 90, 30
FIRST = date(2022, 1, 31)
TIERS = np.array(["high", "low", "mid"], dtype=object)
CHAMPION_NOISE = 0.8
LARGE = 10_000


@dataclass(frozen=True)
class World:
    """What a company's test rows are drawn from.

    Attributes:
        accounts: how many there are in each month.
        months: how many monthly test dates.
        base: log-odds of being lost in a month at average risk.
        spread: what one standard deviation of risk adds to the log-odds.
        alike: correlation of the two models' noise.
    """

    accounts: int = 1500
    months: int = 18
    base: float = -4.0
    spread: float = 1.2
    alike: float = 0.7


@dataclass(frozen=True)
class Drawn:
    """Rows of a company, in order of date: account, month, fate, and what each model saw."""

    account: np.ndarray
    month: np.ndarray
    lost: np.ndarray
    seen: np.ndarray  # shape (rows, 2): noise of champion and of challenger, before scaling
    risk: np.ndarray


def drawn(world: World, rng: np.random.Generator) -> Drawn:
    """One company: risk and noise drift month by month; who is lost is replaced."""
    size, horizon = world.accounts, HORIZON // STEP
    mix = np.linalg.cholesky([[1.0, world.alike], [world.alike, 1.0]])
    names, fresh = np.arange(size), size
    risk, noise = rng.normal(size=size), rng.normal(size=(size, 2)) @ mix.T
    parts, gone_in = [], {}
    for month in range(world.months + horizon):
        parts.append((names.copy(), np.full(size, month), noise.copy(), risk.copy()))
        gone = rng.random(size) < 1 / (1 + np.exp(-(world.base + world.spread * risk)))
        gone_in |= dict.fromkeys(names[gone].tolist(), month)
        names[gone] = np.arange(fresh, fresh + gone.sum())
        fresh += int(gone.sum())
        risk = 0.9 * risk + np.sqrt(1 - 0.81) * rng.normal(size=size)
        noise = 0.9 * noise + np.sqrt(1 - 0.81) * rng.normal(size=(size, 2)) @ mix.T
        risk[gone] = rng.normal(size=gone.sum())
        noise[gone] = rng.normal(size=(gone.sum(), 2)) @ mix.T
    account, month, noise, risk = (np.concatenate(part) for part in zip(*parts, strict=True))
    ends = np.array([gone_in.get(int(name), 10**6) for name in account])
    kept = month < world.months
    lost = (ends - month < horizon).astype(float)
    return Drawn(account[kept], month[kept], lost[kept], noise[kept], risk[kept])


@dataclass(frozen=True)
class Model:
    """A score `risk + scale * noise`, made a chance by a parabola on the log-odds scale."""

    which: int
    scale: float
    curve: np.ndarray

    def chance(self, rows: Drawn) -> np.ndarray:
        """The chance of loss of each row."""
        return 1 / (1 + np.exp(-_powers(_score(rows, self.which, self.scale)) @ self.curve))


def _score(rows: Drawn, which: int, scale: float) -> np.ndarray:
    return (rows.risk + scale * rows.seen[:, which]) / np.hypot(1.0, scale)


def _powers(x: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones_like(x), x, x**2])


def calibrated(which: int, scale: float, rows: Drawn) -> Model:
    """The model whose chances are right on a very large number of rows."""
    design, curve = _powers(_score(rows, which, scale)), np.array([-2.0, 0.5, 0.0])
    for _ in range(10):
        mu = 1 / (1 + np.exp(-design @ curve))
        curve = curve + np.linalg.solve(
            design.T @ (design * (mu * (1 - mu))[:, None]), design.T @ (rows.lost - mu)
        )
    return Model(which, scale, curve)


def loss(model: Model, rows: Drawn) -> float:
    """Expected log loss."""
    p = model.chance(rows)
    return float(-np.mean(np.where(rows.lost > 0, np.log(p), np.log1p(-p))))


def challenger_of(share: float, champion: Model, rows: Drawn) -> Model:
    """A challenger whose log loss is lower by `share` of the champion's (higher if below 0)."""
    wanted = (1 - share) * loss(champion, rows)
    low, high = 0.0, 8.0
    for _ in range(14):
        middle = (low + high) / 2
        if loss(calibrated(1, middle, rows), rows) < wanted:
            low = middle
        else:
            high = middle
    return calibrated(1, (low + high) / 2, rows)


def evidence(model: Model, rows: Drawn, version: str) -> Evidence:
    """What a training run would have kept of a model's test rows."""
    days = np.array([FIRST + timedelta(days=STEP * int(m)) for m in range(rows.month.max() + 1)])
    table = pd.DataFrame(
        {
            "account_id": rows.account.astype(str).astype(object),
            "as_of": days[rows.month],
            "horizon": np.int16(HORIZON),
            "learnt_until": days[rows.month],
            "chance": model.chance(rows),
            "lost": rows.lost > 0,
            "days_to_loss": np.nan,
            "arr": 1000.0 * (1 + rows.account % 7),
            "tenure_days": 400.0,
            "known_account": True,
            "segment: tier": TIERS[rows.account % 3],
        }
    )
    known = days[-1] + timedelta(days=HORIZON)
    return Evidence(version, "", "logo_churn", "", known, 0, HORIZON, 0.1, 30, table)


def passes(world: World, share: float, companies: int, rule: Rule, seed: int) -> dict[str, float]:
    """Of many companies, the share in which a challenger so much better is promoted."""
    rng = np.random.default_rng(seed)
    large = World(LARGE, 20, world.base, world.spread, world.alike)
    rows = drawn(large, rng)
    champion = calibrated(0, CHAMPION_NOISE, rows)
    challenger = challenger_of(share, champion, rows)
    found: list[Comparison] = []
    for _ in range(companies):
        company = drawn(world, rng)
        pair = (evidence(champion, company, "a"), evidence(challenger, company, "b"))
        found.append(compare(*pair, rule))
    return {
        "promoted": float(np.mean([f.promotable for f in found])),
        "better_beyond_doubt": float(np.mean([f.outcome is Outcome.BETTER for f in found])),
        "no_tier_worse_proven": float(np.mean([_proven(f) for f in found])),
        "accounts_lost": float(np.mean([f.lost for f in found])),
        "slope_width": float(np.mean([f.slope.high - f.slope.low for f in found])),
    }


def _proven(found: Comparison) -> bool:
    """Whether every tier's interval alone excludes a loss of 5 %: stricter than the rule."""
    return all(d.gain.low > -0.05 * d.champion for d in found.tiers.values())


def main() -> int:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--companies", type=int, default=200)
    parser.add_argument("--accounts", type=int, default=1500)
    parser.add_argument("--months", type=int, default=18)
    parser.add_argument("--alike", type=float, default=0.7, help="correlation of their noise")
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    world, rule = World(given.accounts, given.months, alike=given.alike), Rule(draws=given.draws)
    body = {}
    for name, share in {"worse": -0.01, "equal": 0.0, "better": 0.03}.items():
        body[name] = passes(world, share, given.companies, rule, given.seed)
        if not given.json:
            print(name, share, body[name], flush=True)
    summary = {
        "worse_promoted": body["worse"]["promoted"],
        "equal_promoted": body["equal"]["promoted"],
        "better_promoted": body["better"]["promoted"],
    }
    print(json.dumps({**summary, "detail": body}) if given.json else summary)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
