"""Companies that bill by usage, or by the year: are chances of the right level, and worth having?

- `drifts`: each month's revenue is a few per cent more or less than the last. A tenth is lost or
  gained over months, and over no week or month of them: what later dates foretell does not add
  up to what comes (docs/adr/0064). Contractions and growth are foretold.
- `years`: contracts of a year, which end only on their last day. Most of what can be known is
  whether that day lies within the horizon (docs/adr/0066, 0067). Leaving is foretold.
- `notice`: the same, and who leaves says so two months before, or some weeks earlier.

Each simulated company is trained as `forewarn run` trains it; whether an account leaves and what it
uses goes with a health that changes slowly. By kind, outcome and horizon, out of time: rows, those
lost or grown, `level` (expected over observed), AUC, log loss, and that of the base rate.

    python experiments/quality/contracts.py [--first SEED] [--seeds N] [--accounts N] [--json]
"""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from foretold import over_seeds
from worlds import say

from features.snapshot import fingerprint
from models.evaluation import HorizonReport
from models.trained import Provenance
from models.training import train
from pipelines.assemble import assemble
from pipelines.beside import learnt_beside
from pipelines.company import learning_plan
from pipelines.config import read_config
from pipelines.loading import load_sources
from pipelines.workspace import Workspace

BEGIN, END = pd.Timestamp("2023-01-01"), pd.Timestamp("2025-07-01")
AS_OF = date(2025, 6, 30)
STAYS, LUCK, DRIFT = 0.9, 0.025, 0.02
"""Of an account's health from month to month; of revenue, the spread by luck and by health."""
SOONER = 12
"""Days before the last one on which notice can be given, on average."""


@dataclass(frozen=True)
class Kind:
    """A way to bill.

    Attributes:
        months: of a contract.
        leaves: chance that an account of average health does not go on after one.
        drifts: whether revenue does.
        outcome: what is foretold.
        notice: days before the end by which notice is given; 0 where it is the end that tells.
    """

    months: int
    leaves: float
    drifts: bool
    outcome: str
    notice: int = 0


KINDS = {
    "drifts": Kind(1, 0.008, drifts=True, outcome="any_loss"),
    "years": Kind(12, 0.12, drifts=False, outcome="logo_churn"),
    "notice": Kind(12, 0.12, drifts=False, outcome="logo_churn", notice=60),
}
CONFIG = """
[sources.accounts]
files = "accounts.parquet"
[sources.subscriptions]
files = "subscriptions.parquet"
[sources.usage]
files = "usage.parquet"
[models]
outcome = "{outcome}"
"""


@dataclass(frozen=True)
class Found:
    """One outcome of one company at one horizon."""

    seed: int
    model: str
    rows: int
    events: int
    level: float
    auc: float
    log_loss: float
    base: float


def main() -> int:
    """Measure and print."""
    return over_seeds(__doc__, figures)


def figures(seed: int, accounts: int) -> Iterator[Found]:
    """Train on one company of each kind; the figures of losses, and of growth where it drifts."""
    for name in KINDS:
        yield from told(name, seed, accounts)


def told(kind: str, seed: int, accounts: int) -> Iterator[Found]:
    """Train on one company."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), KINDS[kind], seed, accounts)
        workspace = Workspace(Path(folder) / "workspace")
        config = read_config(Path(folder) / "forewarn.toml", {})
        load_sources(workspace, config, say)
        found = assemble(workspace, config, AS_OF, say)
        plan = replace(learning_plan(config, found.catalogue), explained=False, contrasted=False)
        plan = replace(plan, flavours=("lightgbm", "logistic", "blend"))
        origin = Provenance("drift", found.label.name, fingerprint(found.catalogue), found.followed)
        trained = train(found.dataset, found.columns, plan, origin, say)
        data = found.dataset, found.beside
        grown = learnt_beside(trained, data, found.columns, origin, say).expansion
    for name, one in ((found.label.name, trained), ("growth", grown)):
        for horizon, report in one.reports.items() if one else ():
            yield of(seed, f"{kind}: {name}, {horizon} days", report)


def of(seed: int, name: str, report: HorizonReport) -> Found:
    """What is told of a report."""
    level, auc, loss = (
        round(report.metrics[name].value, 4)
        for name in ("expected_over_observed", "auc", "log_loss")
    )
    base = round(report.baselines["base rate"]["log_loss"], 4)
    return Found(seed, name, report.rows, report.events, level, auc, loss, base)


def write(folder: Path, kind: Kind, seed: int, accounts: int) -> None:
    """The company's files: a subscription for each contract of each account, and its usage."""
    rng = np.random.default_rng(seed)
    each = [account(rng, kind, f"A{number}") for number in range(accounts)]
    for name in ("accounts", "subscriptions", "usage"):
        rows = pd.DataFrame([row for one in each for row in one[name]])
        rows.to_parquet(folder / f"{name}.parquet")
    (folder / "forewarn.toml").write_text(CONFIG.format(outcome=kind.outcome))


def account(rng: np.random.Generator, kind: Kind, name: str) -> dict[str, list[dict[str, object]]]:
    """One account's rows by table: healthy ones use more, seldom leave, and grow where any do."""
    at = BEGIN + pd.Timedelta(days=int(rng.integers(0, 365)))
    rows: dict[str, list[dict[str, object]]] = {"subscriptions": [], "usage": []}
    rows["accounts"] = [{"account_id": name, "created_at": at}]
    revenue, health, stays, month = float(rng.lognormal(6, 0.7)), rng.normal(), True, 0
    while stays and at < END:
        if month % kind.months == 0:
            rows["subscriptions"].append(_contract(kind, name, at, revenue))
        days = rng.permutation(28)[: rng.poisson(8 * np.exp(0.5 * health))]
        used = (at + pd.Timedelta(days=int(day), hours=int(rng.integers(24))) for day in days)
        rows["usage"] += [
            {"account_id": name, "event": "run", "occurred_at": t} for t in used if t < END
        ]
        month += 1
        goes_on = rng.random() > kind.leaves * np.exp(-0.7 * health)
        stays = goes_on or month % kind.months != 0
        health = STAYS * health + np.sqrt(1 - STAYS**2) * rng.normal()
        luck = rng.normal()
        revenue *= np.exp(DRIFT * health + LUCK * luck) if kind.drifts else 1.0
        at = at + pd.DateOffset(months=1)
    if kind.notice and not stays:
        sooner = kind.notice + int(min(rng.exponential(SOONER), kind.notice))
        rows["subscriptions"][-1]["cancelled_at"] = at - pd.Timedelta(days=sooner)
    return rows


def _contract(kind: Kind, name: str, at: pd.Timestamp, revenue: float) -> dict[str, object]:
    """From a day on; it renews on its last one where it is longer than a month."""
    after = at + pd.DateOffset(months=kind.months)
    return {
        "subscription_id": f"{name}-{at.date()}", "account_id": name, "mrr": round(revenue, 2),
        "started_at": at, "ended_at": after if after < END else pd.NaT,
        "renews_at": after if kind.months > 1 else pd.NaT, "cancelled_at": pd.NaT,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
