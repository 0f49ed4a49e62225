"""Does moving the level by matured 30-day outcomes help, and what does it cost where nothing moved?

Simulated companies whose model is right at first. Then the level of loss stays, steps up or down
once, walks, returns to the mean, follows a season, or jumps about. At every month the shift is
learnt from what was certain by then, as `forewarn recalibrate` does, and the accounts
of the month are scored with and without it. Shown is by how much of a percent the expected log
loss of 30 days and the log loss of later horizons changes (below 0: better), by what share of
the shift the intervals beyond 90 days take, and for a rule that moves the level only where the
shift's interval excludes 0.

    python experiments/quality/recalibration.py [--companies N] [--accounts N] [--months N]
        [--seed N] [--json]
"""

import argparse
import json
from dataclasses import dataclass

import numpy as np

from models.flavours.base import sigmoid
from models.intervals import INTERVALS
from models.recalibration import FEWEST_EVENTS, Matured, shift_of

STEP, YEAR = 30, 12
ENDS = (1, 3, 6, 12)
"""Months at which the intervals end."""
BASE, SPREAD, STAYS = -3.8, 1.2, 0.9
KINDS = ("none", "step", "walk", "returning", "season", "jumps")
RULES = {
    "carried in full": (1.0, False),
    "carried by half": (0.5, False),
    "not carried": (0.0, False),
    "only beyond doubt": (0.5, True),
}
"""The share that intervals beyond 90 days take, and whether the interval must exclude 0."""


@dataclass(frozen=True)
class Past:
    """By month and place: the risk, whether its account was lost, and which account it was."""

    risk: np.ndarray
    gone: np.ndarray
    account: np.ndarray


def company(accounts: int, months: int, level: np.ndarray, rng: np.random.Generator) -> Past:
    """Accounts whose risk drifts slowly; who is lost is replaced in the same place."""
    risk, name, parts, fresh = rng.normal(size=accounts), np.arange(accounts), [], accounts
    for month in range(months + YEAR):
        gone = rng.random(accounts) < sigmoid(BASE + SPREAD * risk + level[month])
        parts.append((risk.copy(), gone, name.copy()))
        risk = STAYS * risk + np.sqrt(1 - STAYS**2) * rng.normal(size=accounts)
        risk[gone] = rng.normal(size=gone.sum())
        name[gone] = np.arange(fresh, fresh + gone.sum())
        fresh += int(gone.sum())
    return Past(*(np.array(part) for part in zip(*parts, strict=True)))


def levels(kind: str, months: int, rng: np.random.Generator) -> np.ndarray:
    """What is added to the log-odds of every month; nothing in the first."""
    size = months + YEAR
    noise, level = rng.normal(size=size), np.zeros(size)
    if kind == "step":
        level[months // 4 :] = 0.4 * rng.choice([-1, 1])
    elif kind == "walk":
        level = np.cumsum(0.1 * noise)
    elif kind == "returning":
        for month in range(1, size):
            level[month] = 0.8 * level[month - 1] + 0.15 * noise[month]
    elif kind == "season":
        level = 0.3 * np.sin(2 * np.pi * (np.arange(size) + rng.integers(12)) / 12)
    elif kind == "jumps":
        level = 0.2 * noise
    return np.asarray(level - level[0])


def curves() -> list[np.ndarray]:
    """The log-odds of each interval as a parabola of the risk, where nothing drifts."""
    past = company(20_000, YEAR, np.zeros(2 * YEAR), np.random.default_rng(0))
    there = past.account[: YEAR + 1]
    found = []
    for start, end in zip((0, *ENDS[:-1]), ENDS, strict=True):
        alive = np.array([(past.account[m + start] == there[m]) for m in range(YEAR)])
        stayed = np.array([(past.account[m + end] == there[m]) for m in range(YEAR)])
        found.append(_parabola(past.risk[:YEAR][alive], ~stayed[alive]))
    return found


def _parabola(risk: np.ndarray, lost: np.ndarray) -> np.ndarray:
    design, beta = _powers(risk), np.array([-2.0, 0.8, 0.0])
    for _ in range(20):
        mu = sigmoid(design @ beta)
        curve = design.T @ (design * (mu * (1 - mu))[:, None])
        beta = beta + np.clip(np.linalg.solve(curve, design.T @ (lost - mu)), -0.5, 0.5)
    return beta


def _powers(risk: np.ndarray) -> np.ndarray:
    return np.stack([np.ones_like(risk), risk, risk**2], axis=-1)


def shifts(past: Past, first: np.ndarray, month: int) -> tuple[float, bool]:
    """The shift learnt by a month, and whether its interval excludes 0."""
    size = past.risk.shape[1]
    day = np.repeat(STEP * np.arange(month), size)
    matured = Matured(
        first[:month].ravel(),
        past.gone[:month].ravel().astype(float),
        day,
        day + STEP,
        past.account[:month].ravel().astype(object),
    )
    if matured.events < FEWEST_EVENTS:
        return 0.0, False
    found = shift_of(matured, STEP * month)
    return found.value, not found.low <= 0 <= found.high


def losses(past: Past, odds: list[np.ndarray], level: np.ndarray, month: int, moved: list[float]):
    """Expected log loss of 30 days, then that of what happened by the end of each interval."""
    stay, found = np.ones(past.risk.shape[1]), []
    true = sigmoid(BASE + SPREAD * past.risk[month] + level[month])
    for end, each, shift in zip(ENDS, odds, moved, strict=True):
        stay = stay * (1 - sigmoid(each[month] + shift))
        lost = true if end == 1 else past.account[month + end] != past.account[month]
        found.append(-np.mean(lost * np.log1p(-stay) + (1 - lost) * np.log(stay)))
    return found


def change(kind: str, accounts: int, months: int, companies: int, seed: int) -> dict[str, dict]:
    """By rule and horizon, the change of log loss in percent over all companies and months."""
    beta, rng = curves(), np.random.default_rng(seed)
    names = ["as trained", *RULES]
    total = {name: np.zeros((companies, len(ENDS))) for name in names}
    for n in range(companies):
        level = levels(kind, months, rng)
        past = company(accounts, months, level, rng)
        odds = [_powers(past.risk) @ b for b in beta]
        for month in range(3, months):
            shift, sure = shifts(past, odds[0], month)
            for name in names:
                share, only_sure = RULES.get(name, (0.0, False))
                held = shift if name in RULES and (sure or not only_sure) else 0.0
                moved = [held if k.start < 90 else share * held for k in INTERVALS]
                total[name][n] += losses(past, odds, level, month, moved)
    base = total.pop("as trained")
    return {name: _told(found, base) for name, found in total.items()}


def _told(found: np.ndarray, base: np.ndarray) -> dict[int, tuple[float, float]]:
    """By horizon the change in percent, and its standard error over companies."""
    share = 100 * (found / base - 1)
    error = share.std(axis=0, ddof=1) / np.sqrt(len(share))
    pairs = zip(share.mean(axis=0), error, strict=True)
    return {
        k.end: (round(float(m), 3), round(float(e), 3))
        for k, (m, e) in zip(INTERVALS, pairs, strict=True)
    }


def main() -> int:
    """Print the changes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--companies", type=int, default=20)
    parser.add_argument("--accounts", type=int, default=600)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    body = {}
    for kind in KINDS:
        body[kind] = change(kind, given.accounts, given.months, given.companies, given.seed)
        if not given.json:
            print(
                kind, *(f"\n  {name:<18} {told}" for name, told in body[kind].items()), flush=True
            )
    if given.json:
        print(json.dumps(body))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
