"""Accounts and prospects that resemble the best customers, and customers to point to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import mannwhitneyu

from models.dataset import Mask
from models.insights.multiple import LEVEL
from models.insights.resemblance import unlikeness
from models.insights.standing import NO_SCORES, Standing, changed
from models.metrics.bootstrap import Ints, Vector

PROFILE = {
    "industry": "profile__industry",
    "region": "profile__region",
    "employees": "profile__employees",
    "growth_potential": "profile__growth_potential",
}
"""What may be known of a company before it is a customer: its name in the contract's table of
accounts, and the snapshot column."""
NEAREST = 15
LEAST_BEST = 10
MOST_TOLD = 25
MOST_COMPARED, SEED = 10_000, 1
"""Accounts that are compared with one another: beyond, so many are drawn with this seed. The time
grows with their square."""
MOST_PAIRS = 1_000_000_000
"""Pairs of a prospect and an account beyond which prospects meet those that are drawn only."""
AT_ONCE = 5_000_000
"""Pairs whose distance is held in memory at a time; 40 MB for each of some five arrays."""
MRR, USE = "profile__mrr", "consumption__volume_change_180d"


@dataclass(frozen=True)
class Lookalike:
    """One account or prospect.

    Attributes:
        share: share of best customers among the 15 accounts most like it.
        like: the best customer most like it.
    """

    name: str
    share: float
    like: str


@dataclass(frozen=True)
class Lookalikes:
    """Who resembles the best customers, most alike first.

    Attributes:
        best: how many accounts are best customers, and `what` makes them so.
        share: of all accounts that are.
        columns: what was compared.
        auc: chance that a best customer looks more like the other best ones than another
            account does, each judged without itself; 0.5 is chance.
        p: of the profile saying nothing.
        accounts: those that are not best yet.
        prospects: of a file, where one was given.
        reason: why none are told; empty where some are.
        compared: how many accounts were compared; fewer than all where they were drawn.
        out_of: how many there are.
    """

    best: int
    what: str
    share: float
    columns: tuple[str, ...]
    auc: float
    p: float
    accounts: tuple[Lookalike, ...]
    prospects: tuple[Lookalike, ...]
    reason: str = ""
    compared: int = 0
    out_of: int = 0


def lookalikes(standing: Standing, prospects: pd.DataFrame | None = None) -> Lookalikes:
    """Find the accounts whose nearest neighbours by profile are best customers.

    The profile is first put to the test on the best customers themselves; where it says nothing
    of them beyond chance, no list is told. Of very many accounts some are drawn, and the list is
    of those; prospects are compared with all accounts.

    Args:
        standing: accounts today.
        prospects: companies with `name` and columns of `PROFILE`; compared by those they have.
    """
    everybody, what = best_customers(standing)
    drawn = _drawn(len(standing))
    now, best = standing.now.iloc[drawn], everybody[drawn]
    found = _compared(standing, now, best, what)
    if prospects is not None and found.accounts:
        few = len(prospects) * len(standing) <= MOST_PAIRS
        place = (standing.now, everybody) if few else (now, best)
        found = replace(found, prospects=_prospects(prospects, *place))
    share = float(everybody.mean()) if len(everybody) else float("nan")
    return replace(
        found, best=int(everybody.sum()), share=share, compared=len(now), out_of=len(standing)
    )


def _drawn(accounts: int) -> Ints:
    """The places of the accounts that are compared, in order."""
    if accounts <= MOST_COMPARED:
        return np.arange(accounts)
    chosen = np.random.default_rng(SEED).choice(accounts, MOST_COMPARED, replace=False)
    return np.sort(chosen)


def _compared(standing: Standing, now: pd.DataFrame, best: Mask, what: str) -> Lookalikes:
    """What the accounts that are compared tell."""
    if not len(standing):
        return _none(best, what, (), NO_SCORES)
    columns = tuple(c for c in PROFILE.values() if standing.has(c))
    if best.sum() < LEAST_BEST or not columns:
        reason = f"there are {int(best.sum())} best customers ({what}); it takes {LEAST_BEST}"
        return _none(best, what, columns, reason if columns else "no profile is known")
    if best.all():
        return _none(best, what, columns, f"all accounts are best customers ({what})")
    shares, nearest = _neighbours(now, now, best, columns, own=True)
    test = mannwhitneyu(shares[best], shares[~best], alternative="greater")
    auc = float(test.statistic) / float(best.sum() * (~best).sum())
    if test.pvalue > LEVEL:
        reason = "by their profile the best customers do not resemble one another beyond chance"
        return _none(best, what, columns, reason, auc, float(test.pvalue))
    names = now["account_id"].astype(str).tolist()
    rows = [n for n in range(len(names)) if not best[n]]
    told = _told(names, shares, nearest, rows, names)
    return Lookalikes(
        best=int(best.sum()),
        what=what,
        share=float(best.mean()),
        columns=columns,
        auc=auc,
        p=float(test.pvalue),
        accounts=told,
        prospects=(),
    )


def best_customers(standing: Standing) -> tuple[Mask, str]:
    """Healthy accounts that grow, and what growing means where revenue is not known."""
    if standing.has(MRR):
        grown = changed(standing.numbers(MRR), standing.before(MRR, 365)) > 0
        return standing.healthy & grown, f"{standing.names[0]}, revenue above a year ago"
    if standing.has(USE):
        grown = np.nan_to_num(standing.numbers(USE)) > 0
        return standing.healthy & grown, f"{standing.names[0]}, use above half a year before"
    return np.zeros(len(standing), bool), f"{standing.names[0]} and growing"


def _neighbours(
    those: pd.DataFrame, these: pd.DataFrame, best: Mask, columns: Sequence[str], own: bool
) -> tuple[Vector, np.ndarray]:
    """Share of best among the nearest 15 of each, and which best customer is the nearest."""
    shares, nearest = np.empty(len(those)), np.empty(len(those), np.int64)
    step = max(1, AT_ONCE // max(len(these), 1))
    for begin in range(0, len(those), step):
        rows = slice(begin, min(begin + step, len(those)))
        apart = unlikeness(those.iloc[rows], these, columns)
        if own:  # nobody is their own neighbour
            apart[np.arange(len(apart)), np.arange(rows.start, rows.stop)] = np.inf
        count = min(NEAREST, len(these) - 1)
        limit = np.partition(apart, count - 1, axis=1)[:, count - 1 : count]
        near = apart <= limit  # all that are equally near count, so that order says nothing
        shares[rows] = (near & best).sum(axis=1) / near.sum(axis=1)
        nearest[rows] = np.where(best, apart, np.inf).argmin(axis=1)
    return shares, nearest


def _prospects(prospects: pd.DataFrame, now: pd.DataFrame, best: Mask) -> tuple[Lookalike, ...]:
    given = {PROFILE[n]: prospects[n] for n in prospects.columns if n in PROFILE}
    columns = [name for name in given if name in now and now[name].notna().any()]
    if not columns:
        return ()
    shares, nearest = _neighbours(pd.DataFrame(given), now, best, columns, own=False)
    names = prospects["name"].astype(str).tolist()
    customers = now["account_id"].astype(str).tolist()
    return _told(names, shares, nearest, list(range(len(names))), customers)


def _told(
    names: Sequence[str],
    shares: Vector,
    nearest: np.ndarray,
    rows: Sequence[int],
    customers: Sequence[str],
) -> tuple[Lookalike, ...]:
    order = sorted(rows, key=lambda n: -shares[n])[:MOST_TOLD]
    return tuple(Lookalike(names[n], float(shares[n]), customers[int(nearest[n])]) for n in order)


def _none(
    best: Mask,
    what: str,
    columns: Sequence[str],
    reason: str,
    auc: float = float("nan"),
    p: float = float("nan"),
) -> Lookalikes:
    share = float(best.mean()) if len(best) else float("nan")
    return Lookalikes(int(best.sum()), what, share, tuple(columns), auc, p, (), (), reason)
