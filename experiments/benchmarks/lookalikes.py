"""How long lookalikes of a large base take, and whether a planted twin comes back.

    python experiments/benchmarks/lookalikes.py [--accounts 100000] [--prospects 1000] [--json]

Accounts with industry, region, employees and growth potential; the best customers, green and
growing, are frequent in one industry. Every tenth prospect is the twin of a best customer whose
profile no other account has; `twins_found` is the share of the twins among the prospects told
whose nearest best customer is the one it was made from.
"""

import argparse
import json
import resource
import time
from datetime import date

import numpy as np
import pandas as pd

from models.insights.lookalikes import PROFILE, lookalikes
from models.insights.standing import Standing
from models.score import Band

INDUSTRIES, REGIONS = ("care", "retail", "media", "freight"), ("north", "south", "east")
TODAY, YEAR_AGO = date(2026, 6, 30), date(2025, 6, 30)
GROWS = (0.7, 0.1)


def main() -> None:
    """Draw, compare, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--prospects", type=int, default=1000)
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    given = parser.parse_args()
    base = standing(given.accounts)
    asked, twins = prospects(base, given.prospects)
    before, began, cpu = _peak(), time.monotonic(), time.process_time()
    found = lookalikes(base, asked)
    told = [(each.like, twins[each.name]) for each in found.prospects if each.name in twins]
    result = {
        "accounts": given.accounts,
        "prospects": len(asked),
        "compared_with_one_another": found.compared,
        "auc": round(found.auc, 3),
        "seconds": round(time.monotonic() - began, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "peak_rss_mb": _peak(),
        "peak_rss_mb_before": before,
        "twins_told": len(told),
        "twins_found": sum(like == twin for like, twin in told) / max(len(told), 1),
    }
    print(json.dumps(result) if given.json else "\n".join(f"{k}: {v}" for k, v in result.items()))


def standing(size: int) -> Standing:
    """Accounts today and a year ago."""
    rng = np.random.default_rng(1)
    industry = rng.choice(len(INDUSTRIES), size)
    grown = rng.random(size) < np.where(industry == 0, *GROWS)
    now = pd.DataFrame(
        {
            "account_id": [f"account-{n:07d}" for n in range(size)],
            "as_of": TODAY,
            "profile__industry": np.asarray(INDUSTRIES, object)[industry],
            "profile__region": rng.choice(np.asarray(REGIONS, object), size),
            "profile__employees": np.round(np.exp(rng.normal(5, 1.5, size)), 3),
            "profile__mrr": np.where(grown, 130.0, 100.0),
        }
    )
    then = now.assign(as_of=YEAR_AGO, profile__mrr=100.0)
    bands = tuple(np.where(rng.random(size) < 0.8, Band.GREEN, Band.RED).tolist())
    return Standing(pd.concat([then, now]), now, bands, np.full(size, 90.0), (), "")


def prospects(base: Standing, count: int) -> tuple[pd.DataFrame, dict[str, str]]:
    """Companies, every tenth a twin, and by a twin's name the account it was made from."""
    rng = np.random.default_rng(2)
    columns = [PROFILE[name] for name in ("industry", "region", "employees")]
    best = base.healthy & (base.numbers("profile__mrr") > 100)
    alone = ~base.now.duplicated(columns, keep=False).to_numpy()
    chosen = rng.choice(np.flatnonzero(best & alone), count // 10, replace=False)
    rows = np.concatenate([chosen, rng.integers(0, len(base), count - len(chosen))])
    frame = base.now.iloc[rows][columns].set_axis(["industry", "region", "employees"], axis=1)
    stranger = np.arange(count) >= len(chosen)
    frame["employees"] = np.where(stranger, frame["employees"] * 1.37, frame["employees"])
    names = [f"prospect {n}" for n in range(count)]
    originals = base.now["account_id"].iloc[chosen].tolist()
    return frame.assign(name=names), dict(zip(names, originals, strict=False))


def _peak() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
